"""Boxes as a centre and a size, with decimal arithmetic: 0.4 - 0.6 / 2 is 0.1, not 0.10000000000000003."""

from decimal import Context, Decimal

from boxwright.core.numbers import decimal

DIGITS = 9  # of an edge in pixels; floats of the largest images hold as many
_EXACT = Context(prec=800)  # digits: enough for half the sum of any two doubles' shortest decimals


def centre_and_length(low: float, high: float) -> tuple[str, str]:
    """The exact decimals of the centre between two edges and of the length from one to the other."""
    if low % 1 == high % 1 == 0:  # nearly every pair there is
        return decimal((low + high) / 2), decimal(high - low)
    a, b = Decimal(repr(float(low))), Decimal(repr(float(high)))
    centre = _EXACT.divide(_EXACT.add(a, b), Decimal(2))
    return _plain(centre), _plain(_EXACT.subtract(b, a))


def low_and_high(centre: float, length: float) -> tuple[float, float]:
    """The edges of a centre and a length, as their shortest decimals give them, to a billionth of a pixel."""
    if (centre * 2) % 1 == length % 1 == 0:
        return centre - length / 2, centre + length / 2
    middle, half = Decimal(repr(centre)), _EXACT.divide(Decimal(repr(length)), Decimal(2))
    return _rounded(_EXACT.subtract(middle, half)), _rounded(_EXACT.add(middle, half))


def _rounded(edge: Decimal) -> float:
    """Without the noise of floats in what was added: -5e-17 would lie outside of the image."""
    return round(float(edge), DIGITS)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
