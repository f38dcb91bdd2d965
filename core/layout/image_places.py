"""Where the images of annotation files are, when nothing but their names tells it.

A file for each split and the images anywhere: beside the file, in `images`, in a folder of the split's
name, in either below the other … The folder that has most of the first images is theirs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from boxwright.core.layout.image_folder import ImageFolder
from boxwright.core.layout.split_files import own_name
from boxwright.core.layout.split_names import split_of_folder
from boxwright.core.schema import unsafe_path

IMAGE_FOLDERS = ("images", "JPEGImages", "data")


def image_places(
    root: Path, names: Mapping[Path, Sequence[object]], splits: Mapping[Path, str | None], given: Path | None
) -> dict[Path, ImageFolder]:
    """The image folder of each annotation file.

    root    searched, as are the files' own folders, unless one is given
    names   some image names of each file; what is no safe name tells nothing
    splits  the split that each file is
    A file none of whose images is there goes by the other files in its folder.
    """
    found: dict[Path, ImageFolder] = {}
    for file in names:
        bases = dict.fromkeys((file.parent, root) if given is None else (given,))
        folders = [base / name for base in bases for name in _folder_names(file, splits[file])]
        if (folder := _fullest(folders, _safe(names[file]))) is not None:
            found[file] = folder
    by_folder = {file.parent: folder for file, folder in found.items()}
    rest = {file: by_folder.get(file.parent) or ImageFolder(given or file.parent) for file in names}
    return rest | found


def _folder_names(file: Path, split: str | None) -> Iterator[str]:
    """The names that an image folder may have, the plainest first."""
    yield from ("", *IMAGE_FOLDERS)
    beside = file.parent.name if split_of_folder(file.parent.name) else None  # `valid`, whose split is `val`
    for name in dict.fromkeys((own_name(file), split, beside)):
        if name:
            yield from (name, f"images/{name}", f"{name}/images")


def _safe(names: Sequence[object]) -> list[str]:
    return [name.replace("\\", "/") for name in names if isinstance(name, str) and not unsafe_path(name)]


def _fullest(folders: Iterable[Path], names: Sequence[str]) -> ImageFolder | None:
    """The first folder that has most of these images, by their names or else by nearly their names."""
    candidates = [ImageFolder(folder) for folder in folders if folder.is_dir()]
    for look in (ImageFolder.has, ImageFolder.similar):
        hits = [sum(bool(look(folder, name)) for name in names) for folder in candidates]
        if any(hits):
            return candidates[hits.index(max(hits))]
    return None
