import math

import numpy as np

from boxwright.core.detector.preflight.anchor_advice import PLACE, advice
from boxwright.core.pipeline.anchor_generator import SsdAnchorGenerator

SSD = SsdAnchorGenerator(min_scale=0.2, max_scale=0.9, aspect_ratios=(1.0, 2.0, 0.5))
SIZE = (300, 300)


def grids(height: int, width: int) -> tuple[tuple[int, int], ...]:
    sides = [math.ceil(height / 16)]
    while len(sides) < SSD.num_layers:
        sides.append(math.ceil(sides[-1] / 2))
    return tuple((side, side) for side in sides)


def squares(side: float) -> np.ndarray:
    """Boxes of a side all over the image."""
    corners = np.linspace(0, 1 - side, 7, dtype=np.float32)
    y, x = (axis.ravel() for axis in np.meshgrid(corners, corners))
    return np.stack([y, x, y + side, x + side], axis=1)


def test_objects_smaller_than_any_anchor_get_smaller_anchors():
    large = SSD.model_copy(update={"min_scale": 0.4, "reduce_boxes_in_lowest_layer": False})
    assert advice(squares(0.2), large, SIZE, 0.5, grids) == f"{PLACE}.min_scale=0.2 would cover 100% of these"


def test_objects_between_the_sizes_of_the_lowest_layers_get_its_whole_set():
    wide = squares(0.2)
    assert advice(wide, SSD, SIZE, 0.7, grids).startswith(f"{PLACE}.reduce_boxes_in_lowest_layer=false would")


def test_what_no_setting_helps_is_told_so():
    slivers = np.tile(np.array([[0.1, 0.1, 0.9, 0.11]], np.float32), (5, 1))
    assert advice(slivers, SSD, SIZE, 0.5, grids) == (
        "no single setting helps much: look at the boxes with boxwright inspect --contact-sheet"
    )
