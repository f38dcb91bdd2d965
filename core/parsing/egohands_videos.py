"""The names of EgoHands' videos and frames, and what they tell: the game, and the data set's own split."""

import re
from itertools import permutations
from pathlib import PurePosixPath

# The 24 games. Both people wear a camera, so each is two videos: CARDS_COURTYARD_B_T and CARDS_COURTYARD_T_B.
GAMES = {  # who played in the COURTYARD, in the LIVINGROOM and in the OFFICE
    "CARDS": ("BT HS", "BT HS", "BS HT"),
    "CHESS": ("BT HS", "BS HT", "BS HT"),
    "JENGA": ("BH ST", "BH ST", "BS HT"),
    "PUZZLE": ("BS HT", "BT HS", "BH ST"),
}
VIDEOS = tuple(
    f"{activity}_{location}_{viewer}_{partner}"
    for activity, places in GAMES.items()
    for location, pairs in zip(("COURTYARD", "LIVINGROOM", "OFFICE"), places, strict=True)
    for viewer, partner in sorted(two for pair in pairs.split() for two in permutations(pair))
)

# getMetaBy('MainSplit', …) of the data set. It leaks: the partner's view of all 12 videos below, the same 90
# seconds at the same table, is in its training part. A split by `group` does not.
OFFICIAL_TEST = (
    "CARDS_COURTYARD_B_T",
    "CARDS_OFFICE_S_B",
    "CHESS_COURTYARD_B_T",
    "CHESS_LIVINGROOM_T_H",
    "JENGA_LIVINGROOM_S_T",
    "JENGA_OFFICE_H_T",
    "PUZZLE_COURTYARD_H_T",
    "PUZZLE_LIVINGROOM_T_B",
)
OFFICIAL_VALID = ("CARDS_LIVINGROOM_S_H", "CHESS_COURTYARD_H_S", "JENGA_COURTYARD_T_S", "PUZZLE_OFFICE_S_T")
OFFICIAL_TRAIN = tuple(video for video in VIDEOS if video not in OFFICIAL_TEST + OFFICIAL_VALID)

VIDEO_NAME = re.compile(r"([A-Z]+)_([A-Z]+)_([A-Z])_([A-Z])")
FRAME_STEM = re.compile(r"frame_([0-9]+)", re.IGNORECASE)
FRAME_NAME = re.compile(r"(?:(.+)_)?frame_([0-9]{4})\.jpg", re.DOTALL)


def split_of(path: str) -> str | None:
    """The part of the data set's own split that an image is in; None for a video that is none of the 48."""
    image = PurePosixPath(path)
    flat = FRAME_NAME.fullmatch(image.name)
    video = flat[1] if flat and flat[1] else image.parent.name
    parts = {"train": OFFICIAL_TRAIN, "val": OFFICIAL_VALID, "test": OFFICIAL_TEST}
    return next((split for split, videos in parts.items() if video in videos), None)


def session_of(video: str) -> str | None:
    """What both cameras of one game share; None for a name that is no video's."""
    found = VIDEO_NAME.fullmatch(video)
    return found and f"{found[1]}_{found[2]}_{''.join(sorted(found.group(3, 4)))}"
