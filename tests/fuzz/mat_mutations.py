"""MATLAB files whose arrays have other types, shapes and fields, and files with wrong bytes."""

import struct
import zlib
from io import BytesIO
from random import Random
from typing import Any

import numpy as np
from scipy.io import loadmat, savemat

from tests.fuzz import byte_mutations

HEADER = 128  # bytes before the first element
COMPRESSED = 15

ARRAYS: tuple[Any, ...] = (
    *(np.zeros((0, 0)), np.zeros((0, 2)), np.zeros((1, 0)), np.zeros((2, 3)), np.zeros((3, 2), np.uint8)),
    *(np.zeros((2, 2, 2)), np.full((4, 2), np.nan), np.full((4, 2), np.inf), np.full((4, 2), 1.7e308)),
    *(np.full((3, 2), -1e308), np.ones((3, 2), complex), np.ones((3, 2), np.int64), np.array([[2.5]])),
    *(np.array([[1e300]]), np.array([[-1]]), np.array([[7, 8]], np.uint16), np.eye(2, dtype=bool)),
    *(
        "",
        "x",
        "../x",
        "a/b",
        "x" * 300,
        "\0",
        "é",
        np.array(["ab", "cd"]),
        np.array([None, 1], dtype=object),
    ),
    *({"a": 1}, np.zeros((0, 0), dtype=object), np.array([[np.zeros((3, 2)), "x"]], dtype=object)),
    *(np.zeros((70_000, 2)), np.zeros((1, 3), dtype=[("myleft", "O")]), np.ones((3, 2), np.float32)),
)


def mutated(data: bytes, random: Random) -> bytes:
    """The file after some mutations of its values, of its elements, or of its bytes."""
    kind = random.randrange(5)
    if kind < 2:
        return _with_other_values(data, random)
    if kind == 2:
        return byte_mutations.mutated(data, random)
    head, element = data[:HEADER], data[HEADER:]
    element = byte_mutations.mutated(element, random)
    if kind == 3:
        return head + element
    packed = zlib.compress(element)
    packed = byte_mutations.mutated(packed, random) if random.random() < 0.2 else packed
    return head + struct.pack("<II", COMPRESSED, len(packed)) + packed


def _with_other_values(data: bytes, random: Random) -> bytes:
    """The variable with some fields of its structs replaced, or their number, or itself."""
    [(name, value)] = [(key, value) for key, value in loadmat(BytesIO(data)).items() if key[0] != "_"]
    for _ in range(random.choice((1, 1, 2, 4))):
        value = _changed(value, random)
    file = BytesIO()
    savemat(file, {name: value}, do_compression=random.random() < 0.5)
    return file.getvalue()


def _changed(value: Any, random: Random) -> Any:
    if not isinstance(value, np.ndarray) or value.dtype.names is None or value.size == 0:
        return random.choice(ARRAYS)
    if random.random() < 0.1:
        return random.choice((value.T, value[:, :1], np.concatenate([value, value], axis=1), value[:, :0]))
    value = value.copy()
    element, field = value.flat[random.randrange(value.size)], random.choice(value.dtype.names)
    deeper = random.random() < 0.5 and getattr(element[field], "dtype", value.dtype).names is not None
    element[field] = _changed(element[field], random) if deeper else random.choice(ARRAYS)
    return value
