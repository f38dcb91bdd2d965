"""Splits of annotation files, as their names tell them: `train` of instances_train2017.json."""

import re
from collections.abc import Mapping
from pathlib import Path

from boxwright.core.layout.split_names import split_of_folder, usual_names

# Words that tell no split.
NAMELESS = frozenset({"", "instances", "annotations", "annotation", "labels", "coco", "createml", "via"})
YEAR = re.compile(r"(19|20)\d\d$")


def own_name(file: Path) -> str:
    """A file's name without the words that tell nothing: `train2017` of `instances_train2017.json`."""
    return "_".join(word for word in re.split(r"[_. ]", file.stem) if word.lower() not in NAMELESS)


def split_of_files(stated: Mapping[Path, str | None]) -> dict[Path, str | None]:
    """The split that each file is: what it states, else its name or, where each has a folder, the folder's.

    The name is the usual one: `val` of valid.json. No two have the same, for they are different files; a file
    alone is a split only where its name is one's.
    """
    if len(stated) == 1:
        return {file: split or _usual(file) for file, split in stated.items()}
    by_folder = len({file.parent for file in stated}) > 1
    full = {file: file.parent.name if by_folder else own_name(file) for file in stated}
    short = {file: stated[file] or YEAR.sub("", name) for file, name in full.items()}
    usual = usual_names(short.values())
    told = {file: stated[file] or usual[name] for file, name in short.items()}
    for names in (told, full):
        if len(set(names.values())) == len(names):
            return {file: name or None for file, name in names.items()}
    return {file: f"{file.parent.name}_{file.stem}" for file in stated}


def _usual(file: Path) -> str | None:
    return split_of_folder(YEAR.sub("", own_name(file)) or file.parent.name)
