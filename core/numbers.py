"""Numbers in text: read strictly, written as the shortest decimal that reads back the same."""

import math
import re
from decimal import Context, Decimal
from typing import Literal

Rounding = Literal["none", "outward"]

MOST_PIXELS = 10**9  # along one side; a size above it is none
MOST_PLAIN = 10**16  # from here on repr writes an exponent, with fewer digits than int
MOST_DIGITS = 1_200  # of text that is moved; the longest exact decimal of a float has 1,077
# Most edges: looked up in half the time.
_WHOLE: dict[float, str] = {number: str(number) for number in range(1 << 12)}
# As many languages write fractions; three digits behind the comma may be thousands, too.
_COMMA = re.compile(r"\s*[-+]?[0-9]+,(?![0-9]{3}\s*$)[0-9]+\s*")
_EXACT = Context(prec=2 * MOST_DIGITS)  # digits, enough to add to any float without rounding


def number(value: object, name: str) -> float:
    """A finite number from a parsed value; a string counts when it is written as a plain number.

    name     what it is, for the message: `left: 'nan' is not a finite number`
    raises   ValueError for nan, inf, 1e999, 'twelve', '11,5', '', None, booleans, digit groups
    """
    if type(value) is float and math.isfinite(value):  # most are: ten to every box
        return value
    found = finite(value)
    if found is None:
        raise ValueError(f"{name}: {no_number(value)}")
    return found


def no_number(value: object) -> str:
    """What to say of a value that is no finite number."""
    fact = f"{shortened(value)} is not a finite number"
    return f"{fact}; fractions stand behind a point" if _COMMA.fullmatch(str(value)) else fact


def finite(value: object) -> float | None:
    """A finite number as `number` reads it, or None."""
    try:
        found = math.nan if isinstance(value, bool) or "_" in str(value) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def moved(text: str, by: int) -> float | None:
    """A number in text plus a whole one, exactly, or None: 1.1 - 1 is 0.1, not 0.10000000000000009."""
    if text.isdecimal() and len(text) < 16:  # below 2**53; nearly every coordinate there is
        return float(int(text) + by)
    found = finite(text)
    if found is None or len(text) > MOST_DIGITS:
        return None
    return float(_EXACT.add(Decimal(text.strip()), by)) if by else found


def pixels(value: object, name: str) -> int:
    """A number of pixels along one side, as a file declares it; raises ValueError."""
    if type(value) is int and 0 <= value <= MOST_PIXELS:
        return value
    found = number(value, name)
    if found != int(found) or found > MOST_PIXELS:
        raise ValueError(f"{name}: {shortened(value)} is no number of pixels")
    return int(found)


def shortened(value: object, most: int = 60) -> str:
    """A value for a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}…"


def decimal(value: float, by: int = 0) -> str:
    """The shortest plain decimal that reads back as the same float; whole numbers without a point.

    by   added to the decimal, exactly: `moved(text, -by)` is the float again
    """
    if not by and (text := _WHOLE.get(value)):
        return text
    whole = int(value)
    if whole == value and -MOST_PLAIN < whole < MOST_PLAIN:
        return str(whole + by)
    text = repr(float(value))
    if by:
        return format(_EXACT.add(Decimal(text), by), "f")
    return format(Decimal(text), "f") if "e" in text else text


def rounded(
    edges: tuple[float, float, float, float], rounding: Rounding
) -> tuple[float, float, float, float]:
    """Edges as they are, or 'outward': minima floored, maxima ceiled (as the EgoHands tutorial)."""
    if rounding == "none":
        return edges
    x_min, y_min, x_max, y_max = edges
    return math.floor(x_min), math.floor(y_min), math.ceil(x_max), math.ceil(y_max)
