"""boxwright: convert, without copying images, as the others are called; every box is checked."""

from functools import partial
from pathlib import Path

import lxml.etree  # noqa: F401 (imported only when it is needed, and an import all the same)
from measured import measure

import boxwright
from boxwright.core.plugins import adapters

adapters()  # imports them

NAMES = {"voc": "pascal_voc", "coco": "coco", "kitti": "kitti"}


def _convert(read: str, write: str, source: Path, target: Path) -> None:
    boxwright.convert(source, target / "out", format=NAMES[read], to=NAMES[write], images="none")


measure(
    {
        f"{read} {write}": partial(_convert, read, write)
        for read, write in (("voc", "coco"), ("coco", "voc"), ("kitti", "coco"), ("coco", "kitti"))
    }
)
