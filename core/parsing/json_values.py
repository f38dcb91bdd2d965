"""Values of a JSON document that must be of one kind; each error names the place and what stands there."""

from pathlib import Path

from boxwright.core.errors import AnnotationError
from boxwright.core.numbers import shortened
from boxwright.core.parsing.json_document import Json, Object


def object_at(value: Json, path: Path, where: str) -> Object:
    """The value as an object; raises AnnotationError."""
    if isinstance(value, dict):
        return value
    raise _other(value, "an object", path, where)


def list_at(value: Json, path: Path, where: str) -> list[Json]:
    """The value as a list; raises AnnotationError."""
    if isinstance(value, list):
        return value
    raise _other(value, "a list", path, where)


def text_at(value: Json, path: Path, where: str) -> str:
    """The value as text that is not empty; raises AnnotationError."""
    if isinstance(value, str) and value:
        return value
    raise _other(value, "text", path, where)


def _other(value: Json, expected: str, path: Path, where: str) -> AnnotationError:
    fact = "is missing" if value is None else f"expected {expected}; found {shortened(value)}"
    return AnnotationError(path, where, fact)
