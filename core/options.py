"""Options of adapters: pydantic models whose mistakes are told in our words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from boxwright.core.errors import OptionError, facts, nearest

Use = Literal["read", "write"]


class Options(BaseModel):
    """The base of every adapter's options: frozen, and an unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NoOptions(Options):
    """For an adapter without options."""


O = TypeVar("O", bound=Options)  # noqa: E741


def reads(default: Any, description: str) -> Any:
    """An option that reading heeds (Any, as pydantic's own Field: it stands for a value of any type)."""
    return Field(default, description=description, json_schema_extra={"use": "read"})


def writes(default: Any, description: str) -> Any:
    """An option that writing heeds."""
    return Field(default, description=description, json_schema_extra={"use": "write"})


def names(model: type[Options], use: Use) -> tuple[str, ...]:
    """The options of a model that reading, or writing, heeds."""
    return tuple(
        name
        for name, info in model.model_fields.items()
        if isinstance(info.json_schema_extra, dict) and info.json_schema_extra.get("use") == use
    )


def parse(adapter: str, model: type[O], use: Use, given: Mapping[str, object]) -> O:
    """Validate options for reading or writing; raises OptionError naming the option and what is possible."""
    for name in given:
        known = names(model, use)
        if name not in known:
            listed = f"options are {', '.join(known)}" if known else "it has none for this"
            raise OptionError(f"{adapter} option {name}: unknown; {listed}{nearest(name, known)}")
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise OptionError(f"{adapter} option {facts(error)}") from None


def plain(values: Mapping[str, object]) -> dict[str, object]:
    """Option values as JSON holds them: paths as text, tuples as lists."""
    return {key: _plain(value) for key, value in values.items()}


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return value.name  # where it lies does not matter, and its content is in the fingerprint
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
