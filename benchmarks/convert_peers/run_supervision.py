"""supervision: DetectionDataset, as its documentation shows it. It has no KITTI."""

from pathlib import Path

from measured import measure
from supervision import DetectionDataset


def _voc_to_coco(source: Path, target: Path) -> None:
    found = DetectionDataset.from_pascal_voc(str(source / "JPEGImages"), str(source / "Annotations"))
    found.as_coco(annotations_path=str(target / "instances.json"))


def _coco_to_voc(source: Path, target: Path) -> None:
    annotations = source / "annotations/instances_train.json"
    found = DetectionDataset.from_coco(str(source / "images/train"), str(annotations))
    found.as_pascal_voc(annotations_directory_path=str(target))


measure({"voc coco": _voc_to_coco, "coco voc": _coco_to_voc})
