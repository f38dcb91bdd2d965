"""How the sizes of boxes fit a model: what the network sees of them, and how near its anchors come."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxwright.core.detector.anchors import Anchors, Grid, multiscale_anchors, ssd_anchors
from boxwright.core.errors import OptionError
from boxwright.core.html_report.box_sample import BoxSizes
from boxwright.core.pipeline.anchor_generator import AnchorGenerator
from boxwright.core.pipeline.image_resizer import ImageResizer
from boxwright.core.pipeline.shipped_configs import shipped_config
from boxwright.core.pipeline.text import read_config

MODEL = "ssd_mobilenet_v2"  # what the documentation retrains
LEAST_OVERLAP = 0.5  # from which an anchor answers for an object: SSD, section 2.2 "Matching strategy"
AT_ONCE = 8192  # boxes; 4 MB for some dozens of shapes

Sides = NDArray[np.float32]  # (N, 2): width, height in pixels of the network's image


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What of a detector decides which sizes it can find.

    name     of its config
    size     (height, width) of the image that the network sees, in pixels
    shapes   its anchors' different widths and heights
    """

    name: str
    size: Grid
    shapes: Sides
    _resizer: ImageResizer

    def seen(self, boxes: BoxSizes) -> Sides:
        """How large boxes are on the network's image."""
        fixed, keeping = self._resizer.fixed_shape_resizer, self._resizer.keep_aspect_ratio_resizer
        if fixed is not None or keeping is None:
            return boxes.sides * (np.array(self.size[::-1], np.float32) / boxes.images)
        short, long = boxes.images.min(axis=1), boxes.images.max(axis=1)
        scale = np.minimum(keeping.min_dimension / short, keeping.max_dimension / long)
        kept: Sides = boxes.sides * scale[:, np.newaxis]
        return kept


def model_of(name: str) -> Model:
    """The model of a config that comes along; raises OptionError for a name that none has."""
    path = shipped_config(name)
    ssd = read_config(path).model.ssd
    if ssd is None:
        raise OptionError(f"{path.stem}: its anchors cannot be compared", "take an SSD")
    size = _network_size(ssd.image_resizer)
    return Model(path.stem, size, _shapes(ssd.anchor_generator, size), ssd.image_resizer)


def best_overlaps(boxes: Sides, shapes: Sides) -> NDArray[np.float32]:
    """The overlap (IoU) of each box with the shape most like it, both around one centre: (B,), 0 to 1.

    What an anchor can reach at best, wherever anchors lie: the measure by which YOLO9000 chooses its shapes,
    section 2 "Dimension Clusters", https://arxiv.org/abs/1612.08242
    """
    parts = [_best(boxes[start : start + AT_ONCE], shapes) for start in range(0, len(boxes), AT_ONCE)]
    return np.concatenate([np.zeros(0, np.float32), *parts])


def _best(boxes: Sides, shapes: Sides) -> NDArray[np.float32]:
    shared = np.minimum(boxes[:, np.newaxis], shapes).prod(axis=2)
    both = boxes.prod(axis=1)[:, np.newaxis] + shapes.prod(axis=1) - shared
    best: NDArray[np.float32] = (shared / np.maximum(both, 1e-9)).max(axis=1)  # an empty box has no area
    return best


def _network_size(resizer: ImageResizer) -> Grid:
    if (fixed := resizer.fixed_shape_resizer) is not None:
        return fixed.height, fixed.width
    keeping = resizer.keep_aspect_ratio_resizer
    side = 300 if keeping is None else keeping.max_dimension  # 300: the default of FixedShapeResizer
    return side, side


def _shapes(generator: AnchorGenerator, size: Grid) -> Sides:
    """The anchors' different sizes, from the smallest to the largest."""
    sides = _one_place(generator, size) * np.tile(np.array(size, np.float32), 2)
    widths, heights = sides[:, 3] - sides[:, 1], sides[:, 2] - sides[:, 0]
    return np.unique(np.stack([widths, heights], axis=1).round(2), axis=0)


def _one_place(generator: AnchorGenerator, size: Grid) -> Anchors:
    """The anchors of feature maps of a single cell: every shape once."""
    if (ssd := generator.ssd_anchor_generator) is not None:
        return ssd_anchors(ssd, [(1, 1)] * ssd.num_layers, size)
    if (pyramid := generator.multiscale_anchor_generator) is not None:
        return multiscale_anchors(pyramid, [(1, 1)] * (pyramid.max_level - pyramid.min_level + 1), size)
    raise OptionError("the model's anchors cannot be compared", "take an SSD")
