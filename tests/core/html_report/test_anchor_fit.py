import numpy as np
import pytest

from boxwright.core.errors import OptionError
from boxwright.core.html_report.anchor_fit import Model, best_overlaps, model_of
from boxwright.core.html_report.box_sample import BoxSizes
from boxwright.core.pipeline.image_resizer import FixedShapeResizer, ImageResizer, KeepAspectRatioResizer

ONE = BoxSizes(np.array([0]), np.array([[100, 50]], np.float32), np.array([[400, 200]], np.float32))


def test_a_fixed_resizer_stretches_boxes():
    resizer = ImageResizer(fixed_shape_resizer=FixedShapeResizer(height=300, width=300))
    model = Model("m", (300, 300), np.ones((1, 2), np.float32), resizer)
    assert model.seen(ONE).tolist() == [[75, 75]]


def test_a_resizer_that_keeps_proportions_keeps_those_of_boxes():
    resizer = ImageResizer(
        keep_aspect_ratio_resizer=KeepAspectRatioResizer(min_dimension=300, max_dimension=300)
    )
    model = Model("m", (300, 300), np.ones((1, 2), np.float32), resizer)
    assert model.seen(ONE).tolist() == [[75, 37.5]]


def test_the_overlap_is_that_of_boxes_around_one_centre():
    boxes = np.array([[10, 10], [20, 10], [40, 40]], np.float32)
    shapes = np.array([[10, 10], [5, 40]], np.float32)
    assert best_overlaps(boxes, shapes).tolist() == [1, 0.5, pytest.approx(1 / 8)]


def test_a_box_without_area_and_no_box_at_all_are_fine():
    shapes = np.array([[10, 10]], np.float32)
    assert best_overlaps(np.zeros((1, 2), np.float32), shapes).tolist() == [0]
    assert best_overlaps(np.zeros((0, 2), np.float32), shapes).shape == (0,)


def test_the_shapes_of_a_shipped_model_are_those_of_its_config():
    model = model_of("ssd_mobilenet_v2_quick")
    assert model.size == (224, 224)
    # 4 layers of 5 aspect ratios and the square between two scales
    assert len(model.shapes) == 4 * 6
    # min_scale 0.12 of 224 pixels as a square
    assert np.abs(model.shapes - 0.12 * 224).sum(axis=1).min() < 0.01


def test_an_unknown_model_is_named():
    with pytest.raises(OptionError) as caught:
        model_of("ssd_mobilnet_v2")
    fact, _ = str(caught.value).splitlines()
    assert fact == "no config is named 'ssd_mobilnet_v2'; did you mean 'ssd_mobilenet_v2_quick'?"
