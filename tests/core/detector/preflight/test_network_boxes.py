from collections.abc import Callable

import numpy as np
import pytest

from boxwright.core.detector.preflight.network_boxes import network_boxes
from boxwright.core.pipeline.image_resizer import FixedShapeResizer, ImageResizer, KeepAspectRatioResizer

HALF = (0.25, 0.0, 0.75, 0.5)


def test_a_fixed_shape_keeps_shares(surveyed: Callable):
    resizer = ImageResizer(fixed_shape_resizer=FixedShapeResizer(height=50, width=200))
    seen = network_boxes(surveyed([HALF]), resizer, (50, 200))
    assert seen.boxes.tolist() == [list(HALF)]
    assert seen.sides.tolist() == pytest.approx([np.sqrt(25 * 100)])


def test_padding_makes_shares_smaller(surveyed: Callable):
    resizer = ImageResizer(
        keep_aspect_ratio_resizer=KeepAspectRatioResizer(
            min_dimension=100, max_dimension=100, pad_to_max_dimension=True
        )
    )
    wide = surveyed([HALF], [HALF], sizes=np.array([[200, 400], [400, 400]]))
    seen = network_boxes(wide, resizer, (100, 100))
    assert seen.boxes.tolist() == [[0.125, 0.0, 0.375, 0.5], list(HALF)]


def test_a_box_below_half_a_cell_is_too_small(surveyed: Callable):
    resizer = ImageResizer(fixed_shape_resizer=FixedShapeResizer(height=100, width=100))
    seen = network_boxes(surveyed([(0, 0, 0.07, 0.09), (0, 0, 0.04, 0.17)]), resizer, (100, 100))
    assert seen.too_small.tolist() == [True, False]  # 7.9 and 8.2 pixels


def test_no_box_is_none_too_small(surveyed: Callable):
    resizer = ImageResizer(fixed_shape_resizer=FixedShapeResizer(height=100, width=100))
    assert network_boxes(surveyed(), resizer, (100, 100)).too_small.tolist() == []
