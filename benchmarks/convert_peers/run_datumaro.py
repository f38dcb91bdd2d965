"""datumaro: Dataset.import_from and export, as its documentation shows them; no image is copied."""

from functools import partial
from pathlib import Path

from datumaro.components.dataset import Dataset
from measured import measure

NAMES = {"voc": "voc_detection", "coco": "coco_instances", "kitti": "kitti_detection"}


def _convert(read: str, write: str, source: Path, target: Path) -> None:
    Dataset.import_from(str(source), NAMES[read]).export(str(target), NAMES[write], save_media=False)


measure(
    {
        f"{read} {write}": partial(_convert, read, write)
        for read, write in (("voc", "coco"), ("coco", "voc"), ("kitti", "coco"), ("coco", "kitti"))
    }
)
