"""A folder for each split that holds one list of annotations and the images: train/list.json, train/a.jpg.

Images without split lie in `images` in the same way.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from boxwright.core.layout.annotation_files import ANNOTATION_FOLDERS
from boxwright.core.layout.flat_names import bad_name
from boxwright.core.layout.image_places import IMAGE_FOLDERS
from boxwright.core.layout.split_files import split_of_files
from boxwright.core.layout.split_names import usual_names
from boxwright.core.schema import ImageRecord, unsafe_path
from boxwright.core.write_context import WriteContext

UNSPLIT = IMAGE_FOLDERS[0]
NO_SPLITS = (*IMAGE_FOLDERS, *ANNOTATION_FOLDERS)


def splits_of(root: Path, files: Iterable[Path]) -> dict[Path, str | None]:
    """The split that each list is: by its folder's name below the root, or what its own name tells."""
    files = list(files)
    if all(file.parent in (root, *(root / name for name in ANNOTATION_FOLDERS)) for file in files):
        return split_of_files(dict.fromkeys(files))
    splits = usual_names(file.parent.name for file in files if file.parent.name not in NO_SPLITS)
    return {file: splits.get(file.parent.name) for file in files}


@contextmanager
def written(context: WriteContext, name: str, brackets: str) -> Generator[Callable[[ImageRecord, str], None]]:
    """Lists called `name`, each inside brackets; gives a function that adds a record's text and image."""
    lists: dict[str, TextIO] = {}
    split_of: dict[str, str | None] = {}
    counts = Counter[str]()
    with ExitStack() as stack:

        def add(record: ImageRecord, text: str) -> None:
            folder = _folder(record, context)
            counts[folder] += 1
            context.place(record, f"{folder}/{record.path}")
            if split_of.setdefault(record.path, record.split) != record.split:
                context.lose("path", "another split has an image of this name: the split's goes before it")
            lists[folder].write(f",\n{text}") if folder in lists else opened(folder, text)

        def opened(folder: str, text: str) -> None:
            lists[folder] = stack.enter_context(context.open(f"{folder}/{name}"))
            lists[folder].write(f"{brackets[0]}\n{text}")

        yield add
        if not lists:
            opened(UNSPLIT, "")
        for file in lists.values():
            file.write(f"\n{brackets[1]}\n")
        for split, usual in usual_names(lists).items():
            if split != usual:
                context.lose("split", f"{split} is called {usual}", counts[split])


def _folder(record: ImageRecord, context: WriteContext) -> str:
    split = record.split
    if split is None:
        return UNSPLIT
    if split in NO_SPLITS or "\\" in split or unsafe_path(split) or bad_name(split):
        context.refuse(record, f"the split {split!r} cannot be a folder's name")
    return split
