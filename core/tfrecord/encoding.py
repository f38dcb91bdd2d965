"""Reads images and completes their records, here or in several threads; results come in the given order.

Threads, not processes: nearly all time goes to the disk, SHA-256 and the copies of the system, none of which
holds Python's lock, and results of other processes would have to be copied twice more.
"""

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from boxwright.core.tfrecord.example import finished
from boxwright.core.tfrecord.framing import framed
from boxwright.core.tfrecord.pending import Pending, image_bytes

# What a worker gets at once: enough to make the hand-over cheap, for big photos and for small ones.
BATCH_BYTES = 1 << 22  # of images; a bigger one comes alone
BATCH_RECORDS = 256
AHEAD = 2  # batches in flight for each worker; bounds the memory

Framed = tuple[bytes, bytes, bytes]  # what stands before an image, its bytes, and what follows
Encoded = tuple[Pending, Framed]


def encoded(records: Iterable[Pending], ids: Mapping[str, int], workers: int) -> Generator[Encoded]:
    """Each record with its framed bytes, which come in parts.

    raises   BoxwrightError for an image that cannot be read any more
    """
    if workers <= 1:
        for record in records:
            yield record, _framed(record, ids)
        return
    with ThreadPoolExecutor(workers, "encode") as pool:
        try:
            yield from _in_order(pool, records, ids, workers)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _in_order(
    pool: ThreadPoolExecutor, records: Iterable[Pending], ids: Mapping[str, int], workers: int
) -> Iterator[Encoded]:
    waiting: deque[Future[list[Encoded]]] = deque()
    for batch in _batches(records):
        waiting.append(pool.submit(_batch, batch, ids))
        if len(waiting) > workers * AHEAD:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


def _batches(records: Iterable[Pending]) -> Iterator[list[Pending]]:
    batch: list[Pending] = []
    size = 0
    for record in records:
        if batch and (size + record.length > BATCH_BYTES or len(batch) == BATCH_RECORDS):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += record.length
    if batch:
        yield batch


def _batch(records: Iterable[Pending], ids: Mapping[str, int]) -> list[Encoded]:
    return [(record, _framed(record, ids)) for record in records]


def _framed(record: Pending, ids: Mapping[str, int]) -> Framed:
    header, start, image, end, footer = framed(*finished(record.draft, image_bytes(record), ids))
    return header + start, image, end + footer
