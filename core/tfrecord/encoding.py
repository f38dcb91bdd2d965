"""Reads and encodes records, in this process or in several; results come in the order of the records."""

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from io import BytesIO
from itertools import islice
from multiprocessing import get_context, parent_process
from threading import Thread

from boxwright.core.errors import BoxwrightError
from boxwright.core.images.image_header import ImageHeader, read_header
from boxwright.core.schema import ImageRecord
from boxwright.core.tfrecord.example import encode
from boxwright.core.tfrecord.framing import framed
from boxwright.core.tfrecord.shards import Shard

BATCH = 16  # records a worker gets at once: enough to make the hand-over cheap, few megabytes of photos
AHEAD = 2  # batches in flight for each worker; bounds the memory

Framed = tuple[bytes, bytes, bytes]


def encoded(
    records: Iterable[tuple[Shard, ImageRecord]], ids: Mapping[str, int], workers: int
) -> Iterator[tuple[Shard, Framed]]:
    """Each record's framed bytes with the shard it goes into, in the given order.

    raises   BoxwrightError for an image that cannot be read any more, or a worker that was killed
    """
    if workers <= 1:
        for shard, record in records:
            yield shard, _framed(record, ids)
        return
    # Fresh processes, not forks: the caller may hold threads (progress bars, TensorFlow).
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_worker)
    try:
        yield from _in_order(pool, records, ids, workers)
    except BrokenProcessPool:
        raise BoxwrightError(
            "a worker process was killed", "out of memory? run again with fewer --workers"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(
    pool: ProcessPoolExecutor,
    records: Iterable[tuple[Shard, ImageRecord]],
    ids: Mapping[str, int],
    workers: int,
) -> Iterator[tuple[Shard, Framed]]:
    waiting: deque[tuple[list[Shard], Future[list[Framed]]]] = deque()
    left = iter(records)
    while batch := list(islice(left, BATCH)):
        shards = [shard for shard, _ in batch]
        waiting.append((shards, pool.submit(_batch, [record for _, record in batch], ids)))
        if len(waiting) > workers * AHEAD:
            yield from _finished(*waiting.popleft())
    while waiting:
        yield from _finished(*waiting.popleft())


def _finished(shards: Sequence[Shard], future: "Future[list[Framed]]") -> Iterator[tuple[Shard, Framed]]:
    yield from zip(shards, future.result(), strict=True)


def _batch(records: Sequence[ImageRecord], ids: Mapping[str, int]) -> list[Framed]:
    return [_framed(record, ids) for record in records]


def _framed(record: ImageRecord, ids: Mapping[str, int]) -> Framed:
    if record.file is None:  # the survey has left such records out
        raise BoxwrightError(f"{record.path}: has no image")
    try:
        data = record.file.read()
        header = read_header(BytesIO(data), len(data))
        record = _sized(record, header)
    except (OSError, ValueError) as error:
        raise BoxwrightError(
            f"{record.path}: could be read a moment ago, not now: {error}",
            "does something change the source?",
        ) from None
    return framed(encode(record, data, header.format, ids))


def _sized(record: ImageRecord, header: ImageHeader) -> ImageRecord:
    """The record with its image's size; raises ValueError where it states another."""
    stated, found = (record.width, record.height), (header.width, header.height)
    if None in stated:
        return replace(record, width=header.width, height=header.height)
    if stated != found:
        raise ValueError(f"the image is {found[0]} x {found[1]}, the record says {stated[0]} x {stated[1]}")
    return record


def _start_worker() -> None:
    """Ctrl-C reaches every process of a terminal: the parent alone answers it. A killed one ends us too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A worker holds both ends of the queue it waits for, so it would wait for ever.
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)
