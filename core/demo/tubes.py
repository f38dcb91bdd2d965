"""Soft shapes from tapered tubes: arms, hands, heads and chess pieces are all drawn this way.

A shape is a list of tubes in camera pixels: x right, y down, z towards the viewer. Its distance field gives
the silhouette (smooth where tubes meet), its height field the light and shade.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[np.floating]  # float32, but numpy's types lose that when a float is added
Pixels = NDArray[np.uint8]
Vector = tuple[float, float, float]
Colour = tuple[float, float, float]

FAR = 1e3  # "nothing near" in a distance field; any number larger than a shape's blend would do
SUN = (-0.42, -0.62, 0.66)  # from the upper left, in front of the picture: what eyes expect
TINY = 1e-30  # the exponential of a surface that lies nowhere; float32 can hold it
SKIRT = 4.0  # how steeply a surface falls beyond its rim, where silhouettes melt
AMBIENT = 0.2  # light that comes from everywhere


@dataclass(frozen=True, slots=True)
class Tube:
    """A round bar from one point to another.

    blend    how far its silhouette melts into the tubes before it, in pixels; above 0
    flat     its height over its radius: 1 is round, 0.5 lies flat like a palm
    """

    start: Vector
    end: Vector
    start_radius: float
    end_radius: float
    blend: float = 1.0
    flat: float = 1.0

    def scaled(self, factor: float, x: float, y: float) -> "Tube":
        """The tube enlarged about the origin, then moved."""
        sx, sy, sz = (factor * value for value in self.start)
        ex, ey, ez = (factor * value for value in self.end)
        return replace(
            self,
            start=(sx + x, sy + y, sz),
            end=(ex + x, ey + y, ez),
            start_radius=factor * self.start_radius,
            end_radius=factor * self.end_radius,
            blend=factor * self.blend,
        )


class Window(NamedTuple):
    """A rectangle of whole pixels of a picture."""

    left: int
    top: int
    width: int
    height: int

    @property
    def corner(self) -> tuple[int, int]:
        """Where the window's first pixel lies in the picture."""
        return self.left, self.top


class Surface(NamedTuple):
    """How a surface looks: its colour in the light and in the shade, how much it shines (0 to 1)."""

    light: Colour
    shade: Colour
    gloss: float = 0.0


def window(tubes: Sequence[Tube], size: tuple[int, int], margin: float = 3) -> Window:
    """The part of a picture of this size that the tubes can touch; its width is 0 where there is none."""
    ends = np.array([[tube.start, tube.end] for tube in tubes])[..., :2].reshape(-1, 2)
    reach = np.array([[tube.start_radius, tube.end_radius] for tube in tubes]).reshape(-1, 1) + margin
    left, top = np.clip(np.floor((ends - reach).min(axis=0)), 0, size).astype(int)
    right, bottom = np.clip(np.ceil((ends + reach).max(axis=0)), 0, size).astype(int)
    if right <= left or bottom <= top:
        return Window(0, 0, 0, 0)
    return Window(int(left), int(top), int(right - left), int(bottom - top))


def fields(tubes: Sequence[Tube], part: Window, melt: float) -> tuple[Field, Field]:
    """The signed distance to the shape's silhouette and the height of its surface, both (height, width).

    Samples lie at pixel centres: [row, column] at (left + column + 0.5, top + row + 0.5).
    melt   how softly one tube's surface turns into another's, in pixels
    """
    distance = np.full((part.height, part.width), FAR, np.float32)
    surface = np.full((part.height, part.width), TINY, np.float32)
    for tube in tubes:
        _add(tube, part, melt, distance, surface)
    return distance, np.log(surface) * melt


def _add(tube: Tube, part: Window, melt: float, distance: Field, surface: Field) -> None:
    near = window([tube], (part.left + part.width, part.top + part.height), max(tube.blend, 2 * melt) + 2)
    left, top = max(near.left - part.left, 0), max(near.top - part.top, 0)
    rows = slice(top, near.top + near.height - part.top)
    columns = slice(left, near.left + near.width - part.left)
    if near.width == 0 or rows.stop <= rows.start or columns.stop <= columns.start:
        return
    (start_x, start_y, start_z), (end_x, end_y, end_z) = tube.start, tube.end
    x = np.arange(columns.start, columns.stop, dtype=np.float32) + np.float32(part.left + 0.5 - start_x)
    y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] + np.float32(part.top + 0.5 - start_y)
    run, rise, climb = end_x - start_x, end_y - start_y, end_z - start_z
    length = max(hypot(run, rise), 1e-3)
    along, aside = (x * run + y * rise) / length, (y * run - x * rise) / length
    nearest = np.clip(along, 0, length)
    radius = tube.start_radius + nearest * ((tube.end_radius - tube.start_radius) / length)
    outside = np.sqrt(np.square(along - nearest) + np.square(aside)) - radius
    # The highest of the balls that the tube consists of: on a tube that climbs it is one further up.
    steepness = climb / hypot(length, climb)
    highest = np.clip(along + steepness * _dome(radius, aside), 0, length)
    dome = _dome(radius, np.sqrt(np.square(along - highest) + np.square(aside)))
    height = start_z + highest * (climb / length) + tube.flat * dome - SKIRT * np.maximum(outside, 0)
    surface[rows, columns] += np.exp(height / melt)
    _melt(distance[rows, columns], outside, tube.blend)


def _dome(radius: Field, off: Field) -> Field:
    dome: Field = np.sqrt(np.maximum(np.square(radius) - np.square(off), 0))
    return dome


def _melt(old: Field, new: Field, blend: float) -> None:
    """Replace the old field by the smaller of both, rounded where they are within `blend` of each other.

    The polynomial smooth minimum, https://iquilezles.org/articles/smin/
    """
    gap = np.maximum(blend - np.abs(old - new), 0)
    np.subtract(np.minimum(old, new), np.square(gap) * (0.25 / blend), out=old)


def coverage(distance: Field) -> Field:
    """How much of each pixel lies inside, 0 to 1."""
    cover: Field = np.clip(0.5 - distance, 0, 1)
    return cover


def lit(surface: Field, look: Surface, tint: Field | None = None) -> Pixels:
    """The colours (height, width, 3) of a surface under the sun.

    tint   0 to 1, how much darker it is in places: joints, folds
    """
    left, up = _slope(surface, 1), _slope(surface, 0)
    facing = SUN[2] - left * SUN[0] - up * SUN[1]
    facing /= np.sqrt(left * left + up * up + 1)
    light = AMBIENT + (1 - AMBIENT) * facing
    if tint is not None:
        light *= 1 - 0.45 * tint
    steps = (np.clip(light, 0, 1) * 255).astype(np.uint8)
    return _ramp(look)[steps]


def _ramp(look: Surface) -> Pixels:
    """The 256 colours of a surface from shade to light; the brightest of them shine."""
    light = np.linspace(0, 1, 256)[:, None]
    shade, base = np.array(look.shade), np.array(look.light)
    colours = shade + (base - shade) * light + 255 * look.gloss * light**12
    ramp: Pixels = np.clip(colours, 0, 255).astype(np.uint8)
    return ramp


def _slope(surface: Field, axis: int) -> Field:
    """How the height rises per pixel; clipped, since it is infinite at a tube's rim."""
    slope = np.zeros_like(surface)
    if axis:
        slope[:, 1:-1] = surface[:, 2:] - surface[:, :-2]
    else:
        slope[1:-1] = surface[2:] - surface[:-2]
    clipped: Field = np.clip(slope * 0.5, -2, 2)
    return clipped


def paste(image: Image.Image, part: Window, colours: Pixels, cover: Field) -> None:
    """Lay colours over the picture where they cover it."""
    image.paste(Image.fromarray(colours), part.corner, mask=Image.fromarray((cover * 255).astype(np.uint8)))
