"""protobuf's descriptors of the messages, made from the models, so that protobuf reads and writes the text.

Only the text format is used: numbers are counted through, and all floats are doubles, so that 0.1 stays 0.1.
"""

from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message as ProtobufMessage

from boxwright.core.pipeline.message import Message, choices

PACKAGE = "boxwright.pipeline"
VALUES = "Values"  # the enum of a field's names is called `Hyperparams.activation_.Values`
# Only names are read: the numbers in the OD API's files differ from enum to enum, and nobody writes them.
_FIRST_ENUM_NUMBER = 1_000_000
_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    bool: _Field.TYPE_BOOL,
    int: _Field.TYPE_INT64,  # the models know the bounds
    float: _Field.TYPE_DOUBLE,
    str: _Field.TYPE_STRING,
}


# Any: classes that protobuf makes at run time have no static type.
@cache
def message_class(model: type[Message]) -> Any:
    """The protobuf class of a model."""
    file = descriptor_pb2.FileDescriptorProto(name="pipeline.proto", package=PACKAGE, syntax="proto2")
    for each in models(model).values():
        _describe(file.message_type.add(name=each.__name__), each)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{model.__name__}"))


@cache
def models(root: type[Message]) -> dict[str, type[Message]]:
    """A model and all it is made of, by name."""
    found = {root.__name__: root}
    for kind in (element(info.annotation)[0] for info in root.model_fields.values()):
        if is_message(kind):
            found.update(models(kind))
    return found


def element(annotation: Any) -> tuple[Any, bool]:
    """The type of a field's value, or of its values, and whether there may be several."""
    if get_origin(annotation) in (Annotated, Union, UnionType):  # X | None is a Union where X is Annotated
        return element(get_args(annotation)[0])
    if get_origin(annotation) is tuple:
        return element(get_args(annotation)[0])[0], True
    return annotation, False


def is_message(kind: Any) -> bool:
    """Whether a field's type is a message."""
    return isinstance(kind, type) and issubclass(kind, Message)


def values(message: ProtobufMessage) -> dict[str, Any]:
    """What is stated in a protobuf message, for a model to validate."""
    return {field.name: _value(field, value) for field, value in message.ListFields()}


def to_protobuf(message: Message) -> ProtobufMessage:
    """A model as a protobuf message in which that is set which was stated."""
    dumped = message.model_dump(exclude_unset=True, exclude_none=True)
    found: ProtobufMessage = message_class(type(message))(**dumped)
    return found


def _value(field: FieldDescriptor, value: Any) -> Any:
    if field.is_repeated:
        return [_single(field, each) for each in value]
    return _single(field, value)


def _single(field: FieldDescriptor, value: Any) -> Any:
    if field.message_type is not None:
        return values(value)
    if field.enum_type is not None:
        return field.enum_type.values_by_number[value].name
    return value


def _describe(message: descriptor_pb2.DescriptorProto, model: type[Message]) -> None:
    groups = choices(model)
    message.oneof_decl.extend(descriptor_pb2.OneofDescriptorProto(name=f"{group}_choice") for group in groups)
    for number, (name, info) in enumerate(model.model_fields.items(), start=1):
        kind, several = element(info.annotation)
        label = _Field.LABEL_REPEATED if several else _Field.LABEL_OPTIONAL
        field = message.field.add(name=name, number=number, label=label)
        for index, names in enumerate(groups.values()):
            if name in names:
                field.oneof_index = index
        _set_type(field, kind, message)


def _set_type(
    field: descriptor_pb2.FieldDescriptorProto, kind: Any, owner: descriptor_pb2.DescriptorProto
) -> None:
    if is_message(kind):
        field.type, field.type_name = _Field.TYPE_MESSAGE, f".{PACKAGE}.{kind.__name__}"
    elif get_origin(kind) is Literal:
        scope = owner.nested_type.add(name=f"{field.name}_")  # two enums may share a name
        scope.enum_type.add(name=VALUES).value.extend(_enum_values(get_args(kind)))
        field.type = _Field.TYPE_ENUM
        field.type_name = f".{PACKAGE}.{owner.name}.{scope.name}.{VALUES}"
    else:
        field.type = _SCALARS[kind]


def _enum_values(names: tuple[str, ...]) -> Iterator[descriptor_pb2.EnumValueDescriptorProto]:
    for number, name in enumerate(names, start=_FIRST_ENUM_NUMBER):
        yield descriptor_pb2.EnumValueDescriptorProto(name=name, number=number)
