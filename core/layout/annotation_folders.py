"""Folders of annotation files, one for each image, and the folders of their images."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from boxwright.core.layout.image_folder import ImageFolder
from boxwright.core.layout.source_files import folder_named, names


@dataclass(frozen=True, slots=True)
class Part:
    """A folder of annotations with its images, or images alone.

    annotations  None: these images have none
    prefix       what the paths of the part's images begin with, so that they are unique: `train/`
    skip         folders directly in both that hold neither
    """

    annotations: Path | None
    images: Path
    prefix: str = ""
    skip: frozenset[str] = frozenset()

    def files(self, extension: str) -> Iterator[tuple[Path, str]]:
        """The annotation files, sorted, with their names inside the part, without the extension."""
        if self.annotations is not None:
            for name in names(self.annotations, {extension}):
                if not self.skip or "/" not in name or name.partition("/")[0] not in self.skip:
                    yield self.annotations / name, name[: -len(extension)]

    def image_folder(self) -> ImageFolder:
        """The part's images."""
        return ImageFolder(self.images, self.skip)


def named_as(folder: Path, names: Collection[str]) -> Path | None:
    """A folder, or the one that it lies in, whichever has one of these names, given in lower case."""
    return next((each for each in (folder, folder.parent) if each.name.casefold() in names), None)


def mirrored(folder: Path, known: Collection[str], names: Iterable[str]) -> Path | None:
    """What goes with a folder under another name: labels with images, labels/train with images/train.

    known   names that the folder, or the one that it lies in, must have for that
    names   those of its counterpart, the likeliest first
    """
    own = named_as(folder, known)
    beside = (folder_named(own.parent, (name,)) for name in names) if own else ()
    inside = "" if own == folder else folder.name
    return next((each / inside for each in beside if each and (each / inside).is_dir()), None)
