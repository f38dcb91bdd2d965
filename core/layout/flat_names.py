"""File names for formats that keep all images in one folder: one name for each record, told apart by stem."""

import re
from posixpath import normpath

from boxwright.core.images.image_file import ImageFile
from boxwright.core.images.image_header import IMAGE_EXTENSIONS, header_of
from boxwright.core.layout.image_folder import stem_of
from boxwright.core.layout.source_files import is_junk
from boxwright.core.schema import ImageRecord
from boxwright.core.write_context import WriteContext

MOST_BYTES = 255  # of a file's name, on every common file system
# Control characters, and bytes of a file's name that are no text: they break lists and UTF-8.
UNPRINTED = re.compile("[\0-\x1f\x7f\ud800-\udfff]")


class FlatNames:
    """The names of one pass of writing.

    annotation   what the file beside an image is called in messages: `label file`
    extension    of that file: `.txt`
    """

    def __init__(self, context: WriteContext, annotation: str, extension: str) -> None:
        self._context, self._annotation, self._extension = context, annotation, extension
        self._taken: set[str] = set()

    def take(self, record: ImageRecord, name: str) -> str:
        """The stem of a record's image, which is refused where another record has it."""
        stem = stem_of(name)
        if stem.strip() in self._taken:  # lists of splits hold no blanks around a name
            fact = f"another image has the {self._annotation} {stem}{self._extension} already"
            self._context.refuse(record, fact)
        self._taken.add(stem.strip())
        return stem


def joined(record: ImageRecord, context: WriteContext) -> str:
    """A record's path as one name, its folders joined with '_'; that they were folders is lost."""
    name = normpath(record.path).replace("/", "_")
    if name != record.path:
        context.lose("path", "folders joined into the name")
    return name


def plain_name(record: ImageRecord, context: WriteContext) -> str:
    """A record's path in its shortest form, without `a/../`; that it was longer is lost."""
    name = normpath(record.path)
    if name != record.path:
        context.lose("path", "written in its shortest form")
    return name


def bad_name(name: str) -> str | None:
    """Why no file can have a name, or would be passed over when it is read; None: it can."""
    if "/" in name or UNPRINTED.search(name):
        return "holds a character that no list or name can"
    if is_junk(name):
        return "would be hidden"
    if len(name.encode()) > MOST_BYTES:
        return f"is longer than {MOST_BYTES} bytes"
    return None


def extension_of(image: ImageFile) -> str:
    """The extension for an image's bytes; `.png` where they tell none."""
    try:
        extension = f".{header_of(image).format}"
    except (OSError, ValueError):
        return ".png"
    return extension if extension in IMAGE_EXTENSIONS else ".png"
