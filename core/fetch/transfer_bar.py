"""A bar for a download on a terminal, with speed and time left; elsewhere nothing is shown."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def transfer_bar(start: int, total: int | None) -> Generator[Callable[[int], object]]:
    """Yield what is told of more bytes; `start` are there already; total None: nobody knows it."""
    if not sys.stderr.isatty():
        yield lambda count: None
        return
    from tqdm import tqdm

    with tqdm(
        initial=start, total=total, unit="B", unit_scale=True, leave=False, dynamic_ncols=True
    ) as shown:
        yield shown.update
