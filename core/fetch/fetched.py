"""Where fetched things lie, and which are there."""

import os
from pathlib import Path

from boxwright.core.byte_count import in_words
from boxwright.core.fetch.catalogue import ITEMS, known_model
from boxwright.core.fetch.item import Item
from boxwright.core.fetch.zoo import checkpoint_in

HOME = "BOXWRIGHT_HOME"


def home() -> Path:
    """The folder for all that is fetched: BOXWRIGHT_HOME, else `boxwright` in the user's cache folder."""
    if stated := os.environ.get(HOME):
        return Path(stated).expanduser().absolute()
    # https://specifications.freedesktop.org/basedir-spec: a relative path is to be ignored.
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (cache if cache.is_absolute() else Path.home() / ".cache") / "boxwright"


def place_of(item: Item) -> Path:
    """The folder of an item, whether it is there or not."""
    return home() / ("datasets" if item.kind == "data set" else "models") / item.folder


def fetched_checkpoint(name: str) -> Path | None:
    """The prefix of a fetched model's checkpoint, `.../model.ckpt`, or None where it was not fetched.

    name   the model's, its archive's folder, or a path into that folder, as pipeline configs state it
    """
    item = known_model(name)
    return None if item is None else checkpoint_in(place_of(item))


def listed() -> str:
    """A line for each item: name, kind, size of the archive, and where it is if it was fetched."""
    width = max(map(len, ITEMS))
    return "\n".join(f"{name:{width}}  {_facts(item)}" for name, item in ITEMS.items())


def _facts(item: Item) -> str:
    size = "size unknown" if item.size is None else in_words(item.size)
    there = "fetched" if place_of(item).is_dir() else ""
    return f"{item.kind:20}  {size:12}  {there}".rstrip()
