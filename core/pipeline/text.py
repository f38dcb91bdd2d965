"""Pipeline configs as text: read, checked, written. protobuf's own text format does the parsing."""

from collections.abc import Callable
from pathlib import Path

from google.protobuf import text_format
from google.protobuf.message import Message as ProtobufMessage
from pydantic import ValidationError

from boxwright.core.parsing import protobuf_text
from boxwright.core.pipeline import faults, places
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.descriptors import message_class, to_protobuf, values
from boxwright.core.pipeline.message import Path as FieldPath
from boxwright.core.pipeline.message import mark_of, stated


def read_config(path: Path | str) -> PipelineConfig:
    """The pipeline config in a file; raises ConfigError that names line and column."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), f"is not UTF-8 text: byte {error.start}") from None
    return parse_config(text, str(path))


def parse_config(text: str, name: str) -> PipelineConfig:
    """The pipeline config in a text; `name` is what errors call it."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    message = message_class(PipelineConfig)()
    try:
        protobuf_text.parse(text, message)
    except text_format.ParseError as error:
        found = faults.fault(error, text, PipelineConfig)
        raise ConfigError(_located(name, found.place), found.fact, found.hint) from None
    return validated(message, lambda path: _located(name, places.place_of(text, path)))


def config_text(config: PipelineConfig) -> str:
    """What is stated in a config, as text that reads back the same; fields in the order of their messages."""
    return text_format.MessageToString(to_protobuf(config), as_utf8=True)


def validated(message: ProtobufMessage, located: Callable[[FieldPath], str]) -> PipelineConfig:
    """The config in a protobuf message; `located` names the place of a field for the error."""
    try:
        config = PipelineConfig.model_validate(values(message))
    except ValidationError as error:
        raise ConfigError(located(error.errors()[0]["loc"]), faults.invalid(error)) from None
    for path, owner, name in stated(config):
        value, info = getattr(owner, name), type(owner).model_fields[name]
        if mark_of(type(owner), name) == "unsupported" and value != info.default:
            raise ConfigError(located(path), faults.not_supported(type(owner), name, value))
    return config


def _located(name: str, place: places.Place) -> str:
    return f"{name}:{place[0]}:{place[1]}"
