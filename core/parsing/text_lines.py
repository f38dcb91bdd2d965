"""Text files of any length: a line at a time, each of them bounded; a file takes the memory of one."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import IO, AnyStr

from boxwright.core.errors import AnnotationError

FIRST_ESCAPED = 0xDC00  # what "surrogateescape" adds to a byte that is no UTF-8


def byte_lines(path: Path, most: int) -> Iterator[tuple[int, bytes]]:
    """Each line with its number and its end, which is a line feed; raises AnnotationError for a longer one.

    most   bytes of a line
    """
    with open(path, "rb") as file:
        yield from _bounded(file, most, path, "bytes")


def text_lines(path: Path, most: int, hint: str) -> Iterator[tuple[int, str]]:
    r"""Each line with its number, without its end (\n, \r\n or \r) and without a byte order mark.

    most    characters of a line
    hint    the way out for what is no text
    raises  AnnotationError for a longer line, a NUL byte, and what is no UTF-8
    """
    with open(path, encoding="utf-8-sig", errors="surrogateescape") as file:
        for number, line in _bounded(file, most, path, "characters"):
            if fact := _no_text(line):
                raise AnnotationError(path, number, fact, hint)
            yield number, line.removesuffix("\n")


def _bounded(file: IO[AnyStr], most: int, path: Path, unit: str) -> Iterator[tuple[int, AnyStr]]:
    for number in count(1):
        line = file.readline(most + 1)
        if not line:
            return
        if len(line) > most:
            raise AnnotationError(path, number, f"is longer than {most} {unit}")
        yield number, line


def _no_text(line: str) -> str | None:
    if "\0" in line:
        return "a NUL byte stands here: this is UTF-16, or no text"
    try:
        line.encode()
    except UnicodeEncodeError as error:
        return f"byte {ord(line[error.start]) - FIRST_ESCAPED:#x} is no UTF-8"
    return None
