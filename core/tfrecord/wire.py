"""The entries of a `tf.train.Example` as protobuf writes them, one by one.

An Example is little more than its image. Protobuf's own runtime copies the image twice on the way, which can
cost more than to hash it; written by hand, the entries before and behind it are the only new bytes.

Sources: https://protobuf.dev/programming-guides/encoding/; the field numbers are those of proto.py
"""

import sys
from array import array
from collections.abc import Iterable, Sequence
from functools import cache

LENGTH_DELIMITED = 2  # wire type: a length, then so many bytes
VALUE = FEATURES = ENTRY = 1 << 3 | LENGTH_DELIMITED  # field 1 of the lists, of Example and of Features
KEY, ENTRY_VALUE = 1 << 3 | LENGTH_DELIMITED, 2 << 3 | LENGTH_DELIMITED
BYTES_LIST, FLOAT_LIST, INT64_LIST = (number << 3 | LENGTH_DELIMITED for number in (1, 2, 3))
SMALL = 0x80  # what is less takes one byte
INT64 = 1 << 64  # negative integers are written as their two's complement


def bytes_feature(values: Iterable[bytes]) -> bytes:
    """A Feature that is a BytesList."""
    return field(BYTES_LIST, b"".join([field(VALUE, value) for value in values]))


def float_feature(values: Iterable[float]) -> bytes:
    """A Feature that is a FloatList; what is beyond float32 becomes infinite."""
    packed = array("f", values)
    if sys.byteorder == "big":
        packed.byteswap()
    return field(FLOAT_LIST, field(VALUE, packed.tobytes()) if packed else b"")


def int64_feature(values: Sequence[int]) -> bytes:
    """A Feature that is an Int64List."""
    if not values:
        return field(INT64_LIST, b"")
    if min(values) >= 0 and max(values) < SMALL:  # one byte each
        return field(INT64_LIST, field(VALUE, bytes(values)))
    return field(INT64_LIST, field(VALUE, b"".join([varint(value) for value in values])))


def entry(key: str, feature: bytes) -> bytes:
    """An entry of the map of features."""
    return field(ENTRY, _key(key) + field(ENTRY_VALUE, feature))


@cache
def _key(key: str) -> bytes:
    return field(KEY, key.encode())


def example_around(image_key: str, length: int, rest: int) -> bytes:
    """The beginning of an Example up to its image's first byte, where the image's entry is the first of all.

    length   bytes of the image
    rest     bytes of the entries behind it
    """
    value = _start(VALUE, length)
    feature = _start(BYTES_LIST, len(value) + length)
    inside = _key(image_key) + _start(ENTRY_VALUE, len(feature + value) + length)
    inside += feature + value
    first = _start(ENTRY, len(inside) + length) + inside
    return _start(FEATURES, len(first) + length + rest) + first


def field(tag: int, content: bytes) -> bytes:
    """A length-delimited field."""
    length = len(content)
    return (_STARTS[tag][length] if length < SMALL else bytes((tag,)) + varint(length)) + content


def _start(tag: int, length: int) -> bytes:
    return bytes((tag,)) + varint(length)


def varint(value: int) -> bytes:
    """An integer in groups of seven bits, the lowest first."""
    value %= INT64
    groups = bytearray()
    while value >= SMALL:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)


# Nearly all fields are short ones: their tag and length are made but once.
_STARTS = {
    tag: [bytes((tag, length)) for length in range(SMALL)] for tag in (BYTES_LIST, FLOAT_LIST, INT64_LIST)
}
