"""A hand as tubes: bones with joints that bend, turned in space and seen from the viewer's glasses.

Unit: a palm from the wrist to the knuckles, about 10 cm. A right hand lies palm down on the table: x towards
the little finger, y along the fingers, z up. A left hand is its mirror image.
"""

from dataclasses import dataclass, replace
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from boxwright.core.demo.tubes import Tube, Vector

Matrix = NDArray[np.float64]
Finger = tuple[tuple[float, float], tuple[float, float, float], float, float, float]

# Knuckle x and y, the lengths of the three bones, radius at the knuckle and at the tip, degrees outwards.
# Proportions of an adult's hand (19 cm long, 8.5 cm broad), in palms.
FINGERS: tuple[Finger, ...] = (
    ((-0.31, 0.92), (0.47, 0.29, 0.23), 0.112, 0.078, -5.0),
    ((-0.085, 0.97), (0.52, 0.33, 0.24), 0.115, 0.080, -1.0),
    ((0.14, 0.91), (0.48, 0.31, 0.24), 0.108, 0.076, 4.0),
    ((0.34, 0.79), (0.39, 0.24, 0.20), 0.095, 0.066, 11.0),
)
WRIST = ((-0.15, 0.02), (-0.06, 0.0), (0.05, 0.0), (0.15, 0.02))
THUMB_ROOT = (-0.16, 0.14, -0.06)
THUMBNAIL = (-0.55, 0.0, 0.83)  # where it faces
THUMB_BONES = (
    (0.44, 0.185, 0.14),
    (0.31, 0.125, 0.112),
    (0.25, 0.11, 0.082),
)  # length, radius at start and end
FLEX = 0.7  # the share of a hand's pitch that bends the wrist instead of lifting the elbow
JOINT_BEND = (52.0, 70.0, 48.0)  # degrees at a finger's three joints when it is curled all the way


@dataclass(frozen=True, slots=True)
class Pose:
    """How a hand is held.

    curls    of the index, middle, ring and little finger: 0 straight, 1 a fist
    spread   1 is relaxed, 0 fingers together
    thumb    0 along the index finger, 1 far from the palm
    yaw      degrees in the table's plane; 0 points away from the viewer, positive turns counter-clockwise
    pitch    degrees; negative: the fingers point down
    roll     degrees about the fingers' axis; positive: the thumb goes up
    """

    curls: tuple[float, float, float, float] = (0.2, 0.2, 0.25, 0.3)
    spread: float = 1.0
    thumb: float = 0.5
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0


@dataclass(frozen=True, slots=True)
class Nail:
    """A fingernail: its middle, its two half axes, and how squarely it faces the eye (1: fully, 0: not)."""

    middle: tuple[float, float]
    along: tuple[float, float]
    across: tuple[float, float]
    facing: float


@dataclass(frozen=True, slots=True)
class Hand:
    """A hand in camera axes about its wrist, in palms.

    knuckles   where the joints are
    grip       the point between the tips of thumb and index finger
    """

    tubes: tuple[Tube, ...]
    arm: Tube
    nails: tuple[Nail, ...]
    knuckles: tuple[Vector, ...]
    grip: Vector


def hand(pose: Pose, elevation: float, bend: float, *, left: bool) -> Hand:
    """A hand in a pose.

    elevation   degrees from which the eye looks down at the table
    bend        the wrist's angle to the forearm in degrees; positive: the hand turns counter-clockwise
    """
    turn = _turn(pose, elevation, left)
    fingers = [_finger(finger, curl, pose.spread) for finger, curl in zip(FINGERS, pose.curls, strict=True)]
    digits = [_thumb(pose), *fingers]
    nails = [_nail(digits[0][-1], turn, THUMBNAIL), *(_nail(digit[-1], turn, None) for digit in fingers)]
    tubes = [*_palm(), *(tube for digit in digits for tube in digit)]
    return Hand(
        tubes=tuple(_turned(tube, turn) for tube in tubes),
        arm=_turned(_arm(bend if left else -bend, FLEX * pose.pitch), turn),
        nails=tuple(nail for nail in nails if nail.facing > 0),
        grip=_point(turn @ np.mean([digits[0][-1].end, digits[1][-1].end], axis=0)),
        knuckles=tuple(_point(turn @ tube.start) for digit in digits for tube in digit),
    )


def _arm(bend: float, flex: float) -> Tube:
    """The forearm to the elbow, 26 cm away: bent sideways and, where flex is negative, downwards."""
    side, down = radians(bend), radians(flex)
    flat = 2.6 * cos(down)
    elbow = (flat * sin(side), -flat * cos(side), -0.06 + 2.6 * sin(down))
    return Tube((0.0, 0.1, -0.06), elbow, 0.27, 0.42, blend=0.2, flat=0.75)


def _palm() -> list[Tube]:
    """Four bones side by side below one broad back."""
    bones = [
        Tube((x, y, 0.0), (*finger[0], 0.02), 0.17, finger[2] + 0.015, blend=0.16, flat=0.75)
        for (x, y), finger in zip(WRIST, FINGERS, strict=True)
    ]
    return [*bones, Tube((0.0, 0.12, 0.0), (0.0, 0.62, 0.02), 0.29, 0.35, blend=0.1, flat=0.42)]


def _thumb(pose: Pose) -> list[Tube]:
    angle, at, tubes = 16 + 42 * pose.thumb, THUMB_ROOT, []
    for number, (length, start, end) in enumerate(THUMB_BONES):
        side = radians(angle)
        following = (at[0] - length * sin(side), at[1] + length * cos(side), at[2] - 0.05)
        tubes.append(Tube(at, following, start, end, blend=0.14 if number == 0 else 0.05))
        at, angle = following, angle - 14
    return tubes


def _finger(finger: Finger, curl: float, spread: float) -> list[Tube]:
    (x, y), lengths, thick, thin, outwards = finger
    side, down, at = radians(outwards * spread), radians(6.0), (x, y, 0.03)
    radii = np.linspace(thick, thin, 4)
    tubes = []
    for bone, (length, bend) in enumerate(zip(lengths, JOINT_BEND, strict=True)):
        down += radians(bend * curl)
        flat = length * cos(down)
        following = (at[0] + flat * sin(side), at[1] + flat * cos(side), at[2] - length * sin(down))
        tubes.append(Tube(at, following, radii[bone], radii[bone + 1], blend=0.09 if bone == 0 else 0.03))
        at = following
    return tubes


def _nail(tip: Tube, turn: Matrix, outwards: Vector | None) -> Nail:
    """The nail on a digit's last bone; `outwards` is where it faces, None: upwards, as a finger's."""
    bone = np.subtract(tip.end, tip.start)
    bone /= np.linalg.norm(bone)
    side = np.array([1.0, 0.0, 0.0]) if outwards is None else np.cross(bone, outwards)
    side = (side - bone * (side @ bone)) / np.linalg.norm(side - bone * (side @ bone))
    out = np.cross(side, bone)
    middle = np.array(tip.end) + 0.92 * tip.end_radius * out - 0.3 * tip.end_radius * bone
    (x, y, _), along, across = turn @ middle, turn @ bone * tip.end_radius, turn @ side * tip.end_radius
    return Nail(
        (x, y),
        (0.85 * along[0], 0.85 * along[1]),
        (0.68 * across[0], 0.68 * across[1]),
        float((turn @ out)[2]),
    )


def _turn(pose: Pose, elevation: float, left: bool) -> Matrix:
    """From the hand's axes to the camera's: x right, y down, z towards the eye."""
    view = radians(elevation)
    camera = np.array([[1, 0, 0], [0, -sin(view), -cos(view)], [0, -cos(view), sin(view)]])
    mirror = np.diag([-1.0 if left else 1.0, 1.0, 1.0])
    roll = _rotation(1, pose.roll)
    return camera @ _rotation(2, pose.yaw) @ _rotation(0, pose.pitch) @ mirror @ roll


def _rotation(axis: int, degrees: float) -> Matrix:
    """A counter-clockwise turn about x, y or z, seen from the axis' tip."""
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix, angle = np.eye(3), radians(degrees)
    matrix[first, first] = matrix[second, second] = cos(angle)
    matrix[first, second], matrix[second, first] = -sin(angle), sin(angle)
    return matrix


def _turned(tube: Tube, turn: Matrix) -> Tube:
    start, end = _point(turn @ tube.start), _point(turn @ tube.end)
    return replace(tube, start=start, end=end)


def _point(values: Matrix) -> Vector:
    x, y, z = values.tolist()
    return x, y, z
