"""Telling of a row of too few columns that its file may have been cut off there."""

from pathlib import Path

HINT = "the file ends in this row, without a line end: was it copied whole?"
BLOCK = 1 << 20  # bytes that are read at a time


def cut_hint(path: Path | str, line: int, *, short: bool) -> str | None:
    r"""The hint for a short row that is the last of its file and has no line end; None for any other.

    line    the row's number; line ends are \n, \r\n or \r
    short   whether it has too few columns
    """
    return HINT if short and _unended_line(path) == line else None


def _unended_line(path: Path | str) -> int | None:
    """The number of the last line, if it has no end."""
    ends, last = 0, b""
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            # A pair of \r and \n may lie on either side of a block's border.
            ends += block.count(b"\n") + block.count(b"\r") - (last + block).count(b"\r\n")
            last = block[-1:]
    return None if last in (b"", b"\n", b"\r") else ends + 1
