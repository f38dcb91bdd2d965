"""Small text files, read whole: bounded, UTF-8, with what is wrong in our words."""

import os
import stat
from pathlib import Path

from boxwright.core.errors import AnnotationError


def lines(path: Path, most: int, owner: str) -> list[str]:
    r"""The lines of a text file without their ends (\n, \r\n or \r) and without a byte order mark.

    most    bytes that are read
    owner   whose text it is, for messages: KITTI
    raises  AnnotationError for a file that is larger, holds a NUL byte or is no UTF-8
    """
    data = contents(path, most, f"{most} bytes: no text of {owner}'s is")
    hint = f"{owner} files are plain text: save it as UTF-8"
    if b"\0" in data:
        place = _line(data, data.index(b"\0"))
        raise AnnotationError(path, place, "a NUL byte stands here: this is UTF-16, or no text", hint)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fact = f"byte {data[error.start]:#x} is no UTF-8"
        raise AnnotationError(path, _line(data, error.start), fact, hint) from None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.removesuffix("\n").split("\n") if text else []


def contents(path: Path, most: int, limit: str) -> bytes:
    """The bytes of a file.

    most    of a larger file nothing is read
    limit   the same in words, for the message: `is larger than 32 MB, the most that is read`
    raises  AnnotationError for what is larger, cannot be read or is no file; a pipe would keep us waiting
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # opening a pipe would wait for its writer
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise FileNotFoundError
            if status.st_size > most:
                raise AnnotationError(path, "", f"is larger than {limit}")
            return os.read(descriptor, status.st_size)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise AnnotationError(path, "", "is no file, or a link that leads nowhere") from None
    except OSError as error:
        raise AnnotationError(path, "", f"cannot be read: {error.strerror}") from None


def _line(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1
