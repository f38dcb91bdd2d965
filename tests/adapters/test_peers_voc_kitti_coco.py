"""Pascal VOC, KITTI and COCO against other libraries: what they write is read, what is written they read.

BOXWRIGHT_PEERS names a folder of their environments, see peers.py. Tried with datumaro 1.13.12 and
labelformat 0.1.17. pycocotools, which defines COCO, comes along with boxwright: test_coco_pycocotools.py.
"""

from dataclasses import replace
from math import ceil, floor
from pathlib import Path
from typing import Any

import pytest

import boxwright
from boxwright.core.schema import Dataset
from tests.adapters.peers import Boxes, boxes_of, datumaro_reads, datumaro_writes, draw, found, records, run

pytestmark = pytest.mark.slow

LABELS = ("car", "person", "train")  # of VOC's twenty: datumaro takes no others where no file declares them
SIZES = {"000000.jpg": (100, 80), "000001.jpg": (64, 48), "000002.jpg": (333, 777), "000003.jpg": (64, 48)}
SPLITS = {"000000.jpg": "train", "000001.jpg": "train", "000002.jpg": "val", "000003.jpg": "val"}
NEGATIVE = "000001.jpg"
TRUTH: Boxes = {
    "000000.jpg": [("car", [10.0, 20.0, 30.5, 40.0]), ("person", [0.0, 0.0, 100.0, 80.0])],
    NEGATIVE: [],
    "000002.jpg": [("car", [1.0, 2.0, 3.0, 4.0]), ("train", [300.25, 700.5, 333.0, 777.0])],
    "000003.jpg": [("train", [5.0, 6.0, 7.25, 48.0])],
}
# The devkit's first pixel is (1, 1) and a box's last one belongs to it: the edges 0 and 3 are pixels 1 to 3.
# Neither library converts: each takes the four numbers for edges, and so is one pixel off at both minima.
NUMBER_OF_THE_FIRST_PIXEL = 1.0

LABELFORMAT_READS = """
import json, pathlib, sys
from labelformat.formats import (
    COCOObjectDetectionInput, KittiObjectDetectionInput, PascalVOCObjectDetectionInput
)
root, labels = pathlib.Path(sys.argv[2]), sys.argv[3]
parts = {
    "pascal_voc": lambda: [PascalVOCObjectDetectionInput(root / "Annotations", labels)],
    "kitti": lambda: [KittiObjectDetectionInput(root / "training/label_2", labels, "../image_2")],
    "coco": lambda: [COCOObjectDetectionInput(path) for path in sorted(root.glob("annotations/*.json"))],
}[sys.argv[1]]()
print(json.dumps({
    each.image.filename: [
        (box.category.name, [box.box.xmin, box.box.ymin, box.box.xmax, box.box.ymax]) for box in each.objects
    ]
    for part in parts for each in part.get_labels()
}))
"""
# It reads our COCO, of one split, and writes it again.
LABELFORMAT_WRITES = """
import pathlib, sys
from labelformat.formats import (
    COCOObjectDetectionInput, COCOObjectDetectionOutput, KittiObjectDetectionOutput,
    PascalVOCObjectDetectionOutput,
)
data = COCOObjectDetectionInput(pathlib.Path(sys.argv[2]) / "annotations/instances.json")
root = pathlib.Path(sys.argv[3])
{
    "pascal_voc": lambda: PascalVOCObjectDetectionOutput(root / "Annotations"),
    "kitti": lambda: KittiObjectDetectionOutput(root / "label_2"),
    "coco": lambda: COCOObjectDetectionOutput(root / "annotations/instances.json"),
}[sys.argv[1]]().save(data)
"""


@pytest.fixture
def images(tmp_path: Path) -> Path:
    return draw(tmp_path / "source", SIZES)


def written(images: Path, format: str, *, splits: bool = True) -> Path:
    """The truth in a format of ours, below the folder of the images' folder."""
    held = [
        replace(record, split=SPLITS[record.path] if splits else None)
        for record in records(TRUTH, images, SIZES)
    ]
    target = images.parent / f"ours_{format}"
    boxwright.write(Dataset(LABELS, lambda: iter(held)), target, format=format)
    return target


def moved(truth: Boxes, pixels: float) -> Boxes:
    """The boxes with other minima."""
    return {
        name: [(label, [x_min + pixels, y_min + pixels, *maxima]) for label, (x_min, y_min, *maxima) in boxes]
        for name, boxes in truth.items()
    }


def cut(truth: Boxes) -> Boxes:
    """What of boxes lies inside the image, where minima may lie outside."""
    return {
        name: [(label, [max(edge, 0.0) for edge in edges]) for label, edges in boxes]
        for name, boxes in truth.items()
    }


def in_order(boxes: Boxes) -> Boxes:
    """The boxes of each image sorted: datumaro returns COCO's in another order."""
    return {name: sorted(each) for name, each in boxes.items()}


# What is written they read.


@pytest.mark.parametrize(
    ("ours", "theirs", "shift"),
    [
        ("kitti", "kitti_detection", 0.0),
        ("coco", "coco_instances", 0.0),
        ("pascal_voc", "voc_detection", NUMBER_OF_THE_FIRST_PIXEL),
    ],
)
def test_datumaro_reads_what_is_written(images: Path, ours: str, theirs: str, shift: float):
    assert in_order(datumaro_reads(written(images, ours), theirs)) == in_order(moved(TRUTH, shift))


def test_datumaro_reads_the_very_edges_of_voc_when_it_is_told_how_voc_counts(images: Path):
    assert datumaro_reads(
        written(images, "pascal_voc"), "voc_detection", coordinate_mode="voc-one-based"
    ) == (TRUTH)


@pytest.mark.parametrize(
    ("ours", "shift"), [("kitti", 0.0), ("coco", 0.0), ("pascal_voc", NUMBER_OF_THE_FIRST_PIXEL)]
)
def test_labelformat_reads_what_is_written(images: Path, ours: str, shift: float):
    assert found("labelformat", LABELFORMAT_READS, ours, written(images, ours), ",".join(LABELS)) == (
        moved(TRUTH, shift)
    )


# What they write is read.


def read(folder: Path, **options: Any) -> tuple[Boxes, dict[str, str | None], list[str]]:
    """The boxes, the split of each image and what was wrong, by code."""
    dataset = boxwright.read(folder, **options)
    held = list(dataset)
    assert dataset.labels == LABELS
    splits = {Path(record.path).name: record.split for record in held}
    return boxes_of(held), splits, [problem.code for problem in dataset.problems]


def test_what_datumaro_writes_as_coco_is_read(images: Path, tmp_path: Path):
    datumaro_writes(TRUTH, LABELS, SPLITS, images, tmp_path / "theirs", "coco_instances")
    assert read(tmp_path / "theirs") == (TRUTH, SPLITS, [])


# For an image without boxes it writes neither a KITTI file nor XML, so such images have to be asked for.
NO_FILE = "missing_annotation"


def test_what_datumaro_writes_as_kitti_is_read(images: Path, tmp_path: Path):
    datumaro_writes(TRUTH, LABELS, SPLITS, images, tmp_path / "theirs", "kitti_detection")
    assert read(tmp_path / "theirs", unlabelled="negative") == (TRUTH, SPLITS, [NO_FILE])


NO_SIZES = ["missing_field"] * 3  # its XML has no <size> for images that it has not opened


def test_what_datumaro_writes_as_voc_is_one_pixel_off_at_the_minima(images: Path, tmp_path: Path):
    """What of a box lies outside the image then is cut off, and told."""
    datumaro_writes(TRUTH, LABELS, SPLITS, images, tmp_path / "theirs", "voc_detection")
    boxes, splits, codes = read(tmp_path / "theirs", unlabelled="negative")
    assert (boxes, splits) == (cut(moved(TRUTH, -NUMBER_OF_THE_FIRST_PIXEL)), SPLITS)
    assert sorted(codes) == ["box_outside_image", NO_FILE, *NO_SIZES]


def test_what_datumaro_writes_as_voc_is_read_when_it_was_told_how_voc_counts(images: Path, tmp_path: Path):
    """It rounds outward to whole pixels then, as the devkit has them."""
    mode = {"coordinate_mode": "voc-one-based"}
    datumaro_writes(TRUTH, LABELS, SPLITS, images, tmp_path / "theirs", "voc_detection", **mode)
    rounded = {
        name: [(label, [*map(floor, edges[:2]), *map(ceil, edges[2:])]) for label, edges in boxes]
        for name, boxes in TRUTH.items()
    }
    assert read(tmp_path / "theirs", unlabelled="negative") == (rounded, SPLITS, [*NO_SIZES, NO_FILE])


@pytest.mark.parametrize(
    ("format", "folder"), [("kitti", "image_2"), ("coco", "images"), ("pascal_voc", "JPEGImages")]
)
def test_what_labelformat_writes_is_read(images: Path, tmp_path: Path, format: str, folder: str):
    """It writes no splits; its VOC holds edges where pixels belong, as datumaro's."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    run("labelformat", LABELFORMAT_WRITES, format, written(images, "coco", splits=False), theirs)
    images.rename(theirs / folder)
    boxes, _, codes = read(theirs)
    if format == "pascal_voc":
        assert (boxes, codes) == (cut(moved(TRUTH, -NUMBER_OF_THE_FIRST_PIXEL)), ["box_outside_image"])
    else:
        assert (boxes, codes) == (TRUTH, [])
