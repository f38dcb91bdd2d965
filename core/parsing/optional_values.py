"""What files of other tools state beside what they must: optional fields and free attributes.

The schema's own types say what is possible, with numbers as text and flags as 0 and 1. What cannot be
is reported as `invalid_attribute` and unknown.
"""

import math
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from boxwright.core.numbers import shortened
from boxwright.core.reporter import Reporter
from boxwright.core.schema import Box, ImageRecord, Scalar

_LENIENT = ConfigDict(coerce_numbers_to_str=True, allow_inf_nan=False)


class OptionalValues:
    """Reads the optional values of one file's entries; a key without scalar values is told once."""

    def __init__(self, reporter: Reporter, path: Path) -> None:
        self._reporter, self._path = reporter, path
        self._told: set[str] = set()

    def field(self, values: Mapping[str, object], key: str, where: str, name: str | None = None) -> Any:
        """The value under a key for a field of Box or ImageRecord (Any: of that field's type), or None.

        name   the field's, where the key has another
        """
        value = values.get(key)
        if value is None:
            return None
        try:
            return _type(name or key).validate_python(value)
        except ValidationError as error:
            self._report(f"{where}.{key}", f"{shortened(value)}: {_lowered(error.errors()[0]['msg'])}")
            return None

    def attributes(
        self, values: Mapping[str, object], known: Collection[str], where: str
    ) -> dict[str, Scalar]:
        """Unknown keys of an entry, and what is in its `attributes`, where the values are scalars."""
        found = self._scalars({key: value for key, value in values.items() if key not in known}, where)
        nested = values.get("attributes")
        return found | self._scalars(nested, f"{where}.attributes") if isinstance(nested, dict) else found

    def _scalars(self, values: Mapping[str, object], where: str) -> dict[str, Scalar]:
        found: dict[str, Scalar] = {}
        for key, value in values.items():
            if is_scalar(value):
                found[key] = value
            elif value not in (None, [], {}) and key not in self._told:
                self._told.add(key)
                message = f"{shortened(value)} is no finite number, text or flag (told once for each key)"
                self._report(f"{where}.{key}", message)
        return found

    def _report(self, where: str, message: str) -> None:
        self._reporter.problem("invalid_attribute", self._path, where.removeprefix("."), message)


def is_scalar(value: object) -> TypeGuard[Scalar]:
    """Whether this can be the value of an attribute: text, a flag or a finite number."""
    return isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


def _lowered(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}"


@cache
def _type(field: str) -> TypeAdapter[Any]:
    hints = get_type_hints(ImageRecord, include_extras=True) | get_type_hints(Box, include_extras=True)
    return TypeAdapter(hints[field], config=_LENIENT)
