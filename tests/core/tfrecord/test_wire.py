"""Examples written entry by entry have the bytes that protobuf's own runtime writes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxwright.core.tfrecord.proto import message
from boxwright.core.tfrecord.wire import (
    bytes_feature,
    entry,
    example_around,
    float_feature,
    int64_feature,
    varint,
)


def by_protobuf(key: str, kind: str, values: list[Any]) -> bytes:
    example = message("tensorflow.Example")()
    listed = getattr(example.features.feature[key], kind)
    listed.SetInParent()
    listed.value.extend(values)
    return bytes(example.features.SerializeToString())


@given(st.text(min_size=1, max_size=200), st.lists(st.binary(max_size=300), max_size=5))
def test_bytes(key: str, values: list[bytes]):
    assert entry(key, bytes_feature(values)) == by_protobuf(key, "bytes_list", values)


@given(st.lists(st.floats(allow_nan=False), max_size=70))
def test_floats_also_those_beyond_single_precision(values: list[float]):
    assert entry("k", float_feature(values)) == by_protobuf("k", "float_list", values)


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-1, 128), max_size=140))
def test_integers_also_negative_ones(values: list[int]):
    assert entry("k", int64_feature(values)) == by_protobuf("k", "int64_list", values)


@pytest.mark.parametrize(
    "value, expected",
    [(0, b"\0"), (127, b"\x7f"), (128, b"\x80\1"), (300, b"\xac\2"), (-1, b"\xff" * 9 + b"\1")],
)
def test_a_varint_has_seven_bits_a_byte_the_lowest_first(value: int, expected: bytes):
    assert varint(value) == expected


@pytest.mark.parametrize("length", [0, 1, 100, 127, 128, 16_000, 16_384, 3_000_000])
def test_what_stands_around_an_image_makes_it_an_example(length: int):
    image, rest = b"x" * length, entry("later", int64_feature([7]))
    data = example_around("first", len(image), len(rest)) + image + rest
    example = message("tensorflow.Example")()
    example.features.feature["first"].bytes_list.value.append(image)
    example.features.feature["later"].int64_list.value.append(7)
    assert data == example.SerializeToString(deterministic=True)
