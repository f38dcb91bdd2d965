"""JSON: parsed strictly and safely, with the place of what is wrong, and long lists of objects written.

pydantic's parser refuses what would cost minutes or the stack (numbers of thousands of digits, lists in
lists in lists) and text that could not be written again; NaN and Infinity pass, as Python writes them.
"""

import gc
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from boxwright.core.errors import AnnotationError
from boxwright.core.numbers import shortened

# Any: what a value is, whoever parsed it finds out.
Json = Any
Object = Mapping[str, Json]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
CUT_HINT = "the text ends early: was it copied whole?"


def parsed(data: bytes, path: Path, line: int = 1) -> Json:
    """The value that a JSON text holds.

    line     the number of its first line in the file
    raises   AnnotationError with line and column, counted in bytes
    """
    data = data.removeprefix(BYTE_ORDER_MARK)
    if not data or data.isspace():
        raise AnnotationError(path, "", "is empty")
    try:
        with _no_garbage():
            return from_json(data)
    except ValueError as error:
        fact, _, place = str(error).rpartition(" at line ")
        inside, _, column = place.partition(" column ")
        hint = CUT_HINT if fact.startswith("EOF") else None
        raise AnnotationError(
            path, line - 1 + int(inside), f"is no valid JSON: {fact} (column {column})", hint
        ) from None


@contextmanager
def _no_garbage() -> Generator[None]:
    """Keep the garbage collector from searching a growing document again and again: it has no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def objects(document: Object, key: str, path: Path) -> list[Object]:
    """The list of objects that a document has under a key; empty where the key is absent."""
    found = document.get(key, [])
    if not isinstance(found, list):
        raise AnnotationError(path, key, f"expected a list; found {shortened(found)}")
    for index, entry in enumerate(found):
        if not isinstance(entry, dict):
            raise AnnotationError(path, f"{key}[{index}]", f"expected an object; found {shortened(entry)}")
    return found


def texts(value: Json) -> dict[str, str]:
    """What an object says in words; nothing where the value is none."""
    return (
        {key: text for key, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}
    )


def listed(entries: Iterable[str]) -> Iterator[str]:
    """A list of JSON objects as text, one a line, of what stands between their braces."""
    separator = "[\n"
    for entry in entries:
        yield f"{separator}{{{entry}}}"
        separator = ",\n"
    yield "]" if separator.startswith(",") else "[]"
