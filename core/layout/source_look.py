"""A look at a source before it is read, to be compared with the source afterwards.

A manifest states the fingerprint that was taken before reading. Should somebody change the source meanwhile,
the result would be of a source that never was, under the fingerprint of another one.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from boxwright.core.errors import AnnotationError, BoxwrightError
from boxwright.core.layout.source_files import fingerprint, holds_images_and_more, statuses


class _Stamp(NamedTuple):
    """Names, sizes and times of a source's files, in short, and its newest file and when it was changed."""

    hash: int
    changed: int
    newest: str


class _Stamping:
    """The stamp of the files so far."""

    def __init__(self) -> None:
        self._hash, self._changed, self._newest = 0, 0, ""

    def stamp(self) -> _Stamp:
        return _Stamp(self._hash, self._changed, self._newest)

    def add(self, name: str, path: str, status: os.stat_result) -> None:
        """Take in a file; none is opened: 3 µs each, a hundredth of what reading and writing one takes."""
        changed = status.st_mtime_ns
        # Compared within one run only, so no digest of bytes is needed, which costs four times as much.
        self._hash = hash((self._hash, name, status.st_size, changed))
        if changed > self._changed:
            self._changed, self._newest = changed, path


@dataclass(frozen=True, slots=True)
class Look:
    """What a source's files were: `fingerprint` by their content, `stamp` by what changes with it.

    roots    folders, or single files
    whole    the same with the data set's root instead of what was given of it
    """

    roots: tuple[Path, ...]
    whole: tuple[Path, ...]
    fingerprint: str
    stamp: _Stamp

    def check(self) -> None:
        """Raise BoxwrightError when the source is no more what it was when it was looked at."""
        try:
            stamp = _stamp(self.roots)
            # Times alone prove nothing: a file may be touched, and some network file systems make them up.
            if stamp == self.stamp or _fingerprint(self.roots, self.whole) == self.fingerprint:
                return
            place = stamp.newest if stamp.changed > self.stamp.changed else str(self.roots[0])
        except FileNotFoundError as error:
            place = str(error.filename)
        except OSError as error:
            raise _unreadable(error, self.roots) from error
        raise BoxwrightError(
            f"{place}: changed while the data set was being read",
            "run the same command again when nothing writes to the source",
        )


def look(path: Path, *others: Path, root: Callable[[], Path]) -> Look:
    """Look at a source; raises AnnotationError for a file that cannot be read.

    path     what the user gave, and `others` what belongs to it
    root     finds the data set's root. It is asked where `path` holds no images or nothing else: people
             give a single file, the folder of the annotations or that of the images, too. All below the
             root counts for the fingerprint, and only `path` as a change: a file in /tmp has /tmp as its root
    """
    roots = (path, *others)
    try:
        if holds_images_and_more(path):
            stamping = _Stamping()
            content = fingerprint(*roots, on_file=stamping.add)
            return Look(roots, roots, content, stamping.stamp())
        stamp = _stamp(roots)  # before the content, so that a change in between is noticed
        whole = (_above(path, root()), *others)
        return Look(roots, whole, _fingerprint(roots, whole), stamp)
    except OSError as error:
        raise _unreadable(error, roots) from error


def _unreadable(error: OSError, roots: tuple[Path, ...]) -> AnnotationError:
    place = error.filename or roots[0]
    return AnnotationError(place, "", f"cannot be read: {error.strerror or error}")


def _fingerprint(roots: tuple[Path, ...], whole: tuple[Path, ...]) -> str:
    # Files around what was given may be nobody's business.
    return fingerprint(*whole, passed_over=() if whole == roots else (PermissionError,))


def _above(path: Path, root: Path) -> Path:
    """The root of the data set where it lies above a path, else the path."""
    root = Path(os.path.abspath(root))
    return root if root in Path(os.path.abspath(path)).parents else path


def _stamp(roots: tuple[Path, ...]) -> _Stamp:
    stamping = _Stamping()
    for name, path, status in statuses(*roots):
        stamping.add(name, path, status)
    return stamping.stamp()
