"""Where the records of a stream come from: read from files and decoded each time, or kept in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from boxwright.core.detector.input.class_names import ClassNames
from boxwright.core.detector.input.examples import Example, decoded
from boxwright.core.detector.input.records import Reader, Records, as_written


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Records by their row.

    count   how many there are; rows are below it
    read    gives for a data set of rows, () int64, that of what `decode` takes, one for each and in order
    decode  gives the record
    """

    count: int
    read: Callable[[tf.data.Dataset], tf.data.Dataset]
    decode: Callable[[Any], Example]  # Any: a serialised Example, or whatever else a source reads


def stored(records: Records, names: ClassNames) -> Source:
    """Reads and decodes a record each time it is asked for."""
    return Source(
        count=len(records), read=Reader(records).read, decode=lambda serialized: decoded(serialized, names)
    )


def examples(source: Source) -> tf.data.Dataset:
    """Every record of a source, in order."""
    read = source.read(tf.data.Dataset.range(source.count))
    return read.map(as_written(source.decode), num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
