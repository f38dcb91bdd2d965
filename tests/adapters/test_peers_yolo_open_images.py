"""YOLO and Open Images against other libraries: what they write is read, and what is written they read.

BOXWRIGHT_PEERS names a folder of virtual environments whose names begin with those of the libraries
(`supervision`, `labelformat-0.1.17`); each test runs where its library is. Tried with ultralytics 8.4.190,
supervision 0.31.2, labelformat 0.1.17 and datumaro 1.13.12.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest
from PIL import Image

import boxwright
from boxwright.core.images.image_file import ImageFile
from boxwright.core.schema import Box, Dataset, ImageRecord

pytestmark = pytest.mark.slow

SIZES = {"im 0.jpg": (100, 80), "im 1.jpg": (64, 48), "im 2.jpg": (333, 777)}
# Label and edges in pixels, by image; the second image is a negative.
TRUTH = {
    "im 0.jpg": [("cat", (10, 20, 30.5, 40)), ("yes", (0, 0, 100, 80))],
    "im 1.jpg": [],
    "im 2.jpg": [("cat", (1, 2, 3, 4)), ("yes", (300.25, 700, 333, 777))],
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
print("FOUND" + json.dumps(found))
"""
DATUMARO_WRITES = """
import json, sys, numpy as np, datumaro as dm
from datumaro import Bbox, DatasetItem
from datumaro.components.media import Image
folder, truth, labels, form = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4]
items = [
    DatasetItem(
        name[:-4],
        subset="val" if form == "yolo_ultralytics" and name == "im 1.jpg" else "train",
        media=Image.from_file(path=f"{folder}/source/{name}"),
        annotations=[
            Bbox(a, b, c - a, d - b, label=labels.index(label)) for label, (a, b, c, d) in boxes
        ],
    )
    for name, boxes in truth.items()
]
dm.Dataset.from_iterable(items, categories=labels).export(f"{folder}/theirs", form, save_media=True)
"""
DATUMARO_READS = """
import json, sys, datumaro as dm
data = dm.Dataset.import_from(sys.argv[1], sys.argv[2])
names = [label.name for label in data.categories()[dm.AnnotationType.label]]
found = {
    f"{item.id}.jpg": [
        (names[each.label], each.points) for each in item.annotations if isinstance(each, dm.Bbox)
    ]
    for item in data
}
print("FOUND" + json.dumps(found))
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
print("FOUND" + json.dumps(found))
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
print("FOUND" + json.dumps(found))
"""


def run(peer: str, script: str, *arguments: str) -> str:
    """Run a script in a library's environment; its standard output."""
    folder = os.environ.get("BOXWRIGHT_PEERS")
    found = sorted(Path(folder).glob(f"{peer}*/bin/python")) if folder else []
    if not found:
        pytest.skip(f"no {peer}*/bin/python in the folder that BOXWRIGHT_PEERS names")
    command = [str(found[0]), "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "YOLO_OFFLINE": "1"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def in_pixels(peer: str, script: str, *arguments: str) -> dict[str, list[tuple[str, list[float]]]]:
    """What a library reads."""
    text = run(peer, script, *arguments).rpartition("FOUND")[2]
    return json.loads(text)  # type: ignore[no-any-return]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with the images below `source`."""
    (tmp_path / "source").mkdir()
    for name, size in SIZES.items():
        Image.new("RGB", size, (90, 120, 60)).save(tmp_path / "source" / name)
    return tmp_path


def records(source: Path) -> list[ImageRecord]:
    return [
        ImageRecord(
            path=name,
            width=SIZES[name][0],
            height=SIZES[name][1],
            split="train",
            file=ImageFile(source / "source" / name),
            boxes=tuple(
                Box(label=label, x_min=x_min, y_min=y_min, x_max=x_max, y_max=y_max)
                for label, (x_min, y_min, x_max, y_max) in boxes
            ),
        )
        for name, boxes in TRUTH.items()
    ]


def written(source: Path, format: str) -> str:
    boxwright.write(Dataset(LABELS, lambda: iter(records(source))), source / "ours", format=format)
    return str(source / "ours")


def check(found: dict[str, list[tuple[str, list[float]]]], tolerance: float) -> None:
    assert found.keys() == TRUTH.keys()
    for name, boxes in TRUTH.items():
        assert [label for label, _ in found[name]] == [label for label, _ in boxes]
        for (_, edges), (_, true) in zip(found[name], boxes, strict=True):
            assert edges == pytest.approx(true, abs=tolerance)


def check_read(source: Path, tolerance: float) -> None:
    dataset = boxwright.read(source / "theirs")
    found = {
        Path(record.path).name: [(box.label, list(box.edges)) for box in record.boxes] for record in dataset
    }
    check(found, tolerance)
    assert dataset.problems == [] and dataset.labels == LABELS


def test_what_supervision_writes_is_read(source: Path):
    run("supervision", SUPERVISION_WRITES, str(source), json.dumps(TRUTH), json.dumps(LABELS))
    check_read(source, FIVE_DECIMALS)


@pytest.mark.parametrize(
    ("form", "tolerance"),
    [("yolo", FIVE_DECIMALS), ("yolo_ultralytics", FIVE_DECIMALS), ("open_images", FLOAT32)],
)
def test_what_datumaro_writes_is_read(source: Path, form: str, tolerance: float):
    run("datumaro", DATUMARO_WRITES, str(source), json.dumps(TRUTH), json.dumps(LABELS), form)
    check_read(source, tolerance)


def test_what_labelformat_writes_is_read(source: Path):
    """Its classes count from 1, as COCO's do, and its negatives have empty files."""
    written(source, "coco")
    run("labelformat", LABELFORMAT_WRITES, str(source))
    check_read(source, FLOAT32)


def test_supervision_reads_what_is_written(source: Path):
    check(in_pixels("supervision", SUPERVISION_READS, written(source, "yolo")), FLOAT32)


def test_labelformat_reads_what_is_written(source: Path):
    check(in_pixels("labelformat", LABELFORMAT_READS, written(source, "yolo")), FLOAT32)


@pytest.mark.parametrize(("ours", "theirs"), [("yolo", "yolo"), ("open_images", "open_images")])
def test_datumaro_reads_what_is_written(source: Path, ours: str, theirs: str):
    check(in_pixels("datumaro", DATUMARO_READS, written(source, ours), theirs), 0.02)


def test_ultralytics_reads_what_is_written(source: Path):
    check(in_pixels("ultralytics", ULTRALYTICS_READS, written(source, "yolo")), FLOAT32)
