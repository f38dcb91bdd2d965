"""What a message of the pipeline config is: a frozen model whose fields are the OD API's.

The models are the one source: `descriptors` makes protobuf's descriptors from them. A field is heeded, or
marked here as `unsupported` (another value than the default is an error) or `without_effect` (a setting of
queues, TPUs and the like that changes no result here; it is accepted and can be listed).
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

Mark = Literal["unsupported", "without_effect"]
Step = str | int  # a field's name, or the index in a repeated field
Path = tuple[Step, ...]

Int32 = Annotated[int, Field(ge=-(2**31), lt=2**31)]
UInt32 = Annotated[int, Field(ge=0, lt=2**32)]


class Message(BaseModel):
    """The base of every message: frozen, finite numbers, an unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="after")
    def _at_most_one_of_a_choice(self) -> Self:
        for names in choices(type(self)).values():
            stated = [name for name in names if getattr(self, name) is not None]
            if len(stated) > 1:
                raise ValueError(both_stated(*stated[:2]))
        return self


class Opaque(Message):
    """A message that is not supported, whatever is in it."""


# Any, as pydantic's own Field: what these three return stands for a value of any type.
def choice(group: str, mark: Mark | None = None) -> Any:
    """One of several fields of which only one may be stated (protobuf's oneof)."""
    return Field(None, json_schema_extra={"group": group, "mark": mark})


def unsupported(default: Any) -> Any:
    """A setting of the OD API that only has its default here."""
    return Field(default, json_schema_extra={"mark": "unsupported"})


def without_effect(default: Any) -> Any:
    """A setting of the OD API that changes no result here."""
    return Field(default, json_schema_extra={"mark": "without_effect"})


def choices(model: type[Message]) -> dict[str, list[str]]:
    """The groups of fields of which only one may be stated, by the group's name."""
    found: dict[str, list[str]] = {}
    for name, info in model.model_fields.items():
        if (group := _extra(info, "group")) is not None:
            found.setdefault(group, []).append(name)
    return found


def group_of(model: type[Message], name: str) -> list[str]:
    """The fields that exclude this one, itself included, or nothing."""
    return next((names for names in choices(model).values() if name in names), [])


def mark_of(model: type[Message], name: str) -> str | None:
    """Whether a field is marked as unsupported or as without effect."""
    return _extra(model.model_fields[name], "mark")


def stated(message: Message, above: Path = ()) -> Iterator[tuple[Path, Message, str]]:
    """Every field that was stated, from the outside in: its path, its message and its name."""
    for name in type(message).model_fields:
        value = getattr(message, name)
        if name not in message.model_fields_set or value is None:
            continue
        yield (*above, name), message, name
        for index, inner in enumerate(value if isinstance(value, tuple) else [value]):
            if isinstance(inner, Message):
                yield from stated(inner, (*above, name, *([index] if isinstance(value, tuple) else [])))


def both_stated(one: str, other: str) -> str:
    """That two fields of a choice are stated, to be said of what has them."""
    return f"states both {one} and {other}; it has only one of them"


def path_text(path: Path) -> str:
    """A path as an override writes it: `train_config.data_augmentation_options[0].ssd_random_crop`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _extra(info: FieldInfo, key: str) -> str | None:
    extra = info.json_schema_extra
    found = extra.get(key) if isinstance(extra, dict) else None
    return found if isinstance(found, str) else None
