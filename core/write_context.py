"""What an adapter's `write` needs of the outside: where to write, images, losses, refusals."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, TextIO

from boxwright.core.errors import WriteError
from boxwright.core.images.image_file import ImageFile, Placement
from boxwright.core.losses import Losses
from boxwright.core.schema import Dataset, ImageRecord


@dataclass(slots=True, kw_only=True)
class WriteContext:
    """One pass of writing. Files go below `root`, a folder of work in progress that is renamed at the end.

    adapter   the format's name
    name      what to call files that need a name
    images    how images are brought along: copy, link or none
    workers   how many may work at a time
    summary   what the adapter wants in the manifest (shards, classes, …)
    skipped   records that were left out because their pixels are missing or damaged
    on_skip   told of each of them, while it is the last record that was read
    progress  wraps a pass over records that are being written after all have been read
    """

    root: Path
    adapter: str
    name: str
    images: Placement = "copy"
    workers: int = 1
    losses: Losses = field(default_factory=Losses)
    summary: dict[str, object] = field(default_factory=dict)
    skipped: int = 0
    on_skip: Callable[[], None] = lambda: None
    progress: Callable[[Dataset], Dataset] = lambda records: records
    _placed: dict[str, str] = field(default_factory=dict)
    _folders: set[str] = field(default_factory=set)

    def open(self, relative: str) -> AbstractContextManager[TextIO]:
        """Open a text file below the root for writing: UTF-8, Unix line ends; folders are made."""
        path = self.root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        return open(path, "w", encoding="utf-8", newline="\n")

    def write(self, relative: str, text: str) -> None:
        """Write a small text file below the root as `open` would, at a third of the cost."""
        path = f"{self.root}{os.sep}{relative}"
        folder = os.path.dirname(path)
        if folder not in self._folders:
            os.makedirs(folder, exist_ok=True)
            self._folders.add(folder)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            rest = text.encode()
            while rest:  # a full disk takes a part before it refuses the rest
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)

    def place(self, record: ImageRecord, relative: str) -> None:
        """Bring the record's image along as `relative`, once however many records have it.

        A record without image writes none; another image of this name is refused.
        """
        if record.file is None:
            return
        source = _source(record.file)
        if relative not in self._placed:
            self._placed[relative] = source
            if self.images != "none":
                record.file.place(self.root / relative, self.images)
        elif self._placed[relative] != source:
            self.refuse(record, f"another image has this path: {self._placed[relative]}")

    def skip(self) -> None:
        """Count the record that was read last as left out, for want of readable pixels."""
        self.skipped += 1
        self.on_skip()

    def lose(self, field_name: str, reason: str, count: int = 1) -> None:
        """Report values that this format cannot hold, beyond what `keeps` says."""
        self.losses.add(field_name, reason, count)

    def refuse(self, record: ImageRecord, reason: str, hint: str | None = None) -> NoReturn:
        """Stop: the format cannot hold this record, and dropping it would lose data. Raises WriteError."""
        raise WriteError(f"{record.path}: {self.adapter} cannot hold it: {reason}", hint)


def _source(image: ImageFile) -> str:
    """Where an image comes from, in a fifth of the memory: it is kept for every image."""
    return str(image.path) if image.length is None else f"{image.path}, byte {image.offset}"
