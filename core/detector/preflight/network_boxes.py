"""Where objects are on the images that the network sees, and which of them are too small there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxwright.core.detector.anchors import Grid
from boxwright.core.detector.preflight.survey import Survey
from boxwright.core.detector.resizer import resized_size
from boxwright.core.pipeline.image_resizer import ImageResizer

# Half a cell of the finest feature map, whose stride is 16 pixels in each of the nets: what is smaller than
# that lies within one cell whatever its place, and is a part of what the cell sees.
LEAST_SIDE = 8.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkBoxes:
    """The boxes of a survey after resizing.

    size   (height, width) of the network's image
    boxes  (B, 4) float32: y_min, x_min, y_max, x_max in shares of that image
    sides  (B,) float64: the side of the square that has the box's area, in its pixels
    """

    size: Grid
    boxes: NDArray[np.float32]
    sides: NDArray[np.float64]

    @property
    def too_small(self) -> NDArray[np.bool_]:
        """(B,): whether a box is smaller than LEAST_SIDE."""
        return self.sides < LEAST_SIDE


def network_boxes(found: Survey, resizer: ImageResizer, size: Grid) -> NetworkBoxes:
    """The boxes of a survey as the network sees them; `size` is (height, width) of its image."""
    boxes = found.boxes * _shares(found, resizer, size)[found.rows]
    heights, widths = ((boxes[:, edge + 2] - boxes[:, edge]) * size[edge] for edge in (0, 1))
    return NetworkBoxes(size=size, boxes=boxes, sides=np.sqrt(np.float64(heights) * widths))


def _shares(found: Survey, resizer: ImageResizer, size: Grid) -> NDArray[np.float32]:
    """(N, 4): what parts of the network's height, width, height, width are image and not padding."""
    different, which = np.unique(found.sizes, axis=0, return_inverse=True)
    parts = [np.divide(resized_size((h, w), resizer), size) for h, w in different.tolist()]
    table = np.array(parts, np.float32).reshape(-1, 2)
    return np.tile(table, 2)[which.reshape(-1)]
