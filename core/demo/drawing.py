"""Draws frames like those of EgoHands: two people at a table, seen from the glasses of one of them.

A video is named as EgoHands names it, ACTIVITY_LOCATION_VIEWER_PARTNER. The two videos of a session
(…_B_T and …_T_B) show the same game, room and movements from the two sides.
"""

from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.random import PCG64, Generator
from PIL import Image

from boxwright.core.demo import camera
from boxwright.core.demo.limb import draw_limb
from boxwright.core.demo.outline import Points, area, clipped, resampled
from boxwright.core.demo.people import PLACES, Player, limb, player
from boxwright.core.demo.scene import scene
from boxwright.core.demo.table import noise
from boxwright.core.demo.tubes import Field

Polygon = tuple[tuple[float, float], ...]

# The far hands first: the viewer's own come in front of them.
ORDER = ("yourleft", "yourright", "myleft", "myright")
SPACING, LEAST, MOST = 7.0, 40, 200  # pixels between vertices, and how many: as EgoHands' polygons
LABELLED_AREA = 400.0  # square pixels; of what is smaller than 20 x 20 nobody draws the outline
HEAD = 24.0  # pixels that a turn of the head moves the picture


@dataclass(frozen=True, slots=True)
class Video:
    """What one video's frames share."""

    still: Image.Image
    viewer: Player
    partner: Player
    folds: Field
    sway: tuple[float, float, float, float]


def draw_frame(video: str, frame: int, seed: int = 0) -> tuple[Image.Image, dict[str, Polygon]]:
    """One frame of a video and the outlines of the hands in it.

    video     its folder's name in EgoHands, such as CARDS_COURTYARD_B_T
    frame     0 to 2699; hands move smoothly from one to the next
    returns   an RGB image of 1280 x 720 and the polygons of those of myleft, myright, yourleft, yourright
              that are in sight: (x, y) in pixels, cut at the image's edges
    """
    film = _video(video, seed)
    canvas, outlines = film.still.copy(), {}
    for name in ORDER:
        person = film.viewer if name.startswith("my") else film.partner
        shape = limb(person, name, frame)
        if shape is not None:
            outlines[name] = draw_limb(canvas, shape, person.skin, person.cloth, person.cuff, film.folds)
    left, top = _head(film, frame)
    image = canvas.crop((left, top, left + camera.WIDTH, top + camera.HEIGHT))
    polygons = {name: _polygon(points - (left, top)) for name, points in outlines.items()}
    return image, {name: polygons[name] for name in PLACES if polygons.get(name)}


@lru_cache(maxsize=2)  # both sides of one session
def _video(name: str, seed: int) -> Video:
    activity, location, viewer, partner = name.split("_")
    first, second = sorted((viewer, partner))
    session = crc32(f"{activity}_{location}_{first}_{second}".encode())
    rng = Generator(PCG64([seed, session]))
    players = {actor: player(rng, actor, activity) for actor in (first, second)}
    folds = noise(rng, camera.CANVAS, (64, 34)) + 0.25 * noise(rng, camera.CANVAS, (18, 14))
    still = scene(rng, activity, location, players[partner], folds, turned=viewer != first)
    sway = Generator(PCG64([seed, crc32(name.encode())])).uniform(0, 6.28, 4)
    return Video(still, players[viewer], players[partner], folds, tuple(sway.tolist()))


def _head(film: Video, frame: int) -> tuple[int, int]:
    """Where the picture's corner lies on the canvas while the viewer's head sways."""
    second = frame / 30
    a, b, c, d = film.sway
    right = HEAD * (np.sin(0.5 * second + a) + 0.6 * np.sin(1.3 * second + b))
    down = HEAD * (np.sin(0.4 * second + c) + 0.4 * np.sin(1.1 * second + d))
    return camera.PAD + round(float(right)), camera.PAD + round(float(down))


def _polygon(points: Points) -> Polygon:
    """An outline as an annotator leaves it: within the image, few vertices; () where too little shows."""
    inside = clipped(points, camera.WIDTH, camera.HEIGHT)
    if len(inside) < 3 or abs(area(inside)) < LABELLED_AREA:
        return ()
    return tuple((round(float(x), 2), round(float(y), 2)) for x, y in resampled(inside, SPACING, LEAST, MOST))
