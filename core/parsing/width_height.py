"""Boxes as x, y, width, height, so that edges survive: they become floats that add up to the same again."""

import math

from boxwright.core.numbers import number, shortened
from boxwright.core.schema import Edges
from boxwright.core.write_context import WriteContext

NAMES = ("x", "y", "width", "height")
TIDY_DIGITS = 6  # of a width: as many as any tool writes


def edges_of(value: object) -> Edges:
    """The edges of a list x, y, width, height; raises ValueError."""
    if not isinstance(value, list) or len(value) != len(NAMES):
        raise ValueError(f"expected [{', '.join(NAMES)}]; found {shortened(value)}")
    x, y, width, height = value
    # Nearly all are; `number`, which names the one that is wrong, costs four times as much.
    floats = type(x) is float and type(y) is float and type(width) is float and type(height) is float
    if not (floats and math.isfinite(x + y + width + height)):
        x, y, width, height = map(number, value, NAMES)
    return x, y, x + width, y + height


def length(low: float, high: float) -> float:
    """The length between two edges, without the digits of float noise where it gives `high` again."""
    exact = high - low
    if exact % 1 == 0:  # nearly every one there is
        return exact
    tidy = round(exact, TIDY_DIGITS)
    return tidy if low + tidy == high else exact


def sides(edges: Edges, context: WriteContext) -> Edges:
    """The x, y, width and height to write; edges that these do not quite give are lost."""
    x, y, right, bottom = edges
    width, height = length(x, right), length(y, bottom)
    if (x + width, y + height) != (right, bottom):
        context.lose("edges", "x + width is not quite the right edge: float noise")
    return x, y, width, height


def nearly(stated: object, edges: Edges) -> Edges:
    """Edges as they are stated beside a box, where it is off by a rounding; a box that was edited wins."""
    if not isinstance(stated, list) or len(stated) != len(edges) or set(map(type, stated)) != {float}:
        return edges
    near = all(abs(a - b) <= math.ulp(b) for a, b in zip(stated, edges, strict=True))
    return (stated[0], stated[1], stated[2], stated[3]) if near else edges
