import numpy as np
import pytest

from boxwright.core.detector.anchors import multiscale_anchors, ssd_anchors
from boxwright.core.pipeline.anchor_generator import MultiscaleAnchorGenerator, SsdAnchorGenerator

RATIOS = (1.0, 2.0, 0.5, 3.0, 0.3333)
SIX_GRIDS = [(side, side) for side in (19, 10, 5, 3, 2, 1)]
SCALES = {  # min_scale and max_scale of the tutorial's configs
    "ssd_mobilenet_v1": (0.1, 0.9),
    "ssd_inception_v2": (0.1, 0.9),
    "ssd_mobilenet_v2": (0.05, 0.95),
    "ssdlite_mobilenet_v2": (0.05, 0.95),
}


def anchors_of(model):
    if model == "ssd_resnet50_v1_fpn":
        config = MultiscaleAnchorGenerator(aspect_ratios=(1.0, 2.0, 0.5))
        return multiscale_anchors(config, [(side, side) for side in (80, 40, 20, 10, 5)], (640, 640))
    low, high = SCALES[model]
    return ssd_anchors(
        SsdAnchorGenerator(min_scale=low, max_scale=high, aspect_ratios=RATIOS), SIX_GRIDS, (300, 300)
    )


def sides(anchors):
    """Heights and widths, rounded to what one can read."""
    return [[round(float(y1 - y0), 4), round(float(x1 - x0), 4)] for y0, x0, y1, x1 in anchors]


@pytest.mark.parametrize("model", ["ssd_mobilenet_v1", "ssd_mobilenet_v2"])
def test_anchors_are_the_originals_to_the_last_bit(measured, model):
    with np.load(measured / "anchors.npz") as expected:
        np.testing.assert_array_equal(anchors_of(model), expected[model], strict=True)


def test_anchors_of_a_pyramid_are_the_originals_to_the_last_bit(measured):
    anchors = anchors_of("ssd_resnet50_v1_fpn")
    assert anchors.shape == (51150, 4)
    with np.load(measured / "anchors.npz") as expected:
        some = anchors[expected["ssd_resnet50_v1_fpn/idx"]]
        np.testing.assert_array_equal(some, expected["ssd_resnet50_v1_fpn/val"], strict=True)


@pytest.mark.parametrize("model", [*SCALES, "ssd_resnet50_v1_fpn"])
def test_all_anchors_are_the_originals_to_the_last_bit(reference, model):
    with np.load(reference / "forward" / f"{model}.npz") as expected:
        np.testing.assert_array_equal(anchors_of(model), expected["anchors"], strict=True)


def test_the_lowest_layer_has_three_anchors_whatever_the_ratios():
    config = SsdAnchorGenerator(num_layers=2, min_scale=0.2, max_scale=0.8, aspect_ratios=(1.0,))
    anchors = ssd_anchors(config, [(1, 1), (1, 1)], (300, 300))
    assert sides(anchors) == [
        [0.1, 0.1],
        [0.1414, 0.2828],
        [0.2828, 0.1414],
        [0.8, 0.8],
        [0.8944, 0.8944],  # sqrt(0.8 * 1.0): between this layer's scale and the next
    ]


def test_the_lowest_layer_is_like_the_others_if_asked():
    config = SsdAnchorGenerator(
        num_layers=1, min_scale=0.25, aspect_ratios=(4.0,), reduce_boxes_in_lowest_layer=False
    )
    assert sides(ssd_anchors(config, [(1, 1)], (300, 300))) == [[0.125, 0.5], [0.5, 0.5]]


def test_no_anchor_lies_between_scales_if_its_ratio_is_0():
    config = SsdAnchorGenerator(
        num_layers=2,
        min_scale=0.3,
        max_scale=0.6,
        aspect_ratios=(1.0,),
        interpolated_scale_aspect_ratio=0.0,
    )
    assert sides(ssd_anchors(config, [(1, 1), (1, 1)], (300, 300)))[3:] == [[0.6, 0.6]]


def test_columns_come_before_rows_and_border_anchors_are_not_clipped():
    config = SsdAnchorGenerator(
        num_layers=1,
        min_scale=1.0,
        aspect_ratios=(1.0,),
        interpolated_scale_aspect_ratio=0.0,
        reduce_boxes_in_lowest_layer=False,
    )
    assert ssd_anchors(config, [(2, 2)], (300, 300)).tolist() == [
        [-0.25, -0.25, 0.75, 0.75],
        [-0.25, 0.25, 0.75, 1.25],
        [0.25, -0.25, 1.25, 0.75],
        [0.25, 0.25, 1.25, 1.25],
    ]


def test_a_square_anchor_is_square_on_an_oblong_image():
    config = SsdAnchorGenerator(
        num_layers=1,
        min_scale=0.5,
        aspect_ratios=(1.0,),
        interpolated_scale_aspect_ratio=0.0,
        reduce_boxes_in_lowest_layer=False,
    )
    assert sides(ssd_anchors(config, [(1, 2)], (200, 400))) == [[0.5, 0.25], [0.5, 0.25]]


@pytest.mark.parametrize("side, first", [(64, 4 / 64), (60, 0.0)])
def test_a_pyramids_anchors_start_half_a_stride_in_where_the_stride_divides_the_image(side, first):
    config = MultiscaleAnchorGenerator(min_level=3, max_level=3, aspect_ratios=(1.0,), scales_per_octave=1)
    [anchor, *_] = multiscale_anchors(config, [(8, 8)], (side, side))
    assert (anchor[0] + anchor[2]) / 2 == pytest.approx(first, abs=1e-6)


def test_another_number_of_feature_maps_is_refused():
    with pytest.raises(ValueError) as caught:
        ssd_anchors(SsdAnchorGenerator(), [(19, 19)], (300, 300))
    assert str(caught.value) == "anchors for 6 layers, but 1 feature maps: see num_layers"
    with pytest.raises(ValueError) as caught:
        multiscale_anchors(MultiscaleAnchorGenerator(), [(19, 19)], (300, 300))
    assert str(caught.value) == "anchors for levels 3 to 7, but 1 feature maps"
