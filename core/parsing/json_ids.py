"""Ids of objects in JSON lists: all integers or all text, and what refers to them of the same kind."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from boxwright.core.errors import AnnotationError, reading
from boxwright.core.numbers import shortened
from boxwright.core.parsing.json_document import Object

Id = int | str


def ids(path: Path, name: str, entries: Mapping[int, Object], key: str, kind: type | None = None) -> list[Id]:
    """The id that each object has under a key.

    name     what the list of objects is called
    entries  objects by their position in it
    kind     int or str where other ids that these refer to have it; otherwise the first id decides
    raises   AnnotationError for an id that is missing or of another kind
    """
    found: list[Any] = [entry.get(key) for entry in entries.values()]
    kinds = set(map(type, found)) | ({kind} if kind else set())
    if not kinds or kinds in ({int}, {str}):
        return found
    for index, id in zip(entries, found, strict=True):
        with reading(path, f"{name}[{index}].{key}"):
            kind = _kind(id, kind)
    return found


def unique_ids(path: Path, name: str, entries: list[Object]) -> list[Id]:
    """The `id` of each object; raises AnnotationError where two have the same."""
    numbered = dict(enumerate(entries))
    for index, id in repeated_ids(path, name, numbered):
        raise AnnotationError(path, f"{name}[{index}].id", f"two {name} have the id {id!r}")
    return ids(path, name, numbered, "id")


def repeated_ids(path: Path, name: str, entries: Mapping[int, Object]) -> Iterator[tuple[int, Id]]:
    """Position and id of the objects whose `id` came before."""
    found = ids(path, name, entries, "id")
    seen: set[Id] = set()
    for index, id in zip(entries, found, strict=True) if len(set(found)) < len(found) else ():
        if id in seen:
            yield index, id
        seen.add(id)


def _kind(id: object, before: type | None) -> type:
    if id is None:
        raise ValueError("is missing")
    if type(id) not in (int, str):
        raise ValueError(f"expected an integer or text; found {shortened(id)}")
    if before in (int, str) and type(id) is not before:
        kinds = "text; the ids before it are integers", "an integer; the ids before it are text"
        raise ValueError(f"{shortened(id)} is {kinds[before is str]}")
    return type(id)
