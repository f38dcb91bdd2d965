"""Annotation files, one for each image: beside the images, or in a folder of their own beside theirs.

Either may be inside train/, val/ and test/.
"""

from pathlib import Path

from boxwright.core.layout.annotation_folders import Part
from boxwright.core.layout.source_files import folder_named, folders, names
from boxwright.core.layout.split_names import split_of_folder

# Names of the two folders in lower case, the likeliest first.
ANNOTATION_FOLDERS = ("annotations", "annotation", "labels", "label", "json", "jsons", "ann")
IMAGE_FOLDERS = ("images", "image", "imgs", "img", "jpegimages", "data")


def paired_parts(path: Path, extension: str, images: Path | None) -> tuple[Path, list[Part]]:
    """The root of a data set, and its one part or that of each split's folder.

    path        the root, an annotation file, or the folder that people take for the root
    extension   of the annotation files
    images      the folder of the images, where it is given
    """
    root = path.parent if path.is_file() else path
    known = root.name.casefold() in (*ANNOTATION_FOLDERS, *IMAGE_FOLDERS)
    if known and _pair(root.parent, extension):
        root = root.parent
    splits = [each for each in folders(root) if split_of_folder(each.name) and _pair(each, extension)]
    if splits and not _pair(root, extension):
        return root, [_part(folder, f"{folder.name}/", extension, images) for folder in splits]
    return root, [_part(root, "", extension, images)]


def _part(root: Path, prefix: str, extension: str, images: Path | None) -> Part:
    annotations, beside = _pair(root, extension) or (root, root)
    return Part(annotations, images / prefix if images else beside, prefix)


def _pair(root: Path, extension: str) -> tuple[Path, Path] | None:
    """The folders of annotations and of images, where a root has one of each."""
    annotations, images = (folder_named(root, known) for known in (ANNOTATION_FOLDERS, IMAGE_FOLDERS))
    if not annotations or not images or _holds(images, extension) or not _holds(annotations, extension):
        return None
    return annotations, images


def _holds(folder: Path, extension: str) -> bool:
    return next(names(folder, {extension}), None) is not None
