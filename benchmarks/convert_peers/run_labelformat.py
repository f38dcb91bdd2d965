"""labelformat: its input and output classes, as its README shows them."""

from pathlib import Path

from labelformat.formats import (
    COCOObjectDetectionInput,
    COCOObjectDetectionOutput,
    KittiObjectDetectionInput,
    KittiObjectDetectionOutput,
    PascalVOCObjectDetectionInput,
    PascalVOCObjectDetectionOutput,
)
from measured import measure

LABELS = "bicycle,bus,car,dog,person"  # it wants to be told


def _voc_to_coco(source: Path, target: Path) -> None:
    found = PascalVOCObjectDetectionInput(source / "Annotations", category_names=LABELS)
    COCOObjectDetectionOutput(target / "instances.json").save(found)


def _kitti_to_coco(source: Path, target: Path) -> None:
    found = KittiObjectDetectionInput(
        source / "training/label_2", category_names=LABELS, images_rel_path="../image_2"
    )
    COCOObjectDetectionOutput(target / "instances.json").save(found)


def _coco_to_voc(source: Path, target: Path) -> None:
    found = COCOObjectDetectionInput(source / "annotations/instances_train.json")
    PascalVOCObjectDetectionOutput(target / "Annotations").save(found)


def _coco_to_kitti(source: Path, target: Path) -> None:
    found = COCOObjectDetectionInput(source / "annotations/instances_train.json")
    KittiObjectDetectionOutput(target / "labels").save(found)


measure(
    {
        "voc coco": _voc_to_coco,
        "coco voc": _coco_to_voc,
        "kitti coco": _kitti_to_coco,
        "coco kitti": _coco_to_kitti,
    }
)
