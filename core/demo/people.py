"""The players: how they look, how their hands move, and where their arms are in a frame."""

from dataclasses import dataclass
from math import atan2, degrees

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from boxwright.core.demo import camera
from boxwright.core.demo.hand import Pose, hand
from boxwright.core.demo.limb import HELD, Limb, Thing
from boxwright.core.demo.tubes import Colour, Surface

# EgoHands has four actors. Skin in the light and in the shade: shade is darker and redder, never grey.
SKINS = {
    "B": Surface((240, 190, 158), (104, 48, 34), 0.05),
    "H": Surface((214, 156, 116), (84, 40, 24), 0.06),
    "S": Surface((150, 98, 68), (50, 22, 14), 0.09),
    "T": Surface((246, 206, 184), (122, 60, 50), 0.05),
}
CLOTHS: tuple[Colour, ...] = (
    *((56, 74, 116), (122, 42, 48), (64, 92, 72), (92, 92, 98)),
    *((196, 190, 178), (38, 40, 46), (168, 132, 84), (126, 150, 178)),
)

# The middle of each hand in the pictures, as fractions of width and height: the means over EgoHands' frames
# with four hands. "my" hands are the viewer's.
PLACES = {
    "myleft": (0.21, 0.87),
    "myright": (0.60, 0.83),
    "yourleft": (0.58, 0.44),
    "yourright": (0.35, 0.43),
}

# Ways to hold a hand: curls of four fingers, spread, thumb, pitch, roll.
HOLDS = np.array(
    [
        (0.18, 0.20, 0.25, 0.30, 1.0, 0.45, -6, 4),  # resting
        (0.34, 0.40, 0.46, 0.50, 0.7, 0.35, -14, 8),  # loosely closed
        (0.46, 0.42, 0.40, 0.42, 0.6, 0.15, -20, 18),  # pinching
        (0.42, 0.46, 0.50, 0.52, 0.5, 0.10, 2, 42),  # holding cards up
        (0.06, 0.72, 0.80, 0.84, 0.8, 0.20, -12, 2),  # pointing
        (0.08, 0.10, 0.12, 0.16, 2.0, 0.95, -4, 0),  # spread
        (0.66, 0.72, 0.76, 0.80, 0.4, 0.15, 4, 14),  # a loose fist
    ]
)
KEY_FRAMES, LAST_FRAME = 45, 2700  # a new intention every 1.5 s; EgoHands' videos have 2,700 frames at 30 Hz
AWAY = {"left": 0.33, "right": 0.19}  # how often a hand is out of sight; EgoHands shows 3.1 hands in a frame


@dataclass(frozen=True, slots=True)
class Motion:
    """How one hand moves through a video: a row of numbers at every key frame, eased in between.

    Columns: metres right and forward, away (0 on the table, 1 gone), wrist bend in degrees, then HOLDS'.
    """

    keys: NDArray[np.float64]

    def at(self, frame: int) -> NDArray[np.float64]:
        """The row for a frame."""
        number, rest = divmod(min(frame, LAST_FRAME), KEY_FRAMES)
        share = rest / KEY_FRAMES
        share = share * share * (3 - 2 * share)
        row: NDArray[np.float64] = self.keys[number] * (1 - share) + self.keys[number + 1] * share
        return row


def motion(rng: Generator, side: str) -> Motion:
    """A hand's way through a video."""
    count = LAST_FRAME // KEY_FRAMES + 2
    place = np.column_stack([rng.normal(0, 0.05, count), rng.normal(0, 0.045, count)])
    place += np.cumsum(rng.normal(0, 0.006, (count, 2)), axis=0)
    away = (rng.random(count) < AWAY[side]).astype(np.float64)
    holds = HOLDS[rng.integers(len(HOLDS), size=count)] * rng.uniform(0.8, 1.2, (count, 1))
    return Motion(np.column_stack([place, away, rng.normal(0, 14, count), holds]))


@dataclass(frozen=True, slots=True)
class Player:
    """One person in one session.

    cuff   where the sleeve ends: share of the forearm from the wrist; 1 is a T-shirt
    held   what the game puts between thumb and finger: as this player sees it, and the other
    """

    skin: Surface
    cloth: Surface
    cuff: float
    left: Motion
    right: Motion
    held: tuple[Thing, Thing] | None


def player(rng: Generator, actor: str, activity: str) -> Player:
    """The person with this letter, dressed for the day."""
    light = CLOTHS[int(rng.integers(len(CLOTHS)))]
    red, green, blue = light
    cuff = float(rng.choice((0.1, 0.16, 0.55, 1.0)))
    return Player(
        skin=SKINS[actor],
        cloth=Surface(light, (red * 0.28, green * 0.28, blue * 0.32)),
        cuff=cuff,
        left=motion(rng, "left"),
        right=motion(rng, "right"),
        held=HELD.get(activity),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A side of the table as the viewer sees it; lengths in metres, angles in degrees.

    facing       1 looks away from the viewer, -1 at the viewer
    elbow        how far outwards and back of the hand the elbow is
    palm         from the wrist to the middle of the hand
    retreat      how far back a hand goes that leaves
    size         of a palm; larger than life, since the camera's angle is wide
    pitch        how much the hands hang down, added to the pose's
    eye          how much steeper than the table's plane a hand is seen, since it is raised
    """

    facing: int
    elbow: tuple[float, float]
    palm: float
    retreat: float
    size: float
    pitch: float
    eye: float


MINE = Seat(facing=1, elbow=(0.20, 0.36), palm=0.10, retreat=0.42, size=0.112, pitch=0, eye=12)
YOURS = Seat(facing=-1, elbow=(0.40, 0.36), palm=0.12, retreat=0.24, size=0.130, pitch=-24, eye=6)
HOVER = 0.03  # metres from the table to the middle of a hand
SHOULDER = (0.19, 1.3, 0.21)  # of the person across: metres right, away, up
GRIP_ROLL, GRIP_PITCH = 26.0, -15.0  # degrees: hands turned or bent so far hold something


def limb(person: Player, name: str, frame: int) -> Limb | None:
    """The arm whose hand has this label (a key of PLACES) in a frame, or None while it is out of sight."""
    seat, left = (MINE if name.startswith("my") else YOURS), name.endswith("left")
    right, forward, away, bend, *hold = (person.left if left else person.right).at(frame).tolist()
    if away > 0.97:
        return None
    x, y = _place(name, seat, right, forward - away * seat.retreat)
    outwards = -seat.facing if left else seat.facing
    across, along = x * 0.25 - outwards * seat.elbow[0], seat.facing * seat.elbow[1]
    reach = float(np.hypot(across, along))
    x, y = x - seat.palm * across / reach, y - seat.palm * along / reach
    pose = _pose(hold, degrees(atan2(-across, along)) + bend, seat)
    hidden = seat is YOURS and away > 0.3
    spot = camera.seen(x, y, HOVER - (0.34 * max(away - 0.5, 0) if hidden else 0))
    shoulder = camera.seen(SHOULDER[0] if left else -SHOULDER[0], *SHOULDER[1:])
    return Limb(
        hand=hand(pose, camera.elevation(y) + seat.eye, bend, left=left),
        x=spot.x,
        y=spot.y,
        unit=spot.scale * seat.size,
        floor=camera.seen(0, camera.TABLE_END).y + 260 * (1 - away) ** 2 if hidden else None,
        shoulder=(shoulder.x, shoulder.y) if seat is YOURS else None,
        held=_held(person, pose, seat),
    )


def _held(person: Player, pose: Pose, seat: Seat) -> Thing | None:
    grips = pose.roll > GRIP_ROLL or pose.pitch - seat.pitch < GRIP_PITCH
    return person.held[seat is YOURS] if person.held and grips else None


def _place(name: str, seat: Seat, right: float, forward: float) -> tuple[float, float]:
    """Where the middle of a hand is on the table: its usual place, moved to its owner's right and forward."""
    share_x, share_y = PLACES[name]
    x, y = camera.on_table(camera.PAD + share_x * camera.WIDTH, camera.PAD + share_y * camera.HEIGHT)
    return x + seat.facing * right, y + seat.facing * forward


def _pose(hold: list[float], yaw: float, seat: Seat) -> Pose:
    index, middle, ring, little, spread, thumb, pitch, roll = hold
    return Pose(
        curls=(index, middle, ring, little),
        spread=spread,
        thumb=thumb,
        yaw=yaw,
        pitch=pitch + seat.pitch,
        roll=roll,
    )
