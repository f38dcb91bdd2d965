import pytest

from boxwright.core.detector.nets.mobilenet_v2 import rounded_depth


@pytest.mark.parametrize(
    "depth, rounded",
    [(24, 24), (24 * 1.4, 32), (16 * 0.35, 8), (32 * 0.75, 24), (11, 16), (12, 16), (3, 8)],
)
def test_depths_are_multiples_of_8_near_their_value(depth: float, rounded: int):
    assert rounded_depth(depth) == rounded


def test_a_depth_is_not_below_the_least():
    assert rounded_depth(32 * 0.25, 16) == 16
