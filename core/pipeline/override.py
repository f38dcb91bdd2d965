"""Settings changed from outside: `train_config.batch_size=8`."""

import re
from collections.abc import Iterable
from typing import Any

from google.protobuf import text_format
from google.protobuf.descriptor import FieldDescriptor

from boxwright.core.parsing import protobuf_text
from boxwright.core.pipeline import faults
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.descriptors import models, to_protobuf
from boxwright.core.pipeline.message import Message, Opaque
from boxwright.core.pipeline.text import validated

_STEP = re.compile(r"(?P<name>\w+)(?:\[(?P<index>\d+)\])?$")
_QUOTED = ('"', "'")


def override(config: PipelineConfig, settings: Iterable[str]) -> PipelineConfig:
    """The config with each `path=value` set, one after the other.

    A path is names joined by points, `train_config.data_augmentation_options[0].random_crop_image.min_area`;
    the index after the last adds one. A value is as in a config; text needs no quotes, `[a, b]` is a list,
    `{...}` a message. Setting one of a choice (`model.ssd.…`) unsets the other.
    """
    for setting in settings:
        config = _overridden(config, setting)
    return config


def _overridden(config: PipelineConfig, setting: str) -> PipelineConfig:
    path, sign, value = setting.partition("=")
    if not sign:
        raise ConfigError(setting, "no '='; a setting is written path=value")
    message = to_protobuf(config)
    try:
        _set(message, path.strip().split("."), value.strip())
    except ValueError as error:
        raise ConfigError(setting, str(error)) from None
    return validated(message, lambda _: setting)


# Any: messages are of classes that protobuf makes at run time.
def _set(message: Any, steps: list[str], value: str) -> None:
    owner = "the pipeline config"
    for step in steps[:-1]:
        name, index = _step(step)
        field = _field(message, name, owner)
        if field.message_type is None:
            raise ValueError(f"{name} has no fields: it is a value")
        message, owner = _inner(message, field, index), name
    name, index = _step(steps[-1])
    field = _field(message, name, owner)
    parsed = _parsed(message, field, value)
    if index is not None:
        _set_one(message, field, index, getattr(parsed, name))
        return
    message.ClearField(name)
    message.MergeFrom(parsed)


def _step(step: str) -> tuple[str, int | None]:
    match = _STEP.match(step)
    if match is None:
        raise ValueError(f"{step!r} is no name with an index or without: name, name[0]")
    return match["name"], None if match["index"] is None else int(match["index"])


def _field(message: Any, name: str, owner: str) -> FieldDescriptor:
    model = _model(message)
    if model is Opaque:
        raise ValueError(f"{owner} is not supported")
    field: FieldDescriptor | None = message.DESCRIPTOR.fields_by_name.get(name)
    if field is None:
        raise ValueError(faults.no_field(model, name, owner))
    return field


def _inner(message: Any, field: FieldDescriptor, index: int | None) -> Any:
    """The message in a field, made where it is missing; without an index the only one of several."""
    inner = getattr(message, field.name)
    if not field.is_repeated:
        _no_index(field, index)
        inner.SetInParent()
        return inner
    if index is None and len(inner) > 1:
        raise ValueError(f"which of the {len(inner)} {field.name}? The first is {field.name}[0]")
    _in_range(field, index or 0, len(inner))
    return inner[index or 0] if (index or 0) < len(inner) else inner.add()


def _set_one(message: Any, field: FieldDescriptor, index: int, parsed: Any) -> None:
    _no_index(field, None if field.is_repeated else index)
    values = getattr(message, field.name)
    _in_range(field, index, len(values))
    if len(parsed) != 1:
        raise ValueError(f"{field.name}[{index}] is one value; {len(parsed)} given")
    kept = [*values[:index], parsed[0], *values[index + 1 :]]
    copies = type(message)(**{field.name: kept})
    message.ClearField(field.name)
    message.MergeFrom(copies)


def _no_index(field: FieldDescriptor, index: int | None) -> None:
    if index is not None:
        raise ValueError(f"{field.name} is single and has no [{index}]")


def _in_range(field: FieldDescriptor, index: int, count: int) -> None:
    if index > count:
        raise ValueError(f"there is no {field.name}[{index}]: the config has {count}")


def _parsed(message: Any, field: FieldDescriptor, value: str) -> Any:
    """A fresh message with only this field, parsed as text."""
    fresh = type(message)()
    if not value and field.type != field.TYPE_STRING:
        raise ValueError(f"{field.name}: no value after the '='")
    text = f"{field.name}: {_quoted(value) if field.type == field.TYPE_STRING else value}"
    try:
        protobuf_text.parse(text, fresh)
    except text_format.ParseError as error:
        raise ValueError(faults.fault(error, text, _model(message)).fact) from None
    if [each.name for each, _ in fresh.ListFields()] not in ([field.name], []):
        raise ValueError(f"{field.name}: {value!r} is more than a value")
    return fresh


def _quoted(value: str) -> str:
    """Text in quotes, unless it is; a list `[a, b]` element by element."""
    if value.startswith("[") and value.endswith("]") and not any(sign in value for sign in _QUOTED):
        return f"[{', '.join(_quoted(each.strip()) for each in value[1:-1].split(',') if each.strip())}]"
    if value.startswith((*_QUOTED, "[")):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _model(message: Any) -> type[Message]:
    return models(PipelineConfig)[message.DESCRIPTOR.name]
