"""Numbers through single precision and back: TFRecords hold float32, the schema float64."""

import math
import struct

_SINGLE = struct.Struct("<f")
PIXEL_DECIMALS = 3  # pixels are read back to 1/1000: finer than float32 fractions of 4,000 pixels resolve


def single(value: float) -> float:
    """The nearest float32, as a float; infinite beyond its range."""
    try:
        return float(_SINGLE.unpack(_SINGLE.pack(value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def shortest(value: float) -> float:
    """The number with the fewest digits that is stored as the same float32: 0.3 for 0.30000001192092896."""
    for digits in range(6, 9):
        short = float(f"{value:.{digits}g}")
        if single(short) == value:
            return short
    return float(f"{value:.9g}")  # nine digits tell any two float32 apart


def pixels(fraction: float, length: int) -> float:
    """An edge in pixels from its fraction of the image's width or height."""
    return round(fraction * length, PIXEL_DECIMALS)
