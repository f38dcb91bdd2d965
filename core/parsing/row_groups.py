"""Rows that belong together by a key: streamed where they stand together, as nearly all files have them."""

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

R = TypeVar("R")


def brought_together(rows: Callable[[], Iterator[tuple[str, R]]]) -> Iterator[tuple[str, list[R]]]:
    """Each key once, in the order in which they come, with all of its rows.

    rows   starts a pass over keys and rows; the keys of a pass are held in memory, and all of the rows only
           where those of some key stand apart
    """
    if _stand_together(key for key, _ in rows()):
        for key, group in groupby(rows(), itemgetter(0)):
            yield key, [row for _, row in group]
        return
    found: dict[str, list[R]] = {}
    for key, row in rows():
        found.setdefault(key, []).append(row)
    yield from found.items()


def _stand_together(keys: Iterator[str]) -> bool:
    seen: set[str] = set()
    for key, _ in groupby(keys):
        if key in seen:
            return False
        seen.add(key)
    return True
