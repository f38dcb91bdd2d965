import gzip
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import tensorflow as tf

from boxwright.core.detector.input.records import Reader, find_records, place_of, selected
from boxwright.core.errors import AnnotationError, BoxwrightError

Write = Callable[..., Path]


@pytest.fixture
def two(tmp_path: Path, write: Write) -> Path:
    write(tmp_path / "b.tfrecord", [b"third", b""])
    write(tmp_path / "a.tfrecord", [b"first", b"second"])
    write(tmp_path / "empty.tfrecord", [])
    return tmp_path


def read(reader: Reader, rows: Iterable[int]) -> list[bytes]:
    return list(reader.read(tf.data.Dataset.from_tensor_slices(list(rows))).as_numpy_iterator())


def test_records_are_found_in_the_order_of_names_and_files(two: Path):
    records = find_records([two / "*.tfrecord"])
    assert len(records) == 4
    assert [place_of(records, row) for row in (1, 2)] == [
        f"{two}/a.tfrecord: record[1]",
        f"{two}/b.tfrecord: record[0]",
    ]
    assert read(Reader(records), range(4)) == [b"first", b"second", b"third", b""]


def test_records_can_be_read_in_any_order(two: Path):
    reader = Reader(find_records([two / "a.tfrecord", two / "b.tfrecord"]))
    assert read(reader, [3, 0, 2, 0]) == [b"", b"first", b"third", b"first"]


def test_a_file_that_two_patterns_match_counts_once(two: Path):
    assert len(find_records([two / "a.tfrecord", two / "*.tfrecord"])) == 4


@pytest.mark.parametrize(
    "rows, numbers", [(slice(3), [0, 1, 0]), (slice(None, None, 2), [0, 0]), (slice(9, None), [])]
)
def test_some_records_can_be_selected(rows: slice, numbers: list[int], two: Path):
    records = selected(find_records([two / "*.tfrecord"]), rows)
    assert len(records) == len(numbers) and records.numbers.tolist() == numbers


def test_a_pattern_without_files_is_an_error(tmp_path: Path):
    pattern = str(tmp_path / "*.tfrecord")
    with pytest.raises(BoxwrightError) as caught:
        find_records([pattern])
    hint = "paths count from the folder you are in"
    assert str(caught.value) == f"no TFRecord file is named {pattern!r}\n  hint: {hint}"


@pytest.mark.parametrize(
    "change, place, fact",
    [
        (lambda data: data[:-1], "record[1]", "the file is cut inside a record"),
        (lambda data: data + b"abc", "record[2]", "the file is cut inside a record's header"),
        (lambda data: b"\x09" + data[1:], "record[0]", "a record's length is damaged (checksum differs)"),
        (gzip.compress, "record[0]", "the file is compressed with gzip: decompress it first"),
    ],
)
def test_a_damaged_file_is_named(change: Callable[[bytes], bytes], place: str, fact: str, two: Path):
    path = two / "a.tfrecord"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(AnnotationError) as caught:
        find_records([path])
    assert str(caught.value) == f"{path}: {place}: {fact}"


def test_damaged_bytes_are_not_read(two: Path):
    path = two / "a.tfrecord"
    path.write_bytes(path.read_bytes().replace(b"second", b"sekond"))
    reader = Reader(find_records([path]))
    assert read(reader, [0]) == [b"first"]
    with pytest.raises(tf.errors.DataLossError):
        read(reader, [1])
