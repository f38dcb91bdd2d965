"""The images of a split as its description tells them: those of a folder, or those that a list names."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from boxwright.core.images.image_header import IMAGE_EXTENSIONS
from boxwright.core.layout.foreign_paths import below
from boxwright.core.layout.source_files import names
from boxwright.core.layout.split_names import split_of_folder
from boxwright.core.parsing.text_file import lines

IMAGES = "images"
LIST = ".txt"
MOST_BYTES = 64 << 20  # of a list, whose lines are held: a million long paths


@dataclass(frozen=True, slots=True)
class Listed:
    """An image as it is listed.

    path    below the data set's root; None: nothing of this name is there
    name    inside its split
    text    as it is written
    line    of the list; 0 in a folder
    """

    path: str | None
    name: str
    text: str
    line: int = 0

    @property
    def full_name(self) -> str:
        """The path without folders called images: told apart from all others of the data set."""
        return "/".join(part for part in (self.path or self.name).split("/") if part != IMAGES)


@dataclass(frozen=True, slots=True)
class Listing:
    """The images of one split: a folder below a root, or a list.

    split   None: the data set has none, or folders in it tell
    """

    root: Path
    path: str
    split: str | None

    @property
    def file(self) -> Path:
        """The folder or the list."""
        return self.root / self.path

    @property
    def is_list(self) -> bool:
        """Whether this is a list."""
        return self.path.lower().endswith(LIST)

    def images(self, owner: str) -> Iterator[Listed]:
        """The images in their order; `owner` is whose list it is, for messages."""
        if not self.is_list:
            prefix = "" if self.path == "." else f"{self.path}/"
            yield from (Listed(prefix + name, name, name) for name in names(self.file, IMAGE_EXTENSIONS))
            return
        beside = os.path.dirname(self.path)
        for number, line in enumerate(lines(self.file, MOST_BYTES, owner), start=1):
            if text := line.strip():
                path = below(self.root, f"{beside}/{text}" if beside else text) or below(self.root, text)
                yield Listed(path, self._name(path or text), text, number)

    def split_of(self, name: str) -> str | None:
        """The split of an image of this name."""
        folder, slash, _ = name.partition("/")
        return self.split or (split_of_folder(folder) if slash else None)

    def _name(self, path: str) -> str:
        parts = path.split("/")
        if parts[0] == IMAGES and len(parts) > 1:
            del parts[0]
        if self.split is not None and len(parts) > 1 and split_of_folder(parts[0]) == self.split:
            del parts[0]
        return "/".join(parts)


def shared_names(listings: list[Listing], owner: str) -> bool:
    """Whether two splits have an image of the same name."""
    seen: set[str] = set()
    for listing in listings if len(listings) > 1 else ():
        own = {image.name for image in listing.images(owner)}
        if not seen.isdisjoint(own):
            return True
        seen |= own
    return False
