"""Boxes that are derived from other shapes."""

import math

import pytest

from boxwright.core.parsing.derived_edges import of_ellipse, turned_point


@pytest.mark.parametrize(
    "angle, edges",
    [(0, (10, 15, 30, 25)), (math.pi / 2, (15, 10, 25, 30)), (math.pi, (10, 15, 30, 25))],
)
def test_an_ellipse_is_as_wide_as_its_radii_say_when_turned(angle, edges):
    assert of_ellipse(20, 20, 10, 5, angle) == pytest.approx(edges)


def test_a_turned_circle_stays_what_it_is():
    assert of_ellipse(20, 20, 5, 5, 0.7) == pytest.approx((15, 15, 25, 25))


def test_a_quarter_turn_leaves_whole_edges_whole():
    assert of_ellipse(50, 40, 20, 10, 1.5707963) == (40, 20, 60, 60)
    assert turned_point(50, 40, 20, 10, math.pi / 2) == (40, 60)
