"""MATLAB files: what is read, and what is refused before scipy sees it."""

import random
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing import mat_file

MOST = 30_000_000
FIELDS = ("left", "right")
POINTS = np.array([[10.5, 20.25], [30.0, 20.0], [12.0, 50.75]])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hands.mat"


@pytest.fixture
def refused(path: Path) -> Callable[[bytes], str]:
    """Why a file of these bytes is refused."""

    def fact(data: bytes) -> str:
        path.write_bytes(data)
        with pytest.raises((ValueError, AnnotationError)) as caught:
            mat_file.load(path, "hands", MOST)
        return str(caught.value).removeprefix(f"{path}: ")

    return fact


def element(kind: int, content: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "II", kind, len(content)) + content + bytes(-len(content) % 8)


def small(kind: int, content: bytes, order: str = "<") -> bytes:
    """An element of up to 4 bytes, which stand inside its tag."""
    return struct.pack(order + "I", len(content) << 16 | kind) + content.ljust(4, b"\0")


EMPTY = element(14, b"")


def matrix(
    kind: int, dims: tuple[int, ...], values: bytes, name: bytes = b"", order: str = "<", flags: int = 0
) -> bytes:
    header = element(6, struct.pack(order + "II", kind | flags, 0), order)
    header += element(5, struct.pack(f"{order}{len(dims)}i", *dims), order) + element(1, name, order)
    return element(14, header + values, order)


def structs(dims: tuple[int, ...], values: bytes, order: str = "<", width: int = 32) -> bytes:
    names = b"".join(field.encode().ljust(32, b"\0") for field in FIELDS)
    width_and_names = small(5, struct.pack(order + "i", width), order) + element(1, names, order)
    return matrix(2, dims, width_and_names + values, b"hands", order)


def mat(*elements: bytes, order: str = "<") -> bytes:
    mark = {"<": b"IM", ">": b"MI"}[order]
    return bytes(124) + struct.pack(order + "H", 0x0100) + mark + b"".join(elements)


def compressed(data: bytes) -> bytes:
    return struct.pack("<II", 15, len(data)) + data


def inside(value: bytes) -> bytes:
    """A file whose variable is a struct that holds this and an empty array."""
    return mat(structs((1, 1), value + EMPTY))


# Reading and writing


@pytest.mark.parametrize("do_compression", [False, True])
def test_a_variable_is_read_and_others_are_passed_over(path, do_compression):
    others = {"notes": "x" * 5000, "big": np.zeros((300, 300))}
    savemat(path, {**others, "hands": {"left": POINTS}, "zoo": 1}, do_compression=do_compression)
    [row] = mat_file.rows(mat_file.load(path, "hands", MOST), ("left",))
    assert (row["left"] == POINTS).all()


def test_a_variable_larger_than_what_memory_holds_is_read(path):
    values = np.arange(mat_file.IN_MEMORY / 4)
    savemat(path, {"hands": values})
    assert (mat_file.load(path, "hands", MOST) == values).all()


def test_what_is_saved_is_read_back(path):
    mat_file.save(path, "hands", mat_file.struct_array(FIELDS, [(POINTS, "küche"), (np.zeros((0, 0)), "")]))
    first, second = mat_file.rows(mat_file.load(path, "hands", MOST), FIELDS)
    assert (first["left"] == POINTS).all() and mat_file.text(first["right"]) == "küche"
    assert second["left"].size == 0 and mat_file.text(second["right"]) == ""


@pytest.mark.parametrize("order", ["<", ">"])
def test_either_byte_order_is_read_in_numbers_and_text(path, order):
    numbers = element(9, struct.pack(order + "6d", *POINTS.T.ravel()), order)
    text = element(4, "küche".encode("utf-16" + {"<": "-le", ">": "-be"}[order]), order)
    values = matrix(6, (3, 2), numbers, order=order) + matrix(4, (1, 5), text, order=order)
    path.write_bytes(mat(structs((1, 1), values, order), order=order))
    [row] = mat_file.rows(mat_file.load(path, "hands", MOST), FIELDS)
    assert (row["left"] == POINTS).all() and mat_file.text(row["right"]) == "küche"


def test_elements_without_content_are_empty_arrays(path):
    path.write_bytes(mat(structs((1, 1), EMPTY * 2)))
    [row] = mat_file.rows(mat_file.load(path, "hands", MOST), FIELDS)
    assert row["left"].size == row["right"].size == 0


@pytest.mark.parametrize("shape", [(1, 3), (3, 1)])
def test_a_struct_has_its_rows_in_order_whether_it_lies_or_stands(shape):
    value = mat_file.struct_array(FIELDS, [(1, 2), (3, 4), (5, 6)]).reshape(shape)
    assert [row["left"] for row in mat_file.rows(value, FIELDS)] == [1, 3, 5]
    assert mat_file.rows(np.zeros((0, 0)), FIELDS) == []


@pytest.mark.parametrize(
    "read, value, fact",
    [
        (lambda v: mat_file.rows(v, FIELDS), POINTS, "numbers, expected a struct"),
        (
            lambda v: mat_file.rows(v, FIELDS),
            mat_file.struct_array(("left", "up"), [(1, 2)]),
            "field right missing; found left, up",
        ),
        (mat_file.number, POINTS, "3 x 2 numbers, expected one number"),
        (mat_file.number, np.array(["11"]), "1 text, expected one number"),
        (mat_file.number, np.array([[1j]]), "1 x 1 complex numbers, expected one number"),
        (mat_file.text, np.array([[7]]), "1 x 1 numbers, expected one text"),
        (mat_file.text, np.array(["a", "b"]), "2 text, expected one text"),
        (mat_file.text, np.array([["a"]], object), "1 x 1 a cell array, expected one text"),
    ],
)
def test_what_is_not_expected_is_named(read, value, fact):
    with pytest.raises(ValueError) as caught:
        read(value)
    assert str(caught.value) == fact


# Other files


@pytest.mark.parametrize("do_compression", [False, True])
def test_a_missing_variable_is_named_with_those_that_are_there(path, do_compression):
    savemat(path, {"feet": POINTS, "other": 1}, do_compression=do_compression)
    with pytest.raises(ValueError) as caught:
        mat_file.load(path, "hands", MOST)
    assert str(caught.value) == "no variable 'hands'; found feet, other"


RESAVE = "\n  hint: load it in MATLAB and save it again with save('hands.mat', 'hands', '-v7')"


@pytest.mark.parametrize(
    "data, fact",
    [
        (b"", "is empty (0 bytes)"),
        (
            b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512) + mat_file.HDF5,
            "is a MATLAB v7.3 file (HDF5); v5 to v7 can be read" + RESAVE,
        ),
        (mat_file.HDF5 + bytes(600), "is a MATLAB v7.3 file (HDF5); v5 to v7 can be read" + RESAVE),
        (
            b"# Created by Octave 8.4.0\n# name: polygons\n" * 9,
            "is a text file; MATLAB v5 to v7 can be read" + RESAVE,
        ),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:1",
            "is Git LFS's pointer to the file\n  hint: git lfs pull fetches it",
        ),
        (
            b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500),
            "is no MATLAB file of v5 to v7: it starts with b'\\xff\\xd8\\xff\\xe0\\x00\\x10JF'" + RESAVE,
        ),
    ],
    ids=["empty", "v7.3", "hdf5", "text", "lfs", "jpeg"],
)
def test_another_kind_of_file_is_named_with_a_way_out(refused, data, fact):
    assert refused(data) == fact


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(ValueError) as caught:
        mat_file.load(tmp_path, "hands", MOST)
    assert str(caught.value) == "cannot be read: Is a directory"


# Damaged and hostile files

NUMBER = element(9, bytes(8))


@pytest.mark.parametrize(
    "data, fact",
    [
        (mat(structs((-1, 4), b"")), "is damaged: an array of -1 x 4"),
        # scipy crashes on text without dimensions, and on unknown types.
        (inside(matrix(4, (), element(16, b"a"))), "is damaged: an array of no dimensions"),
        (mat(structs((1, 1), EMPTY)), "is cut off inside an array"),
        (mat(structs((1, 1), NUMBER * 2)), "is damaged: no array where one belongs"),
        (mat(structs((1, 1), EMPTY * 2, width=0)), "is damaged: 64 bytes of field names, 0 for each"),
        (mat(structs((1, 1), EMPTY * 2, width=-8)), "is damaged: 64 bytes of field names, -8 for each"),
        (inside(matrix(6, (1, 1), element(8, bytes(8)))), "is damaged: numbers of unknown type 8"),
        (inside(matrix(6, (1, 1), element(200, bytes(8)))), "is damaged: numbers of unknown type 200"),
        (
            inside(matrix(4, (1, 1), element(200, bytes(8)))),
            "is damaged: 1 characters of type 200 in 8 bytes",
        ),
        (inside(matrix(6, (1, 3), NUMBER)), "is damaged: 3 numbers in 8 bytes"),
        (
            inside(matrix(5, (9, 9), b"")),
            "holds a sparse matrix; numbers, text, cells and structs can be read",
        ),
        (inside(matrix(17, (1, 1), b"")), "holds an object; numbers, text, cells and structs can be read"),
        (
            inside(matrix(40, (1, 1), b"")),
            "holds an array of class 40; numbers, text, cells and structs can be read",
        ),
        (mat(compressed(b"no zlib at all")), "is damaged: its compressed data cannot be inflated"),
        (
            mat(compressed(zlib.compress(structs((1, 1), EMPTY * 2))[:-1])),
            "is cut off inside its compressed data",
        ),
        (
            mat(struct.pack("<II", 14, 2**32 - 1)),
            "is cut off: 4294967295 bytes announced at byte 128, the file has 136",
        ),
        (
            inside(matrix(6, (1,) * 33, NUMBER)),
            "is damaged: scipy cannot read it (Unexpected amount of data to read (malformed input file?))",
        ),
    ],
)
def test_damage_is_named(refused, data, fact):
    assert refused(data) == fact


def nested(depth: int) -> bytes:
    """Cells in cells; scipy does not look at the sizes that they announce."""
    return matrix(1, (1, 1), b"") * depth + EMPTY


def bomb(value: bytes, zeros: int) -> bytes:
    """A compressed variable that goes on with so many zeros."""
    packer = zlib.compressobj(9)
    packed = packer.compress(value)
    packed += b"".join(packer.compress(bytes(1_000_000)) for _ in range(zeros // 1_000_000)) + packer.flush()
    return mat(compressed(packed))


TOO_LARGE = f"has more than {MOST} bytes, the most that is read"
TOO_MANY = "announces more arrays, text or numbers than are read"
ZEROS = matrix(6, (1, 2 * 10**8), b"")


@pytest.mark.parametrize(
    "make, fact",
    [
        (lambda: mat(structs((1, 2**31 - 1), EMPTY)), TOO_MANY),
        (lambda: mat(structs((2**31 - 1,) * 32, EMPTY)), TOO_MANY),
        (lambda: mat(structs((2**16,) * 4, EMPTY)), TOO_MANY),
        (lambda: inside(matrix(1, (1, 10**8), EMPTY)), TOO_MANY),
        (lambda: inside(matrix(1, (1, 3 * 10**6), EMPTY * 10)), "is cut off inside an array"),
        (lambda: inside(matrix(1, (1, 10**6), EMPTY * 10**6)), TOO_MANY),
        (lambda: inside(matrix(1, (1, 59_000), EMPTY * 59_000)), None),
        (
            lambda: inside(matrix(4, (1, 3 * 10**8), element(16, b""))),
            "is damaged: 300000000 characters of type 16 in 0 bytes",
        ),
        (lambda: inside(matrix(4, (1, 10**7), element(16, b"a" * 10**7))), TOO_MANY),
        (lambda: inside(matrix(8, (1, 5 * 10**6), element(1, bytes(5 * 10**6)) * 2, flags=0x800)), TOO_MANY),
        (
            lambda: inside(matrix(6, (1, 10**8), struct.pack("<II", 9, 4 * 10**9))),
            "is damaged: 100000000 numbers in 4000000000 bytes",
        ),
        (
            lambda: mat(matrix(2, (1, 10**8), small(5, bytes([32, 0, 0, 0])) + element(1, b""), b"hands")),
            TOO_MANY,
        ),
        (lambda: inside(nested(9)), "holds arrays more than 10 deep in each other"),
        (lambda: inside(nested(200_000)), "holds arrays more than 10 deep in each other"),
        (lambda: bomb(structs((1, 1), ZEROS), 300_000_000), TOO_LARGE),
        (lambda: bomb(structs((1, 1), EMPTY * 2), 300_000_000), TOO_LARGE),
        (lambda: mat(EMPTY * 2_000_000), "no variable 'hands'; found none"),
    ],
)
def test_a_hostile_file_is_refused_at_once(path, make, fact):
    path.write_bytes(make())
    tracemalloc.start()
    begin, text = time.process_time(), None
    try:
        mat_file.load(path, "hands", MOST)
    except ValueError as error:
        text = str(error)
    cost, memory = time.process_time() - begin, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert text == fact
    assert cost < 2 and memory < 100_000_000


@pytest.mark.parametrize("do_compression", [False, True])
def test_a_file_cut_anywhere_is_refused(refused, path, do_compression):
    savemat(path, {"hands": {"left": POINTS, "right": "text"}}, do_compression=do_compression)
    data = path.read_bytes()
    for length in range(0, len(data), 7):
        assert refused(data[:length])


@pytest.mark.parametrize("do_compression", [False, True])
def test_damaged_bytes_end_in_an_array_or_a_fact(path, do_compression):
    value: dict[str, Any] = {"left": POINTS, "right": np.array([[1, 2], [3, 4]], np.uint8), "name": "küche"}
    savemat(path, {"hands": value}, do_compression=do_compression)
    data, dice = path.read_bytes(), random.Random(0)
    for _ in range(500):
        damaged = bytearray(data)
        for _ in range(dice.randint(1, 4)):
            byte = dice.choice((0, 1, 5, 14, 15, 127, 128, 255, dice.randrange(256)))
            damaged[dice.randrange(124, len(data))] = byte
        path.write_bytes(damaged)
        try:
            assert mat_file.load(path, "hands", MOST).ndim >= 0
        except (ValueError, AnnotationError) as error:
            assert str(error)
