"""Watching which files are opened, and turning the order around in which folders list them."""

import glob
import os
import random
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

_watchers: list[list[str]] = []
_hooked: list[bool] = []


@contextmanager
def opened_files() -> Generator[list[str]]:
    """The real paths of the files that are opened meanwhile, in that order."""
    if not _hooked:
        sys.addaudithook(_audit)  # which stays for ever, so there is one
        _hooked.append(True)
    found: list[str] = []
    _watchers.append(found)
    try:
        yield found
    finally:
        _watchers.remove(found)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watchers and event == "open" and isinstance(arguments[0], str | bytes):
        name = os.path.abspath(os.fsdecode(arguments[0]))
        for found in _watchers:
            found.append(name)


def below(folder: Path, names: list[str]) -> list[str]:
    """Those of the files that lie below a folder, each once."""
    beginning = f"{folder}{os.sep}"
    return [name for name in dict.fromkeys(names) if name.startswith(beginning)]


@contextmanager
def other_order(seed: int) -> Generator[None]:
    """Folders list their files in a shuffled order meanwhile, as another file system might."""
    lists, scans = os.listdir, os.scandir

    def listdir(path: Any = ".") -> list[Any]:
        return _shuffled(lists(path), seed)

    def scandir(path: Any = ".") -> "_Scan":
        return _Scan(_shuffled(_closed(scans(path)), seed))

    with patch.object(os, "listdir", listdir), patch.object(os, "scandir", scandir), _globbing(scandir):
        yield


@contextmanager
def _globbing(scandir: Callable[..., Any]) -> Generator[None]:
    """From Python 3.13 on, `glob` keeps a scandir of its own."""
    globber = getattr(glob, "_StringGlobber", None)
    if globber is None:
        yield
    else:
        with patch.object(globber, "scandir", staticmethod(scandir)):
            yield


def _closed(scan: Any) -> list[Any]:
    with scan as entries:
        return list(entries)


def _shuffled(names: list[Any], seed: int) -> list[Any]:
    ordered = sorted(names, key=lambda entry: getattr(entry, "name", entry))
    random.Random(seed).shuffle(ordered)
    return ordered


class _Scan:
    """What os.scandir gives: an iterator that can be closed."""

    def __init__(self, entries: list[Any]) -> None:
        self._entries = iter(entries)

    def __iter__(self) -> Iterator[Any]:
        return self._entries

    def __next__(self) -> Any:
        return next(self._entries)

    def __enter__(self) -> "_Scan":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is open any more."""
