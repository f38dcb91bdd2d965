"""The viewer's glasses: where a point of the room lies in the picture.

The room is in metres: x to the right, y away from the viewer, z up; the table top is z = 0. The picture is
EgoHands' 1280 x 720, with a rim of PAD pixels around it that a turn of the head may bring into view.
"""

from math import atan2, cos, degrees, radians, sin
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 1280, 720  # pixels, EgoHands' frames
PAD = 56  # pixels: the farthest that the head turns, and what an outline needs beyond the rim
CANVAS = (WIDTH + 2 * PAD, HEIGHT + 2 * PAD)

# Chosen so that hands come out about as large as EgoHands' (the medians of 14,884 published boxes: own
# 238 x 155, others 171 x 141 pixels) at the places where they mostly are.
FOCUS = 860.0  # pixels
PITCH = radians(30)  # the look down
EYE = 0.5  # metres above the table
TABLE_END = 1.2  # metres from the viewer to the table's far edge


class Spot(NamedTuple):
    """A point in the picture, in canvas pixels, and how many pixels a metre takes there."""

    x: float
    y: float
    scale: float


def seen(x: float, y: float, z: float = 0.0) -> Spot:
    """Where a point of the room appears."""
    depth = y * cos(PITCH) + (EYE - z) * sin(PITCH)
    scale = FOCUS / depth
    drop = (EYE - z) * cos(PITCH) - y * sin(PITCH)
    return Spot(PAD + WIDTH / 2 + scale * x, PAD + HEIGHT / 2 + scale * drop, scale)


def on_table(x: float, y: float) -> tuple[float, float]:
    """The point of the table that appears at canvas pixel x, y."""
    drop = (y - PAD - HEIGHT / 2) / FOCUS
    away = EYE * (cos(PITCH) - drop * sin(PITCH)) / (sin(PITCH) + drop * cos(PITCH))
    return (x - PAD - WIDTH / 2) / seen(0, away).scale, away


def elevation(y: float) -> float:
    """From how many degrees above the table a point of it is seen, y metres away."""
    return degrees(atan2(EYE, y))


def perspective(corners: list[tuple[float, float]], spots: list[Spot]) -> NDArray[np.float64]:
    """Pillow's eight coefficients that fetch four corners of a flat picture to four spots."""
    rows, values = [], []
    for (u, v), (x, y, _) in zip(corners, spots, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.linalg.solve(np.array(rows), np.array(values))
