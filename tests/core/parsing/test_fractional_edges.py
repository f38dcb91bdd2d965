"""Fractions of an image as pixels: exact where floats are not, on the border where only noise leaves it."""

from pathlib import Path

import pytest

from boxwright.core.frame import Frame
from boxwright.core.parsing.fractional_edges import pixel_edges, share
from boxwright.core.problems import Policy
from boxwright.core.reporter import Reporter


def edges(*fractions: float) -> tuple[float, float, float, float]:
    reporter = Reporter(root=Path(), policy=Policy(), sink=lambda problem: None)
    x_min, y_min, x_max, y_max = fractions
    return pixel_edges((x_min, y_min, x_max, y_max), Frame(reporter, "a.txt", 300, 200), (300, 200))


def test_float_noise_is_gone():
    assert edges(1 / 300, 1 / 3, 0.7, 0.95) == (1, 66.666667, 210, 190)


def test_an_edge_leaves_the_image_only_by_more_than_five_decimals_tell():
    assert edges(-0.000005, 0, 1.000005, 1) == (0, 0, 300, 200)
    assert edges(-0.0001, 0, 1, 1.0001) == (-0.03, 0, 300, 200.02)


def test_pixels_are_no_fraction():
    assert share("1.5", "x") == 1.5
    with pytest.raises(ValueError, match="x: '3' is no fraction of the image"):
        share("3", "x")
