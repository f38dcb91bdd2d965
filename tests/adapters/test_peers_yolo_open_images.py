"""YOLO and Open Images against other libraries: what they write is read, and what is written they read.

BOXWRIGHT_PEERS names a folder of their environments, see peers.py. Tried with ultralytics 8.4.190,
supervision 0.31.2, labelformat 0.1.17 and datumaro 1.13.12.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import boxwright
from boxwright.core.schema import Dataset
from tests.adapters.peers import Boxes, boxes_of, datumaro_reads, datumaro_writes, draw, found, records, run

pytestmark = pytest.mark.slow

SIZES = {"im 0.jpg": (100, 80), "im 1.jpg": (64, 48), "im 2.jpg": (333, 777)}
# Label and edges in pixels, by image; the second image is a negative.
TRUTH: Boxes = {
    "im 0.jpg": [("cat", [10, 20, 30.5, 40]), ("yes", [0, 0, 100, 80])],
    "im 1.jpg": [],
    "im 2.jpg": [("cat", [1, 2, 3, 4]), ("yes", [300.25, 700, 333, 777])],
}
LABELS = ("cat", "yes")
FIVE_DECIMALS = 1e-5 * 777  # of a pixel, on the longest side: what supervision and darknet's six leave
FLOAT32 = 1e-6 * 777

SUPERVISION_WRITES = """
import json, sys, numpy as np, supervision as sv
folder, truth, labels = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
found = {}
for name, boxes in truth.items():
    edges = np.array([edges for _, edges in boxes], float).reshape(-1, 4)
    ids = np.array([labels.index(label) for label, _ in boxes], int)
    found[f"{folder}/source/{name}"] = sv.Detections(xyxy=edges, class_id=ids)
data = sv.DetectionDataset(classes=labels, images=list(found), annotations=found)
out = f"{folder}/theirs"
data.as_yolo(f"{out}/images", f"{out}/labels", f"{out}/data.yaml")
"""
SUPERVISION_READS = """
import json, sys, supervision as sv
root = sys.argv[1]
data = sv.DetectionDataset.from_yolo(f"{root}/images/train", f"{root}/labels/train", f"{root}/data.yaml")
found = {
    path.rpartition("/")[2]: [
        (data.classes[int(id)], edges) for id, edges in zip(each.class_id, each.xyxy.tolist())
    ]
    for path, _, each in data
}
print(json.dumps(found))
"""
LABELFORMAT_READS = """
import json, pathlib, sys
from labelformat.formats import YOLOv8ObjectDetectionInput
data = YOLOv8ObjectDetectionInput(pathlib.Path(sys.argv[1]) / "data.yaml", "train")
found = {
    each.image.filename: [
        (box.category.name, [box.box.xmin, box.box.ymin, box.box.xmax, box.box.ymax]) for box in each.objects
    ]
    for each in data.get_labels()
}
print(json.dumps(found))
"""
LABELFORMAT_WRITES = """
import pathlib, shutil, sys
from labelformat.formats import COCOObjectDetectionInput, YOLOv8ObjectDetectionOutput
folder = pathlib.Path(sys.argv[1])
data = COCOObjectDetectionInput(folder / "ours/annotations/instances_train.json")
YOLOv8ObjectDetectionOutput(folder / "theirs/data.yaml", "train").save(data)
shutil.copytree(folder / "source", folder / "theirs/images")
"""
ULTRALYTICS_READS = """
import json, sys
from ultralytics.data.dataset import YOLODataset
from ultralytics.data.utils import check_det_dataset
data = check_det_dataset(f"{sys.argv[1]}/data.yaml", autodownload=False)
found = {}
images = YOLODataset(img_path=data["train"], data=data, task="detect", imgsz=64, augment=False)
for each in images.labels:
    height, width = each["shape"]
    found[each["im_file"].rpartition("/")[2]] = [
        (
            data["names"][int(id[0])],
            [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height],
        )
        for id, (x, y, w, h) in zip(each["cls"], each["bboxes"].astype(float))
    ]
print(json.dumps(found))
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with the images below `source`."""
    return draw(tmp_path / "source", SIZES).parent


def written(source: Path, format: str) -> Path:
    held = [replace(record, split="train") for record in records(TRUTH, source / "source", SIZES)]
    boxwright.write(Dataset(LABELS, lambda: iter(held)), source / "ours", format=format)
    return source / "ours"


def check(boxes: Boxes, tolerance: float) -> None:
    assert boxes.keys() == TRUTH.keys()
    for name, true_boxes in TRUTH.items():
        assert [label for label, _ in boxes[name]] == [label for label, _ in true_boxes]
        for (_, edges), (_, true) in zip(boxes[name], true_boxes, strict=True):
            assert edges == pytest.approx(true, abs=tolerance)


def check_read(source: Path, tolerance: float) -> None:
    dataset = boxwright.read(source / "theirs")
    check(boxes_of(dataset), tolerance)
    assert dataset.problems == [] and dataset.labels == LABELS


def test_what_supervision_writes_is_read(source: Path):
    run("supervision", SUPERVISION_WRITES, source, json.dumps(TRUTH), json.dumps(LABELS))
    check_read(source, FIVE_DECIMALS)


@pytest.mark.parametrize(
    ("form", "tolerance"),
    [("yolo", FIVE_DECIMALS), ("yolo_ultralytics", FIVE_DECIMALS), ("open_images", FLOAT32)],
)
def test_what_datumaro_writes_is_read(source: Path, form: str, tolerance: float):
    splits = dict.fromkeys(TRUTH, "train")
    if form == "yolo_ultralytics":
        splits["im 1.jpg"] = "val"
    datumaro_writes(TRUTH, LABELS, splits, source / "source", source / "theirs", form)
    check_read(source, tolerance)


def test_what_labelformat_writes_is_read(source: Path):
    """Its classes count from 1, as COCO's do, and its negatives have empty files."""
    written(source, "coco")
    run("labelformat", LABELFORMAT_WRITES, source)
    check_read(source, FLOAT32)


def test_supervision_reads_what_is_written(source: Path):
    check(found("supervision", SUPERVISION_READS, written(source, "yolo")), FLOAT32)


def test_labelformat_reads_what_is_written(source: Path):
    check(found("labelformat", LABELFORMAT_READS, written(source, "yolo")), FLOAT32)


@pytest.mark.parametrize(("ours", "theirs"), [("yolo", "yolo"), ("open_images", "open_images")])
def test_datumaro_reads_what_is_written(source: Path, ours: str, theirs: str):
    check(datumaro_reads(written(source, ours), theirs), 0.02)


def test_ultralytics_reads_what_is_written(source: Path):
    check(found("ultralytics", ULTRALYTICS_READS, written(source, "yolo")), FLOAT32)
