"""The protobuf messages of TFRecords and label maps, described here so that no TensorFlow is imported.

Field numbers: tensorflow/core/example/{example,feature}.proto and
object_detection/protos/string_int_label_map.proto. They live in a pool of their own, so that a process
that imports TensorFlow too has no message registered twice.
"""

from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_Field = descriptor_pb2.FieldDescriptorProto
_ONE, _MANY = _Field.LABEL_OPTIONAL, _Field.LABEL_REPEATED


# Any: classes that protobuf makes at run time have no static type.
@cache
def message(name: str) -> Any:
    """The message class of a full name: `tensorflow.Example`, `object_detection.protos.StringIntLabelMap`."""
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(name))


@cache
def _pool() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    pool.Add(_example_file())
    pool.Add(_label_map_file())
    return pool


def _example_file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name="example.proto", package="tensorflow", syntax="proto3")
    for name, kind in (
        ("BytesList", _Field.TYPE_BYTES),
        ("FloatList", _Field.TYPE_FLOAT),
        ("Int64List", _Field.TYPE_INT64),
    ):
        file.message_type.add(name=name).field.add(name="value", number=1, type=kind, label=_MANY)
    feature = file.message_type.add(name="Feature")
    feature.oneof_decl.add(name="kind")
    for number, name in enumerate(("BytesList", "FloatList", "Int64List"), start=1):
        kind_name = name.replace("List", "_list").lower()
        _submessage(feature, kind_name, number, f".tensorflow.{name}").oneof_index = 0
    features = file.message_type.add(name="Features")
    entry = features.nested_type.add(name="FeatureEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=_Field.TYPE_STRING, label=_ONE)
    _submessage(entry, "value", 2, ".tensorflow.Feature")
    _submessage(features, "feature", 1, ".tensorflow.Features.FeatureEntry").label = _MANY
    _submessage(file.message_type.add(name="Example"), "features", 1, ".tensorflow.Features")
    return file


def _label_map_file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="label_map.proto", package="object_detection.protos", syntax="proto2"
    )
    item = file.message_type.add(name="StringIntLabelMapItem")
    item.field.add(name="name", number=1, type=_Field.TYPE_STRING, label=_ONE)
    item.field.add(name="id", number=2, type=_Field.TYPE_INT32, label=_ONE)
    item.field.add(name="display_name", number=3, type=_Field.TYPE_STRING, label=_ONE)
    label_map = file.message_type.add(name="StringIntLabelMap")
    _submessage(label_map, "item", 1, ".object_detection.protos.StringIntLabelMapItem").label = _MANY
    return file


def _submessage(
    owner: descriptor_pb2.DescriptorProto, name: str, number: int, kind: str
) -> descriptor_pb2.FieldDescriptorProto:
    return owner.field.add(name=name, number=number, type=_Field.TYPE_MESSAGE, type_name=kind, label=_ONE)
