"""A contact sheet of what a detector found: the pictures of `retrain`, side by side."""

import json
from pathlib import Path
from typing import Any

from boxwright.core.images.contact_sheet import contact_sheet
from boxwright.core.images.image_file import ImageFile
from boxwright.core.schema import Box, ImageRecord

COLUMNS, CELL = 3, 420  # images side by side; pixels, where labels with scores can be read


def found_sheet(pictures: Path, target: Path) -> int:
    """Write a PNG of images with what was found on them; returns how many.

    pictures   a folder with the detections.json that `detect` writes
    """
    found = json.loads((pictures / "detections.json").read_text(encoding="utf-8"))
    return contact_sheet(map(_record, found["images"]), target, columns=COLUMNS, cell=CELL)


def _record(image: dict[str, Any]) -> ImageRecord:
    path = Path(image["path"])
    return ImageRecord(
        path=f"{path.parent.name}/{path.name}",
        width=image["width"],
        height=image["height"],
        boxes=tuple(Box(**box) for box in image["detections"]),
        file=ImageFile(path),
    )
