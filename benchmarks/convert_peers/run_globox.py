"""globox: AnnotationSet, as its README shows it. It has no KITTI."""

from pathlib import Path

from globox import AnnotationSet
from measured import measure


def _voc_to_coco(source: Path, target: Path) -> None:
    AnnotationSet.from_pascal_voc(source / "Annotations").save_coco(target / "instances.json", auto_ids=True)


def _coco_to_voc(source: Path, target: Path) -> None:
    AnnotationSet.from_coco(source / "annotations/instances_train.json").save_pascal_voc(target)


measure({"voc coco": _voc_to_coco, "coco voc": _coco_to_voc})
