"""Where annotation files may be: in the root, in a folder for them, or one in the folder of each split."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from boxwright.core.errors import AnnotationError
from boxwright.core.layout.image_places import IMAGE_FOLDERS
from boxwright.core.layout.source_files import is_junk
from boxwright.core.layout.split_files import own_name

# That sniffing opens in a place: the annotations of COCO 2017 are 10, and a folder with one file for each
# image holds thousands.
SNIFFED_FILES = 10
ANNOTATION_FOLDERS = ("annotations", "Annotations", "annotation", "labels")


def annotation_files(
    path: Path, extension: str, names: Sequence[str], belongs: Callable[[Path], bool]
) -> tuple[Path, list[Path]]:
    """The data set's root, and its annotation files: those of the first place that has any.

    path        the root, a single file, or the folder that people take for the root
    extension   of the files, lower case with its dot
    names       of a file in a split's folder
    belongs     whether a file is of the format
    """
    if path.is_file():
        return _root(path.parent), [path] if path.suffix.lower() == extension and belongs(path) else []
    for root, files in annotation_places(path, extension, names):
        if found := [file for file in files if belongs(file)]:
            return root, found
    return _root(path), []


def sniffed(
    path: Path,
    extension: str,
    names: Sequence[str],
    belongs: Callable[[Path], bool],
    likely: Callable[[str], bool] = bool,
) -> bool:
    """Whether a file is of the format, or one of the first in a place: those with likely names go before.

    path, extension, names and belongs are those of `annotation_files`.
    """
    if path.is_file():
        return path.suffix.lower() == extension and belongs(path)
    for _, files in annotation_places(path, extension, names):
        first = sorted(files, key=lambda file: not (file.name in names or likely(file.name)))
        if any(map(belongs, first[:SNIFFED_FILES])):
            return True
    return False


def some_file(path: Path, extension: str, names: Sequence[str]) -> Path:
    """A file that is none of the format's, for want of one: its parser says why; raises AnnotationError."""
    places = annotation_places(path, extension, names) if path.is_dir() else [(path, [path])]
    found = [file for _, files in places for file in files]
    if found:
        return next((file for file in found if file.name in names), found[0])
    kind = extension.removeprefix(".").upper()
    raise AnnotationError(path, "", f"no {kind} file here, in annotations/ or in a folder for each split")


def annotation_places(path: Path, extension: str, names: Sequence[str]) -> Iterator[tuple[Path, list[Path]]]:
    """The places in question, the likeliest first: the root that goes with each, and the files in it."""
    yield _root(path), _files(path, extension)
    for name in ANNOTATION_FOLDERS:
        yield path, _files(path / name, extension)
    folders = sorted(folder for folder in path.iterdir() if not is_junk(folder.name))
    inside = (folder / name for folder in folders for name in names)
    yield path, [file for file in inside if file.is_file()]
    # People take an image folder for the data set: `images`, or `train2017` of instances_train2017.json.
    beside = _files(path.parent / "annotations", extension)
    if path.name in (*IMAGE_FOLDERS, *map(own_name, beside)):
        yield path.parent, beside


def _root(folder: Path) -> Path:
    return folder.parent if folder.name in ANNOTATION_FOLDERS else folder


def _files(folder: Path, extension: str) -> list[Path]:
    if not folder.is_dir():
        return []
    files = (file for file in folder.iterdir() if file.suffix.lower() == extension)
    return sorted(file for file in files if not is_junk(file.name))
