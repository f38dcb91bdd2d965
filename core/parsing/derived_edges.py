"""Boxes of objects that were drawn as something else: what they are around, and that they are derived."""

import math
from pathlib import Path

from boxwright.core.frame import Frame, shown
from boxwright.core.problems import Action
from boxwright.core.schema import Edges, Point

# Of what is turned, in pixels: an angle of seven digits tells no more, and a quarter turn stays whole.
TURNED_DIGITS = 6


def derived(
    shape: str, edges: Edges, frame: Frame, path: Path, where: str, *, loose: bool = False
) -> Edges | None:
    """The extent of a shape that no field of a box holds; None where the policy drops the object.

    loose   the shape encloses nothing (points, a line): dropped unless the policy wants its extent
    """
    default: Action = "skip" if loose else "repair"
    message = f"no box, but {shape}; its extent is {shown(edges)}"
    dropped = frame.reporter.problem("derived_box", path, where, message, default) == "skip"
    return None if dropped else edges


def of_ellipse(x: float, y: float, across: float, down: float, angle: float = 0.0) -> Edges:
    """The extent of an ellipse around a centre, with its two radii, turned by an angle in radians."""
    cosine, sine = math.cos(angle), math.sin(angle)
    width, height = math.hypot(across * cosine, down * sine), math.hypot(across * sine, down * cosine)
    left, top, right, bottom = x - width, y - height, x + width, y + height
    return _tidy(left), _tidy(top), _tidy(right), _tidy(bottom)


def turned_point(x: float, y: float, right: float, down: float, angle: float) -> Point:
    """Where a point comes to lie that is right of and below a centre, turned clockwise by radians."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return _tidy(x + right * cosine - down * sine), _tidy(y + right * sine + down * cosine)


def _tidy(edge: float) -> float:
    return round(edge, TURNED_DIGITS)
