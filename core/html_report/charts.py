"""Charts as SVG that stands inside a page: they take its colours, light or dark, and need no script.

All are 360 units wide, so that text of 12 units has about 12 pixels on a phone. Each has a title and a
description for those who do not see it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from boxwright.core.images.box_drawing import Rgb

WIDTH = 360
ROW = 36  # of a bar: its name above it
PLOT_HEIGHT = 150
ABOVE = 16  # room for a count above the highest column
COUNTED = 26  # units that a column needs for its count
BELOW = 34  # room for what stands below an axis
LONGEST_NAME = 34  # characters that fit beside a count

# Where on the chart widths and heights lie: (N, 2) to (N, 2).
Place = Callable[[NDArray[np.float32]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, value, the text of its value, and a colour (None: the page's own)."""

    name: str
    value: float
    text: str
    colour: Rgb | None = None


def bars(name: str, title: str, rows: Sequence[Bar]) -> Markup:
    """Horizontal bars, one below the other."""
    most = max((row.value for row in rows), default=0) or 1
    drawn = [_bar(row, number * ROW, most) for number, row in enumerate(rows)]
    described = "; ".join(f"{row.name}: {row.text}" for row in rows)
    return _svg(name, title, described, len(rows) * ROW, drawn)


def _bar(row: Bar, top: int, most: float) -> Markup:
    length = max(row.value / most * WIDTH, 1 if row.value else 0)
    shown = row.name if len(row.name) <= LONGEST_NAME else f"{row.name[: LONGEST_NAME - 1]}…"
    return Markup(
        '<g><title>{}: {}</title><text x="0" y="{}">{}</text>'
        '<text x="{}" y="{}" class="value">{}</text>'
        '<rect x="0" y="{}" width="{}" height="10" rx="2" class="track"/>'
        '<rect x="0" y="{}" width="{}" height="10" rx="2" {}/></g>'
    ).format(
        *(row.name, row.text, top + 14, shown, WIDTH, top + 14, row.text),
        *(top + 19, WIDTH, top + 19, _short(length), _fill(row.colour)),
    )


def histogram(
    name: str, title: str, counts: Sequence[int], ticks: Sequence[tuple[float, str]], axis: str
) -> Markup:
    """Columns side by side.

    counts   one for each column
    ticks    what stands below: the place in columns from the left, and the text
    axis     what is counted from left to right
    """
    most, across = max(counts, default=0) or 1, WIDTH / max(len(counts), 1)
    drawn = [_column(number * across, across, count / most, count) for number, count in enumerate(counts)]
    drawn.append(Markup('<line x1="0" y1="{0}" x2="{1}" y2="{0}" class="axis"/>').format(PLOT_HEIGHT, WIDTH))
    drawn += [_tick(place * across, text) for place, text in ticks]
    drawn.append(_below(axis))
    described = f"{axis}: {', '.join(map(str, counts))}"
    return _svg(name, title, described, PLOT_HEIGHT + BELOW, drawn)


def _column(left: float, across: float, share: float, count: int) -> Markup:
    """A column with its count above it: each where there is room, else the highest."""
    height = max(share * (PLOT_HEIGHT - ABOVE), 1.5 if count else 0)  # what is there can be seen
    top = PLOT_HEIGHT - height
    drawn = Markup('<rect x="{}" y="{}" width="{}" height="{}" class="fill"><title>{}</title></rect>').format(
        _short(left + 0.5), _short(top), _short(max(across - 1, 0.5)), _short(height), count
    )
    if count and (across >= COUNTED or share == 1):
        middle = min(max(left + across / 2, COUNTED / 2), WIDTH - COUNTED / 2)
        text = Markup('<text x="{}" y="{}" class="count">{}</text>')
        drawn += text.format(_short(middle), _short(top - 4), f"{count:,}")
    return drawn


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points of one colour: (N, 2) widths and heights."""

    places: NDArray[np.float32]
    colour: Rgb


def scatter(
    name: str, title: str, described: str, points: Iterable[Points], marks: NDArray[np.float32], side: float
) -> Markup:
    """Widths and heights in pixels, on doubling scales from 2 to `side`; marks are hollow squares."""
    height = WIDTH - 40

    def place(sides: NDArray[np.float32]) -> NDArray[np.float64]:
        shares = np.log2(np.clip(sides, 2, side) / 2) / log2(side / 2)
        return np.stack([30 + shares[:, 0] * (WIDTH - 40), (height - 6) - shares[:, 1] * (height - 16)], 1)

    drawn = [_axes(place, side, height)]
    for some in points:
        path = "".join(f"M{x:.0f} {y:.0f}h0" for x, y in place(some.places))
        drawn.append(Markup('<path d="{}" class="points" {}/>').format(path, _stroke(some.colour)))
    path = "".join(f"M{x - 4:.1f} {y - 4:.1f}h8v8h-8z" for x, y in place(marks))
    drawn.append(Markup('<path d="{0}" class="halo"/><path d="{0}" class="mark"/>').format(path))
    drawn.append(Markup('<text x="{}" y="{}" class="middle">width in pixels</text>').format(195, height + 26))
    drawn.append(Markup('<text x="34" y="14">height</text>'))
    return _svg(name, title, described, height + 30, drawn)


def _axes(place: Place, side: float, height: float) -> Markup:
    drawn = Markup()
    for power in range(2, int(log2(side)) + 1, 2 if side > 128 else 1):
        [[x, y]] = place(np.array([[2**power, 2**power]], np.float32))
        drawn += Markup(
            '<line x1="{0}" y1="4" x2="{0}" y2="{2}" class="grid"/><line x1="30" y1="{1}" x2="{3}" y2="{1}"'
            ' class="grid"/><text x="{0}" y="{4}" class="middle">{5}</text>'
            '<text x="26" y="{6}" class="value">{5}</text>'
        ).format(
            *(_short(x), _short(y), height - 6, WIDTH - 10, height + 9, 2**power, _short(y + 4)),
        )
    return drawn


def _tick(left: float, text: str) -> Markup:
    anchor = "start" if left < 10 else "value" if left > WIDTH - 10 else "middle"
    return Markup('<text x="{}" y="{}" class="{}">{}</text>').format(
        _short(left), PLOT_HEIGHT + 14, anchor, text
    )


def _below(axis: str) -> Markup:
    return Markup('<text x="{}" y="{}" class="middle">{}</text>').format(WIDTH // 2, PLOT_HEIGHT + 30, axis)


def _svg(name: str, title: str, described: str, height: float, drawn: Iterable[Markup]) -> Markup:
    return Markup(
        '<svg viewBox="0 0 {} {}" role="img" aria-labelledby="{}-t {}-d"><title id="{}-t">{}</title>'
        '<desc id="{}-d">{}</desc>{}</svg>'
    ).format(WIDTH, _short(height), name, name, name, title, name, described, Markup().join(drawn))


def _fill(colour: Rgb | None) -> Markup:
    return Markup('class="fill"') if colour is None else Markup('fill="{}"').format(hexadecimal(colour))


def _stroke(colour: Rgb) -> Markup:
    return Markup('stroke="{}"').format(hexadecimal(colour))


def hexadecimal(colour: Rgb) -> str:
    """A colour as HTML writes it: `#e6194b`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _short(number: float) -> str:
    return escape(f"{number:.1f}".removesuffix(".0"))
