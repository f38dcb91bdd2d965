"""Files that list images by name, a file for each split: which image a name means, and its record.

Such names come from other people's disks: an absolute path, or one that leaves its folder, is never
opened; the part of it that leads to an image of the data set is taken instead.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from posixpath import normpath
from typing import Any

from boxwright.core.errors import AnnotationError
from boxwright.core.frame import Frame, Size
from boxwright.core.layout.foreign_paths import below
from boxwright.core.layout.image_folder import ImageFolder
from boxwright.core.layout.image_places import image_places
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Box, ImageRecord, unsafe_path

SAMPLES = 20  # images of a file that decide which folder is theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedImage:
    """An image that a list names, with the frame that its boxes live in.

    source, where   the list, and the image's place in it
    """

    path: str
    split: str | None
    frame: Frame
    source: Path
    where: str

    def record(self, boxes: Iterable[Box | None], **fields: Any) -> ImageRecord:
        """The record, with the boxes that were not dropped (Any: pydantic checks the further fields)."""
        return self.frame.record(self.path, boxes, where=self.where, split=self.split, **fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageList:
    """A file that lists images.

    path     the file
    split    the split that it is
    images   the folder of its images
    shared   names that stand for another image in another file: their paths begin with the split's name
    """

    path: Path
    split: str | None
    images: ImageFolder
    shared: frozenset[str] = frozenset()

    def open(
        self,
        context: ReadContext,
        name: str,
        where: str,
        *,
        key: str = "",
        declared: Size | None = None,
        split: str | None = None,
    ) -> ListedImage | None:
        """Open an image that the file names; None where the policy skips it.

        where      the entry's place in the file, and `key` that of the name in it
        declared   width and height, where the entry states them
        split      the entry's own, where it states one
        """
        split, name_place = split or self.split, f"{where}{key}"
        found, path = self._located(context, name, name_place, split)
        if context.repeated(path, split, self.path, where):
            return None
        frame = context.frame(
            self.images.file(found) if found else None,
            path=self.path,
            declared=declared,
            where=where,
            missing=f"no image {path!r}",
            missing_where=name_place,
        )
        if frame is None:
            return None
        return ListedImage(path=path, split=split, frame=frame, source=self.path, where=where)

    def _located(
        self, context: ReadContext, stated: str, where: str, split: str | None
    ) -> tuple[str | None, str]:
        """The image's name in its folder, None where it is not there, and the record's path."""
        name = self._inside(context, stated, where) if unsafe_path(stated) else stated
        if "\\" in name and not self.images.has(name):
            name = name.replace("\\", "/")  # written on Windows
        found = context.locate(self.images, name, self.path, where)
        prefix = f"{split}/" if split and _plain(stated) in self.shared else ""
        return found, prefix + (found or normpath(name))

    def _inside(self, context: ReadContext, name: str, where: str) -> str:
        """The end of an unsafe path that names one of the images, else its last part."""
        fact, last = unsafe_path(name), PureWindowsPath(name).name
        if unsafe_path(last):
            raise AnnotationError(self.path, where, f"unsafe path {name!r}: {fact}")
        taken = below(self.images.root, name) or last
        context.problem("unsafe_path", self.path, where, f"{name!r} {fact}; {taken!r} is taken")
        return taken


def image_lists(
    root: Path,
    names: Mapping[Path, Sequence[str]],
    splits: Mapping[Path, str | None],
    given: Path | None,
) -> list[ImageList]:
    """The files with the folders of their images.

    names   of all images that each file lists
    splits  the split that each file is
    given   the images' folder, where the user names it
    """
    samples = {file: list(map(_plain, found[:SAMPLES])) for file, found in names.items()}
    folders = image_places(root, samples, splits, given)
    shared = shared_names(names, folders)
    return [
        ImageList(path=file, split=splits[file], images=folder, shared=shared)
        for file, folder in folders.items()
    ]


def _plain(name: str) -> str:
    """A name without the folders that could lead out of the data set."""
    return PureWindowsPath(name).name if unsafe_path(name) else name


def shared_names(names: Mapping[Path, Iterable[str]], folders: Mapping[Path, ImageFolder]) -> frozenset[str]:
    """The names that files have in common whose images lie in different folders; else they are not asked."""
    if len({folder.root for folder in folders.values()}) == 1:
        return frozenset()
    by_folder: dict[Path, set[str]] = {}
    for file, found in names.items():
        by_folder.setdefault(folders[file].root, set()).update(map(_plain, found))
    counts = Counter(name for found in by_folder.values() for name in found)
    return frozenset(name for name, count in counts.items() if count > 1)
