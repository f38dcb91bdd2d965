"""Records that were looked at and wait to be written: all of an Example but the image's bytes and the ids.

They wait in a file without a name, so that memory does not grow with them and the source is read once only.
"""

import os
import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple

from boxwright.core.errors import BoxwrightError
from boxwright.core.images.image_header import ImageHeader, read_header
from boxwright.core.schema import ImageRecord
from boxwright.core.tfrecord.example import Draft, draft


class Pending(NamedTuple):
    """A record that waits for its image's bytes.

    name         the record's path, for messages
    path, offset, length   the file that holds the image, and where in it
    stamp        the file's bytes and the time of its last change in nanoseconds, when it was looked at
    """

    name: str
    width: int
    height: int
    path: str
    offset: int
    length: int
    stamp: tuple[int, int]
    draft: Draft


def pending(record: ImageRecord) -> Pending | None:
    """What of a record is known without its image's bytes; None for one without readable pixels.

    raises   BoxwrightError for a record that states another size than its image has
    """
    image = record.file
    if image is None:
        return None
    try:
        with image.open() as (file, length):
            header = read_header(file, length)
            stamp = _stamp(file.fileno())
    except (ValueError, OSError):
        return None
    made = draft(_sized(record, header), header.format)
    place = str(image.path), image.offset, length
    return Pending(record.path, header.width, header.height, *place, stamp, made)


def image_bytes(record: Pending) -> bytes:
    """The bytes of a pending record's image; raises BoxwrightError where they are no more what they were."""
    try:
        # Not ImageFile.read: a path and a file object would cost as much as the small reads of an image.
        number = os.open(record.path, os.O_RDONLY)
        try:
            data = os.pread(number, record.length, record.offset)
            if _stamp(number) != record.stamp or len(data) != record.length:
                raise ValueError("the file has changed")
        finally:
            os.close(number)
    except (OSError, ValueError) as error:
        raise BoxwrightError(
            f"{record.name}: could be read a moment ago, not now: {error}",
            "does something change the source?",
        ) from None
    return data


def _stamp(number: int) -> tuple[int, int]:
    status = os.fstat(number)
    return status.st_size, status.st_mtime_ns


def _sized(record: ImageRecord, header: ImageHeader) -> ImageRecord:
    stated, found = (record.width, record.height), (header.width, header.height)
    if None in stated:
        return replace(record, width=header.width, height=header.height)
    if stated != found:
        fact = f"the image is {found[0]} x {found[1]}, the record says {stated[0]} x {stated[1]}"
        raise BoxwrightError(f"{record.path}: {fact}")
    return record


class PendingFile:
    """Pending records in the order in which they were added; they are gone when the process ends.

    folder   where the file lies, for want of a name: on the disk that the result goes to
    """

    def __init__(self, folder: Path) -> None:
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 (closed by `close`)
        self.count = 0

    def add(self, record: Pending) -> None:
        """Append a record."""
        # As plain tuples, which are read and written three times as fast.
        pickle.dump((*record[:-1], tuple(record.draft)), self._file, pickle.HIGHEST_PROTOCOL)
        self.count += 1

    def __iter__(self) -> Iterator[Pending]:
        self._file.seek(0)
        for _ in range(self.count):
            *fields, parts = pickle.load(self._file)
            yield Pending._make((*fields, Draft._make(parts)))

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()
