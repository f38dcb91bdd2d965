"""Images without annotation: each is a problem, and a negative where the user wants them."""

from collections.abc import Callable, Iterator
from typing import Literal

from boxwright.core.layout.annotation_folders import Part
from boxwright.core.layout.image_folder import ImageFolder
from boxwright.core.layout.split_lists import Listed
from boxwright.core.problems import Action
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import ImageRecord

# The option that adapters offer: what becomes of such images.
Unlabelled = Literal["skip", "negative"]


def unlabelled(
    part: Part,
    images: ImageFolder,
    context: ReadContext,
    option: Unlabelled,
    *,
    annotation: str,
    split: Callable[[str], tuple[Listed | None, str | None]],
) -> Iterator[ImageRecord]:
    """Report the images that no annotation has claimed; gives a record for each that is kept.

    annotation  what they lack, for the message: `XML file`
    split       the line that lists an image of this path, and its split
    """
    default: Action | None = "keep" if option == "negative" else None
    for name in images.names:
        path = part.prefix + name
        if context.claimed(path):
            continue
        file = images.file(name)
        listed, its_split = split(path)
        place, line = (listed.path, listed.line) if listed else (file.path, "")
        message = f"{name!r} has no {annotation}"
        action = context.problem("missing_annotation", place, line, message, default)
        frame = context.frame(file, path=file.path) if action == "keep" else None
        if frame is not None:
            yield frame.record(path, split=its_split)
