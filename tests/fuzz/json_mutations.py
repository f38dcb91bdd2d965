"""JSON whose values are of another kind, hostile, doubled or missing, and whose keys repeat."""

import json
from random import Random
from typing import Any

from tests.fuzz.hostile import DEEP, LONG, NUMBERS, TEXTS

# Values as they stand in the text, where `json.dumps` would write something else.
RAW = (
    *("null", "true", "false", "[]", "{}", "[[]]", "[null]", '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"'),
    *('{"a": {"b": [1]}}', "[1, 2, 3]", "[0, 0, 0, 0]", "[-1, 1e308, 1e308, 1e308]", '["1", "2", "3", "4"]'),
    *("[" * 100 + "]" * 100, "[" * DEEP, '{"a":' * DEEP, f"[{'0,' * LONG}0]", f"[{'[],' * LONG}[]]"),
    *('{"size": [6, 8], "counts": "051"}', '{"size": [6, 8], "counts": [1, 2, 45]}', "[[1, 1, 5, 1, 5, 5]]"),
    *('{"size": [6, 8], "counts": "oooooooO"}', '{"size": [6, 8], "counts": [0, 99999999999999999999]}'),
)
LINE = b"\n"


class Raw(str):
    """A value as it stands in the text."""


class Pairs(list[tuple[str, Any]]):
    """An object, whose keys may repeat."""


def mutated(data: bytes, random: Random) -> bytes:
    """The document after some mutations of its values."""
    try:
        document = [json.loads(data, object_pairs_hook=Pairs)]
    except (ValueError, RecursionError):
        return data
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        _mutate(document, random)
    return _text(document[0]).encode("utf-8", "surrogatepass") if document else b""


def mutated_lines(data: bytes, random: Random) -> bytes:
    """The lines after a mutation of one of them, or with one doubled, moved or missing."""
    lines = data.split(LINE)
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    kind = random.randrange(10)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(other, lines[at])
    else:
        lines[at] = mutated(lines[at], random)
    return LINE.join(lines)


def _mutate(document: list[Any], random: Random) -> None:
    places = list(_places(document))
    if not places:
        return
    owner, at = random.choice(places)
    kind = random.randrange(12)
    if kind == 0:
        del owner[at]
    elif kind == 1:
        owner[at:at] = [owner[at]] * random.choice((1, 1, 1, 100))
    elif kind == 2 and isinstance(owner, Pairs):
        owner[at] = (random.choice([*(key for key, _ in owner), *TEXTS]), owner[at][1])
    elif kind == 3:
        _set(owner, at, [_value(owner, at)])
    elif kind == 4:
        _set(owner, at, _value(*random.choice(places)))
    else:
        _set(owner, at, _hostile(random))


def _hostile(random: Random) -> object:
    kind = random.randrange(3)
    if kind == 0:
        return Raw(random.choice(RAW))
    if kind == 1:
        return random.choice((str, Raw))(random.choice(NUMBERS))
    return random.choice(TEXTS)


def _places(value: Any) -> list[tuple[Any, int]]:
    """Every list or object with the position of each thing in it."""
    found = []
    if isinstance(value, list):
        for index in range(len(value)):
            found.append((value, index))
            found += _places(_value(value, index))
    return found


def _value(owner: Any, at: int) -> Any:
    return owner[at][1] if isinstance(owner, Pairs) else owner[at]


def _set(owner: Any, at: int, value: object) -> None:
    owner[at] = (owner[at][0], value) if isinstance(owner, Pairs) else value


def _text(value: Any) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, Pairs):
        return "{" + ", ".join(f"{json.dumps(key)}: {_text(inner)}" for key, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
