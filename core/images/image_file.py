"""Where an image's bytes are: a file, or a part of one (a TFRecord holds its images inside)."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

Placement = Literal["copy", "link", "none"]


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A range of bytes in a file: `length` bytes from `offset`, or all of it when length is None."""

    path: Path
    offset: int = 0
    length: int | None = None

    @contextmanager
    def open(self) -> Generator[tuple[BinaryIO, int]]:
        """Open the file at the image's first byte; gives the file and the image's length in bytes."""
        # Unbuffered: who asks for everything has no use for blocks in between.
        with open(self.path, "rb", buffering=0) as file:
            length = os.fstat(file.fileno()).st_size if self.length is None else self.length
            if self.offset:
                file.seek(self.offset)
            yield file, length

    def read(self) -> bytes:
        """The image's bytes, as they are stored."""
        with self.open() as (file, length):
            return file.read(length)

    def place(self, target: Path, how: Placement) -> None:
        """Copy the bytes to `target`, or link to them where the image is a whole file; 'none' does nothing.

        A link is a hard link, which survives moving either folder; across file systems a symbolic one.
        """
        if how == "none":
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)  # never write through a link that an earlier run has made
        if self.length is not None:
            target.write_bytes(self.read())
        elif how == "copy":
            shutil.copyfile(self.path, target)
        else:
            _link(self.path.resolve(strict=True), target)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        target.symlink_to(source)
