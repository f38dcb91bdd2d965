"""The framing of records: what is written can be read, and damage is told, not read."""

import io
import struct
import tracemalloc

import pytest
from google_crc32c import value as crc32c
from hypothesis import given
from hypothesis import strategies as st

from boxwright.core.tfrecord.framing import framed, unframed

RECORDS = [b"first", b"", b"third one"]
FILE = b"".join(part for record in RECORDS for part in framed(record))


def unframed_all(data: bytes) -> list[bytes]:
    return [record for _, record in unframed(io.BytesIO(data), len(data))]


def refusal(data: bytes) -> str:
    with pytest.raises(ValueError) as caught:
        unframed_all(data)
    return str(caught.value)


def header(length: int) -> bytes:
    """A header with the right checksum."""
    packed = struct.pack("<Q", length)
    crc = crc32c(packed)
    return packed + struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def test_the_checksums_are_those_of_the_format():
    # One byte, as tf.io.TFRecordWriter 2.21 writes it.
    assert b"".join(framed(b"a")) == bytes.fromhex("0100000000000000 0175de41 61 786ee428")


@given(st.lists(st.binary(max_size=300)))
def test_what_was_framed_is_read_back_with_its_places(records: list[bytes]):
    data = b"".join(part for record in records for part in framed(record))
    found = list(unframed(io.BytesIO(data), len(data)))
    assert [record for _, record in found] == records
    assert [data[place : place + len(record)] for place, record in found] == records


@pytest.mark.parametrize("length", range(1, len(FILE)))
def test_a_cut_file_is_refused_unless_the_cut_lies_between_records(length: int):
    ends = [len(b"".join(part for record in RECORDS[:count] for part in framed(record))) for count in (1, 2)]
    if length in ends:
        assert unframed_all(FILE[:length]) == RECORDS[: ends.index(length) + 1]
    else:
        inside = "'s header" if min(length - end for end in (0, *ends) if end < length) < 12 else ""
        assert refusal(FILE[:length]) == f"the file is cut inside a record{inside}"


@pytest.mark.parametrize("place", range(len(FILE)))
def test_a_flipped_byte_is_found(place: int):
    damaged = bytearray(FILE)
    damaged[place] ^= 0x10
    assert refusal(bytes(damaged)).endswith("is damaged (checksum differs)") or place >= 12
    assert refusal(bytes(damaged)) in {
        "a record's length is damaged (checksum differs)",
        "a record's bytes are damaged (checksum differs)",
    }


@pytest.mark.parametrize("length", [2**60, 2**64 - 1, 2**31, 1 << 20])
def test_a_length_beyond_the_file_is_not_believed(length: int):
    tracemalloc.start()
    assert refusal(header(length) + b"few bytes") == "the file is cut inside a record"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_a_file_that_shrinks_while_it_is_read_is_cut():
    with pytest.raises(ValueError) as caught:
        list(unframed(io.BytesIO(FILE[:20]), len(FILE)))
    assert str(caught.value) == "the file is cut inside a record"


@pytest.mark.parametrize(
    "magic, name", [("1f8b", "gzip"), ("7801", "zlib"), ("789c", "zlib"), ("78da", "zlib")]
)
def test_a_compressed_file_is_refused_by_name(magic: str, name: str):
    data = bytes.fromhex(magic) + bytes(30)
    assert refusal(data) == f"the file is compressed with {name}: decompress it first"


def test_a_record_whose_length_looks_like_gzip_is_a_record():
    record = bytes(0x8B1F)
    assert unframed_all(b"".join(framed(record))) == [record]


def test_damage_behind_the_first_record_is_not_taken_for_compression():
    assert refusal(FILE + b"\x1f\x8b" + bytes(30)) == "a record's length is damaged (checksum differs)"
