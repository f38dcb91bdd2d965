"""What the names of folders and lists say about splits."""

from collections import Counter
from collections.abc import Iterable

# A folder's name in lower case, and the split of the images in it. `training` and `testing` are KITTI's.
SPLIT_OF_FOLDER = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}

# What most data sets have, in the order that people name them.
USUAL_SPLITS = ("train", "val", "test")


def split_of_folder(name: str) -> str | None:
    """The split that a folder of this name holds; None: the name says nothing about splits."""
    return SPLIT_OF_FOLDER.get(name.casefold())


def usual_names(names: Iterable[str]) -> dict[str, str]:
    """The usual name of each split, `val` for `valid`; those that would become one split keep their own."""
    usual = {name: split_of_folder(name) or name for name in names}
    counts = Counter(usual.values())
    return {name: found if counts[found] == 1 else name for name, found in usual.items()}


def rank(split: str, weak: tuple[str, ...] = ()) -> tuple[int, str]:
    """A sort key of splits: train, val, test, then others by name, then the weak ones in their own order."""
    if split in weak:
        return len(USUAL_SPLITS) + 1 + weak.index(split), split
    return USUAL_SPLITS.index(split) if split in USUAL_SPLITS else len(USUAL_SPLITS), split
