"""TFRecord framing: each record's length and bytes, both with a masked CRC-32C.

Layout of a record: uint64 length, uint32 crc(length), the bytes, uint32 crc(bytes); little endian.
Source: https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from google_crc32c import extend

HEADER = struct.Struct("<QI")
FOOTER = struct.Struct("<I")
MASK_DELTA = 0xA282EAD8  # the format's constant; it keeps CRCs of CRCs from being weak
# How a file begins that was written with tf.io.TFRecordOptions(compression_type=…). RFC 1952; RFC 1950, 2.2
COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\x78\x01": "zlib", b"\x78\x9c": "zlib", b"\x78\xda": "zlib"}


def framed(*parts: bytes) -> tuple[bytes, ...]:
    """A record, whose bytes may come in parts, to be written piece by piece: header, the parts, footer."""
    header = sum(map(len, parts)).to_bytes(8, "little")
    return header + FOOTER.pack(_masked(header)), *parts, FOOTER.pack(_masked(*parts))


def unframed(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    """Every record of an open file of `size` bytes: the offset of its bytes in the file, and the bytes.

    raises   ValueError for a file that is cut or damaged; a length is checked before it is believed
    """
    place = 0
    while place < size:
        header = file.read(HEADER.size)
        if len(header) < HEADER.size:
            raise ValueError("the file is cut inside a record's header")
        length = stated_length(header) if place else _first_length(header)
        start = place + HEADER.size
        if start + length + FOOTER.size > size:
            raise ValueError("the file is cut inside a record")
        data = file.read(length)
        footer = file.read(FOOTER.size)
        if len(data) + len(footer) < length + FOOTER.size:
            raise ValueError("the file is cut inside a record")
        if FOOTER.unpack(footer)[0] != _masked(data):
            raise ValueError("a record's bytes are damaged (checksum differs)")
        yield start, data
        place = start + length + FOOTER.size


def stated_length(header: bytes) -> int:
    """The length that a record's header states; raises ValueError when its checksum differs."""
    length, crc = HEADER.unpack(header)
    if crc != _masked(header[:8]):
        raise ValueError("a record's length is damaged (checksum differs)")
    return int(length)


def _first_length(header: bytes) -> int:
    try:
        return stated_length(header)
    except ValueError as error:
        if name := compression(header):
            raise ValueError(f"the file is compressed with {name}: decompress it first") from None
        raise error from None


def compression(header: bytes) -> str | None:
    """What the file that begins so is compressed with, where the header is no record's, or None."""
    return COMPRESSIONS.get(header[:2])


def _masked(*parts: bytes) -> int:
    crc = 0
    for part in parts:
        crc = extend(crc, part)
    return ((crc >> 15 | crc << 17) + MASK_DELTA) & 0xFFFFFFFF
