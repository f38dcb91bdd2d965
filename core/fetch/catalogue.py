"""All that can be fetched, by name."""

from pathlib import PurePath

from boxwright.core.errors import OptionError, nearest
from boxwright.core.fetch.egohands import EGOHANDS
from boxwright.core.fetch.item import Item
from boxwright.core.fetch.zoo import MODELS

ITEMS = {item.name: item for item in (EGOHANDS, *MODELS)}


def item_named(name: str) -> Item:
    """The item of this name, or of this archive folder; raises OptionError with the nearest name."""
    item = known_item(name)
    if item is None:
        near = nearest(name, ITEMS)
        raise OptionError(f"nothing to fetch is named {name!r}{near}", "`boxwright fetch` lists the names")
    return item


def known_item(name: str) -> Item | None:
    """The item that a name means, or the folder of its archive: `ssd_mobilenet_v1_coco_2018_01_28`."""
    return ITEMS.get(name) or next((item for item in ITEMS.values() if item.folder == name), None)


def known_model(path: str) -> Item | None:
    """The model that a checkpoint's path means: its name, its folder, or a path into that folder.

    A pipeline config says `ssd_mobilenet_v1_coco_2018_01_28/model.ckpt`, wherever that may lie.
    """
    parts = PurePath(path).parts[-2:]
    found = (known_item(part) for part in reversed(parts))
    return next((item for item in found if item is not None and item.kind != "data set"), None)
