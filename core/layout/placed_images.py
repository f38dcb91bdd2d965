"""What formats need of an image that know boxes as fractions of it: a name to be found by, and its size."""

from collections.abc import Collection
from posixpath import normpath

from boxwright.core.frame import Size, shown
from boxwright.core.layout.flat_names import bad_name, extension_of
from boxwright.core.layout.image_folder import stem_of
from boxwright.core.layout.split_names import split_of_folder
from boxwright.core.parsing.fractional_edges import MOST_SHARE, pixels
from boxwright.core.schema import Box, Edges, ImageRecord, unsafe_path
from boxwright.core.write_context import WriteContext


def size_of(record: ImageRecord, context: WriteContext) -> Size | None:
    """The size that fractions are of; None where the record is skipped for want of its pixels."""
    missing = record.file is None and context.images != "none"
    if missing or record.width is None or record.height is None:
        context.skip()
        return None
    return record.width, record.height


def image_name(record: ImageRecord, context: WriteContext) -> str:
    """The path of a record's image below the folder of its split, with an extension."""
    name = normpath(record.path)
    if stem_of(name) == name:
        name += ".png" if record.file is None else extension_of(record.file)
    if name != record.path:
        context.lose("path", "made plain, with an extension, by which readers know images")
    for part in name.split("/"):
        if fact := bad_name(part):
            context.refuse(record, f"{part!r} {fact}", "rename the image")
    return name


def check_fractions(
    record: ImageRecord, box: Box, fractions: Edges, size: Size, context: WriteContext
) -> None:
    """Refuse a box that its fractions, read back, do not hold, and report one that they move."""
    read = tuple(pixels(share, length) for share, length in zip(fractions, (*size, *size), strict=True))
    reach = max(map(abs, fractions)) > MOST_SHARE
    if reach or read[0] >= read[2] or read[1] >= read[3]:
        fact = "is not near the image" if reach else "has no area"
        context.refuse(record, f"{shown(box.edges)} {fact}")
    if read != box.edges:
        context.lose("edges", "fractions hold a millionth of a pixel")


def usual_split(record: ImageRecord, context: WriteContext, taken: Collection[str]) -> str | None:
    """A record's split by its usual name, which can be a folder's; None: it has none.

    taken   names that mean something else there
    """
    split = record.split
    if split is None:
        return None
    if split in taken or "\\" in split or unsafe_path(split) or bad_name(split):
        context.refuse(record, f"the split {split!r} cannot be a folder's name")
    usual = split_of_folder(split) or split
    if usual != split:
        context.lose("split", f"{split} is called {usual}")
    return usual
