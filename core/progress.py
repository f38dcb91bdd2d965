"""Progress of a pass over the records: a bar on a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator

from boxwright.core.schema import Dataset, ImageRecord

LINE_EVERY = 10.0  # seconds between plain lines: a log stays readable, a watcher is not left alone


def shown_progress() -> Callable[[Dataset], Dataset]:
    """A wrapper for the data sets of one job that shows each of their passes on standard error."""
    return _bars() if sys.stderr.isatty() else _with_lines


def _bars() -> Callable[[Dataset], Dataset]:
    total: int | None = None  # known from the job's second pass on

    def with_bars(dataset: Dataset) -> Dataset:
        def scan() -> Iterator[ImageRecord]:
            from tqdm import tqdm

            nonlocal total
            count = 0
            for count, record in enumerate(  # noqa: B007 (needed after the loop)
                tqdm(dataset, unit=" images", total=total, leave=False, dynamic_ncols=True), start=1
            ):
                yield record
            total = count

        return dataset.derive(scan, dataset.declared_labels)

    return with_bars


def _with_lines(dataset: Dataset) -> Dataset:
    def scan() -> Iterator[ImageRecord]:
        last = time.monotonic()
        for count, record in enumerate(dataset, start=1):
            if time.monotonic() - last >= LINE_EVERY:
                last = time.monotonic()
                print(f"{count} images", file=sys.stderr, flush=True)
            yield record

    return dataset.derive(scan, dataset.declared_labels)
