"""A folder of images, asked by name or by stem; it is listed only when a plain look-up fails."""

import os
from functools import cached_property
from pathlib import Path, PureWindowsPath

from boxwright.core.images.image_file import ImageFile
from boxwright.core.images.image_header import IMAGE_EXTENSIONS
from boxwright.core.layout.source_files import names

# Tried before the folder is listed: what nearly every data set uses.
COMMON_EXTENSIONS = (".jpg", ".png", ".jpeg")


class ImageFolder:
    """The images below `root`; names are relative to it, POSIX.

    skip   folders directly below `root` that hold no images of this data set
    """

    def __init__(self, root: Path, skip: frozenset[str] = frozenset()) -> None:
        self.root, self._skip = root, skip
        self._beginning = os.path.join(root, "")

    def has(self, name: str) -> bool:
        """Whether there is a file of exactly this name."""
        # Not pathlib, which costs five times as much: an image is asked for under several names.
        return os.path.isfile(self._beginning + name)

    def file(self, name: str) -> ImageFile:
        """Where the bytes of the image `name` are."""
        return ImageFile(self.root / name)

    def by_stem(self, stem: str) -> str | None:
        """The image whose name without extension is `stem`."""
        if self._holds_none:
            return None
        for extension in COMMON_EXTENSIONS:
            if self.has(stem + extension):
                return stem + extension
        return self._by_stem.get(stem)

    def similar(self, name: str) -> str | None:
        """The one image that `name` most likely means, or None.

        Tried in this order: the last part of a path, Windows or POSIX; the same stem with another or an
        added extension; each of them in another case.
        """
        if not self.names:
            return None
        last = PureWindowsPath(name).name
        for guess in dict.fromkeys((name, last)):
            found = guess if self.has(guess) else self.by_stem(stem_of(guess)) or self.by_stem(guess)
            if (
                found := found
                or self._by_case.get(guess.casefold())
                or self._by_case.get(stem_of(guess).casefold())
            ):
                return found
        return None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All images, sorted."""
        found = names(self.root, IMAGE_EXTENSIONS) if self.root.is_dir() else ()
        return tuple(name for name in found if name.partition("/")[0] not in self._skip)

    @property
    def _holds_none(self) -> bool:
        """Whether a listing has been made already, and found no image."""
        return "names" in self.__dict__ and not self.names

    @cached_property
    def _by_stem(self) -> dict[str, str]:
        return {stem_of(name): name for name in reversed(self.names)}

    @cached_property
    def _by_case(self) -> dict[str, str]:
        stems = {stem_of(name).casefold(): name for name in reversed(self.names)}
        return stems | {name.casefold(): name for name in reversed(self.names)}


def stem_of(name: str) -> str:
    """An image's name without its extension; any other dot belongs to the name."""
    stem, extension = os.path.splitext(name)
    return stem if extension.lower() in IMAGE_EXTENSIONS else name
