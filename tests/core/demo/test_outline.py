from math import pi

import numpy as np
import pytest

from boxwright.core.demo.outline import area, clipped, outline, resampled

SQUARE = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)])


def disc(radius, x=50, y=50):
    rows, columns = np.mgrid[:100, :100]
    return (np.hypot(columns - x, rows - y) - radius).astype(np.float32)


def test_the_outline_of_a_disc_is_its_circle():
    line = outline(disc(30))
    assert abs(area(line)) == pytest.approx(pi * 30**2, rel=0.002)
    assert np.hypot(*(line - 50).T) == pytest.approx(30, abs=0.05)


def test_a_shape_that_leaves_the_field_is_closed_along_its_rim():
    line = outline(disc(30, x=0))
    assert abs(area(line)) == pytest.approx(pi * 30**2 / 2, rel=0.05)


def test_of_several_shapes_the_largest_is_outlined():
    line = outline(np.minimum(disc(20, x=30), disc(10, x=80)))
    assert line[:, 0].max() == pytest.approx(50, abs=0.05)


def test_the_outline_of_nothing_is_empty():
    assert outline(np.ones((5, 5), np.float32)).shape == (0, 2)


def test_a_closed_line_is_cut_at_the_rectangle():
    cut = clipped(SQUARE - (4, 7), 5, 100)
    assert abs(area(cut)) == 5 * 3 and cut.min() == 0 and cut.max(axis=0).tolist() == [5, 3]


def test_what_lies_outside_the_rectangle_is_cut_away():
    assert len(clipped(SQUARE + 100, 50, 50)) == 0


@pytest.mark.parametrize("spacing, count", [(1, 40), (0.001, 60), (100, 12)])
def test_vertices_are_spread_evenly_and_their_number_is_bounded(spacing, count):
    line = resampled(SQUARE, spacing, 12, 60)
    assert len(line) == count
    steps = np.hypot(*(np.roll(line, -1, axis=0) - line).T)
    assert steps.max() == pytest.approx(40 / count)
