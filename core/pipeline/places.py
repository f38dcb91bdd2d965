"""Where in a config's text its fields stand: of a value it took, protobuf does not tell."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from google.protobuf.text_format import Tokenizer

from boxwright.core.pipeline.message import Path

Place = tuple[int, int]  # line and column, from 1
Steps = tuple[tuple[str, int], ...]  # names, each with its number among those of the same name

_OPENING, _CLOSING = ("{", "<"), ("}", ">")
_TOKEN = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The places of the fields' names, and the messages that are still open where the walk ended."""

    places: dict[Steps, Place]
    inside: Steps


def fields(text: str, until: Place | None = None) -> Fields:
    """The fields of a text, up to a place; the text need not be right."""
    places: dict[Steps, Place] = {}
    inside: list[tuple[str, int]] = []
    counts: Counter[Steps] = Counter()
    step = ("", 0)
    for (token, place), (following, _) in pairwise([*_tokens(text), ("", (0, 0))]):
        if until is not None and place >= until:
            break
        if token in _OPENING:
            inside.append(step)
        elif token in _CLOSING:
            step = inside.pop() if inside else step
        elif token.isidentifier() and following in (":", *_OPENING):
            name = (*inside, (token, 0))
            step = (token, counts[name])
            counts[name] += 1
            places[(*inside, step)] = place
    return Fields(places=places, inside=tuple(inside))


def place_of(text: str, path: Path) -> Place:
    """Where a field's name stands: for a value in a list `[1, 2]` the list's, else that of what it is in."""
    places = fields(text).places
    steps = _steps(path)
    while steps and steps not in places:
        name, number = steps[-1]
        steps = (*steps[:-1], (name, number - 1)) if number else steps[:-1]
    return places.get(steps, (1, 1))


def last_field(text: str, place: Place) -> str:
    """The name of the field whose value stands at a place, or before it."""
    behind = (place[0], place[1] + 1)
    *_, last = ((("", 0),), *fields(text, until=behind).places)
    return last[-1][0]


def line_at(text: str, place: Place) -> str:
    """The line of a place; empty beyond the end."""
    lines = text.split("\n")
    return lines[place[0] - 1] if place[0] <= len(lines) else ""


def token_at(text: str, place: Place) -> str:
    """What stands at a place, up to the next blank."""
    found = _TOKEN.match(line_at(text, place), place[1] - 1)
    return found[0] if found else ""


def _tokens(text: str) -> Iterator[tuple[str, Place]]:
    tokens = Tokenizer(text.split("\n"))
    while not tokens.AtEnd():
        here = tokens.ParseError("")  # type: ignore[arg-type]  # a text; the public way to a token's place
        yield tokens.token, (here.GetLine() or 1, here.GetColumn() or 1)
        tokens.NextToken()


def _steps(path: Path) -> Steps:
    found: list[tuple[str, int]] = []
    for step in path:
        if isinstance(step, str):
            found.append((step, 0))
        else:
            found[-1] = (found[-1][0], step)
    return tuple(found)
