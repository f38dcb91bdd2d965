"""What is wrong with a config, in our words, from what protobuf and pydantic say."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from google.protobuf.text_format import ParseError
from pydantic import ValidationError

from boxwright.core.errors import nearest
from boxwright.core.pipeline.descriptors import VALUES, element, is_message, models
from boxwright.core.pipeline.message import Message, Opaque, both_stated, group_of, mark_of, path_text
from boxwright.core.pipeline.places import Place, Steps, fields, last_field, line_at, token_at

_NO_FIELD = re.compile(r'Message type "[\w.]*?(\w+)" has no field named "(\w+)"')
_TWO = re.compile(r'Field "(\w+)" is specified along with field "(\w+)"')
_TWICE = re.compile(r'should not have multiple "(\w+)" fields')
_NO_NAME = re.compile(
    rf'Enum type "[\w.]*?(\w+)\.(\w+)_\.{VALUES}" has no value (?:named|with number) (\S+?)\.$'
)
_EXPECTED = re.compile(r'Expected "(.)"\.$')
_NO_EXTENSION = re.compile(r'Message type "[\w.]*" does not have extensions')
_NO_NUMBER = re.compile(r"Couldn't parse (integer|float): (.*)")
_NO_TEXT = re.compile(r"codec can't (?:de|en)code")
_VALUE = re.compile(r'Value out of range|Expected string|Expected "true"|String missing')
_TYPOGRAPHIC = re.compile(r"[\u2018\u2019\u201c\u201d\u201e]")
_MOST_LISTED = 12  # fields of a message that a line can name


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong and where; the hint is a guess at the cause."""

    place: Place
    fact: str
    hint: str | None = None


def fault(error: ParseError, text: str, root: type[Message]) -> Fault:
    """A fault of the text of a message."""
    place = (error.GetLine() or 1, error.GetColumn() or 1)
    inside = fields(text, until=place).inside
    if _model_at(root, inside) is Opaque:
        return _not_supported(text, root, place, inside)
    said = _said(error, text, place)
    if match := _NO_FIELD.search(said):
        return _no_field(text, root, place, inside, match[2])
    if match := _TWO.search(said):
        return Fault(place=place, fact=f"{_name(inside)} {both_stated(match[2], match[1])}")
    if match := _TWICE.search(said):
        return Fault(place=place, fact=f"{match[1]} is stated twice")
    if match := _NO_NAME.search(said):
        return Fault(place=place, fact=_no_name(models(root)[match[1]], match[2], match[3]))
    if match := _EXPECTED.search(said):
        return _expected(text, place, match[1])
    if _NO_EXTENSION.search(said):
        return Fault(place=place, fact=f"{_name(inside)} has no extensions [...]")
    return _wrong_value(text, place, said)


def no_field(model: type[Message], name: str, owner: str) -> str:
    """That a message has no field of this name, and which is near."""
    near = nearest(name, model.model_fields)
    known = [each for each in model.model_fields if mark_of(model, each) != "unsupported"]
    if not near and 0 < len(known) <= _MOST_LISTED:
        near = f"; its fields are {', '.join(known)}"
    return f"no field {name!r} in {owner}{near}"


def not_supported(model: type[Message], name: str, value: Any = None) -> str:
    """That a field is not supported, or only with its default, and what is there instead."""
    others = [each for each in group_of(model, name) if mark_of(model, each) is None]
    if others:
        return f"{name} is not supported; supported: {', '.join(others)}"
    if not isinstance(value, bool | int | float | str):
        return f"{name} is not supported"
    default = json.dumps(model.model_fields[name].default)
    return f"{name}: {json.dumps(value)} is not supported, only its default {default}"


def invalid(error: ValidationError) -> str:
    """The first thing that pydantic found: `min_scale = nan: input should be a finite number`."""
    first = error.errors()[0]
    message = first["msg"]
    path = path_text(first["loc"][-2:] if isinstance(first["loc"][-1], int) else first["loc"][-1:])
    return f"{path} = {first['input']!r}: {message[0].lower()}{message[1:]}"


def _no_field(text: str, root: type[Message], place: Place, inside: Steps, name: str) -> Fault:
    model = _model_at(root, inside)
    hint = None
    if inside and name in root.model_fields:
        hint = f"{name} is no part of {inside[0][0]}: is a closing brace missing before it?"
    for before in fields(text, until=place).places:
        if before[:-1] == inside and name in _fields_of(model, before[-1][0]):
            hint = f"{name} is a field of {before[-1][0]}: is that closed too early?"
    fact = f"no field {name!r} in {_name(inside)}" if hint else no_field(model, name, _name(inside))
    return Fault(place=place, fact=fact, hint=hint)


def _fields_of(model: type[Message], name: str) -> Iterable[str]:
    """The names of the fields of a message that is a field of this one; none for a value."""
    if name not in model.model_fields:
        return ()
    kind = element(model.model_fields[name].annotation)[0]
    return kind.model_fields if is_message(kind) else ()


def _no_name(model: type[Message], name: str, value: str) -> str:
    known = element(model.model_fields[name].annotation)[0].__args__
    return f"{name}: no {value!r}{nearest(value, known) or '; known: ' + ', '.join(known)}"


def _not_supported(text: str, root: type[Message], place: Place, inside: Steps) -> Fault:
    owner = _model_at(root, inside[:-1])
    start = fields(text, until=place).places[inside]
    return Fault(place=start, fact=not_supported(owner, inside[-1][0]))


def _expected(text: str, place: Place, sign: str) -> Fault:
    if sign == "}" and (inside := fields(text).inside):
        where = ".".join(name for name, _ in inside)
        return Fault(place=place, fact=f"the text ends inside {where}: a closing brace is missing")
    return Fault(place=place, fact=f"expected {sign!r}, found {token_at(text, place)!r}")


def _wrong_value(text: str, place: Place, said: str) -> Fault:
    field = last_field(text, place)
    if match := _NO_NUMBER.search(said):
        kind = "a whole number" if match[1] == "integer" else "a number"
        return Fault(place=place, fact=f"{field}: {match[2]!r} is not {kind}")
    if _NO_TEXT.search(said):
        return Fault(
            place=place, fact=f"{field}: the text is broken", hint="a backslash in it is written \\\\"
        )
    named = f"{field}: " if _VALUE.search(said) else ""
    hint = "a text stands between \" or ', not typographic quotes" if _TYPOGRAPHIC.search(said) else None
    return Fault(place=place, fact=f"{named}{said[0].lower()}{said[1:].removesuffix('.')}", hint=hint)


def _said(error: ParseError, text: str, place: Place) -> str:
    """The bare sentence, without the place and the line that protobuf puts before it."""
    line = line_at(text, place)
    return str(error).removeprefix(f"{place[0]}:{place[1]} : ").removeprefix(f"'{line}': ")


def _model_at(root: type[Message], inside: Steps) -> type[Message]:
    found = root
    for name, _ in inside:
        found = element(found.model_fields[name].annotation)[0]
    return found


def _name(inside: Steps) -> str:
    return inside[-1][0] if inside else "the pipeline config"
