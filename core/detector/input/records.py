"""Where each record of a set of TFRecord files is, so that any of them can be read at any time.

With places instead of a pass over the files, a shuffle is one of the whole set, takes no buffer, and is
gone through again from any step.
"""

import glob
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from boxwright.core.errors import BoxwrightError, reading
from boxwright.core.tfrecord.framing import FOOTER, HEADER, compression, stated_length


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Records:
    """N records, each by its file and place.

    paths    the files
    files    (N,) int32: which of the paths
    numbers  (N,) int64: which record of that file, from 0
    offsets  (N,) int64: bytes from the file's start to the record's header
    lengths  (N,) int64: bytes of the serialised Example
    """

    paths: tuple[str, ...]
    files: NDArray[np.int32]
    numbers: NDArray[np.int64]
    offsets: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.files)


def find_records(patterns: Iterable[str | Path]) -> Records:
    """The records of files, in the order of the patterns, of the names, and of the files.

    patterns   paths, or patterns of them: `hands_train-*.tfrecord`
    raises     BoxwrightError for a pattern without a file, AnnotationError for a file that is cut or damaged
    """
    paths = record_paths(patterns)
    places = [(file, *place) for file, path in enumerate(paths) for place in record_places(path)]
    table = np.array(places, np.int64).reshape(-1, 4)
    return Records(
        paths=paths,
        files=table[:, 0].astype(np.int32),
        numbers=table[:, 1],
        offsets=table[:, 2],
        lengths=table[:, 3],
    )


def record_paths(patterns: Iterable[str | Path]) -> tuple[str, ...]:
    """The files that patterns name, each once; raises BoxwrightError for a pattern without a file."""
    return tuple(dict.fromkeys(path for pattern in patterns for path in _matching(str(pattern))))


def selected(records: Records, rows: slice) -> Records:
    """Some of the records: `slice(8)` the first eight, `slice(None, None, 2)` every second."""
    names = ("files", "numbers", "offsets", "lengths")
    return replace(records, **{name: getattr(records, name)[rows] for name in names})


def place_of(records: Records, row: int) -> str:
    """A record's file and number, as errors name it: `hands.tfrecord: record[3]`."""
    return f"{records.paths[records.files[row]]}: record[{records.numbers[row]}]"


# Keeps tf.data from rewriting a function by AutoGraph: none of ours needs it, and tracing takes longer.
as_written = tf.autograph.experimental.do_not_convert


class Reader:
    """Reads records for tf.data: its tensors are made once, outside of the functions that use them."""

    def __init__(self, records: Records) -> None:
        self._paths = tf.constant(records.paths or [""])
        self._files = tf.constant(records.files)
        self._offsets = tf.constant(records.offsets)
        self._lengths = tf.constant(records.lengths)

    def read(self, rows: tf.data.Dataset) -> tf.data.Dataset:
        """The serialised Examples, () string, of a data set of rows, () integer; checksums are compared."""
        return rows.flat_map(as_written(self._record))

    def _record(self, row: tf.Tensor) -> tf.data.Dataset:
        variant = tf.raw_ops.TFRecordDatasetV2(
            filenames=tf.gather(self._paths, tf.gather(self._files, row))[tf.newaxis],
            compression_type="",
            # No more than the record: the next one to be read is elsewhere.
            buffer_size=tf.gather(self._lengths, row) + HEADER.size + FOOTER.size,
            byte_offsets=tf.gather(self._offsets, row)[tf.newaxis],
        )
        return tf.data.experimental.from_variant(variant, tf.TensorSpec([], tf.string)).take(1)


def _matching(pattern: str) -> Sequence[str]:
    if Path(pattern).is_file():
        return [pattern]
    if found := sorted(path for path in glob.glob(pattern) if Path(path).is_file()):
        return found
    raise BoxwrightError(f"no TFRecord file is named {pattern!r}", "paths count from the folder you are in")


def record_places(path: str) -> Iterator[tuple[int, int, int]]:
    """Number, offset and length of each record of a file, by the headers alone."""
    with open(path, "rb", buffering=0) as file:
        size, offset, number = Path(path).stat().st_size, 0, 0
        while offset < size:
            with reading(path, f"record[{number}]"):
                length = _length_at(file, offset, size)
            yield number, offset, length
            offset, number = offset + HEADER.size + length + FOOTER.size, number + 1


def _length_at(file: BinaryIO, offset: int, size: int) -> int:
    file.seek(offset)
    header = file.read(HEADER.size)
    if not offset and (name := compression(header)):
        raise ValueError(f"the file is compressed with {name}: decompress it first")
    if len(header) < HEADER.size:
        raise ValueError("the file is cut inside a record's header")
    length = stated_length(header)
    if offset + HEADER.size + length + FOOTER.size > size:
        raise ValueError("the file is cut inside a record")
    return length
