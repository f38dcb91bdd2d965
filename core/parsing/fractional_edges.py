"""Edges as fractions of the image: to pixels without the noise of floats and of rounded decimals."""

from boxwright.core.frame import Frame, Size
from boxwright.core.numbers import number, shortened
from boxwright.core.schema import Edges

# A millionth of a pixel: floats of fractions are off by less than a thousandth of that, so that what was
# written as whole pixels, or with as many decimals, is read back exactly.
PIXEL_DIGITS = 6
# Tools write five decimals or more, so that an edge of two of them leaves the image by less than this share.
NOISE = 1e-5
MOST_SHARE = 2  # no number is larger where a box touches its image


def share(value: object, name: str) -> float:
    """A fraction of the image from a parsed value; raises ValueError for pixels, and what is no number."""
    found = number(value, name)
    if abs(found) > MOST_SHARE:
        raise ValueError(f"{name}: {shortened(value)} is no fraction of the image")
    return found


def pixel_edges(fractions: Edges, frame: Frame, size: Size) -> Edges:
    """Fractions of the grid that was drawn on as its pixels, on its border where only noise leaves it.

    size   width and height of that grid, see Frame.drawn_size
    """
    x_min, y_min, x_max, y_max = fractions
    width, height = size
    edges = pixels(x_min, width), pixels(y_min, height), pixels(x_max, width), pixels(y_max, height)
    return frame.snapped(edges, NOISE * max(size))


def pixels(fraction: float, length: int) -> float:
    """Where a fraction of a side lies, in pixels."""
    return round(fraction * length, PIXEL_DIGITS)
