"""Rows of text that wait in a nameless file until everything that stands before them is known."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType


class RowSpool:
    """Rows of columns without tabs and line ends, as JSON text is; gone when it is closed.

    folder   where the file lies, for want of a name: on the disk that the result goes to
    """

    def __init__(self, folder: Path) -> None:
        self._file = TemporaryFile("w+", encoding="utf-8", newline="\n", dir=folder)  # noqa: SIM115

    def add(self, *columns: str) -> None:
        """Append a row."""
        self._file.write("\t".join(columns) + "\n")

    def __iter__(self) -> Iterator[list[str]]:
        self._file.seek(0)
        return (line.rstrip("\n").split("\t") for line in self._file)

    def __enter__(self) -> "RowSpool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
