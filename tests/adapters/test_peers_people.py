"""LabelMe, CVAT and WIDER FACE, against the tools that make and read them, where these are installed.

BOXWRIGHT_PEERS names a folder of their environments, see peers.py. LabelMe 6.3.1, labelformat 0.1.17,
globox 2.9.0, datumaro 1.13.12 and supervision 0.31.2 agree.
No tool that could be installed reads or writes CrowdHuman.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import boxwright
from boxwright.core.schema import Dataset
from tests.adapters.peers import Boxes, boxes_of, datumaro_reads, datumaro_writes, draw, found, records, run

pytestmark = pytest.mark.slow

TRUTH: Boxes = {
    "a.jpg": [("face", [1.0, 2.0, 30.0, 40.0]), ("face", [5.5, 6.25, 20.75, 30.5])],
    "b.jpg": [("face", [0.0, 0.0, 64.0, 48.0])],
    "c.jpg": [],
}
SIZES = dict.fromkeys(TRUTH, (64, 48))


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """The three images of the truth."""
    return draw(tmp_path / "images", SIZES)


def ours(path: Path, name: str) -> Boxes:
    dataset = boxwright.read(path, name)
    boxes = boxes_of(dataset)
    assert dataset.problems == []
    return boxes


def write(images: Path, target: Path, name: str, split: str | None = None) -> Path:
    folder = "0--Parade/" if name == "wider_face" else ""
    held = [
        replace(record, path=folder + record.path, split=split) for record in records(TRUTH, images, SIZES)
    ]
    boxwright.write(Dataset(None, lambda: iter(held)), target, format=name)
    return target


TRUTH_TEXT = json.dumps(TRUTH)

LABELME_WRITES = """
import json, sys
from pathlib import Path
from labelme._label_file import write_label_file
for name, boxes in json.loads(sys.argv[1]).items():
    shapes = [{"label": label, "points": [[d[2], d[1]], [d[0], d[3]]], "group_id": None, "description": "",
               "shape_type": "rectangle", "flags": {}, "mask": None} for label, d in boxes]
    path = Path(sys.argv[2]) / name
    write_label_file(str(path.with_suffix(".json")), shapes=shapes, image_path=name, image_height=48,
                     image_width=64, image_data=path.read_bytes(), flags={})
"""

LABELME_READS = """
import json, sys
from pathlib import Path
from labelme._label_file import read_label_file
found = {}
for path in sorted(Path(sys.argv[1]).glob("*.json")):
    if "manifest" not in path.name:
        label = read_label_file(str(path))
        found[label.image_path] = [(s["label"], [*s["points"][0], *s["points"][1]]) for s in label.shapes]
print(json.dumps(found))
"""

SUPERVISION_READS = """
import json, sys
from pathlib import Path
import supervision as sv
dataset = sv.DetectionDataset.from_labelme(sys.argv[1], sys.argv[2])
found = {Path(path).name: [(dataset.classes[k], list(map(float, e))) for k, e in zip(d.class_id, d.xyxy)]
         if len(d) else [] for path, _, d in dataset}
print(json.dumps(found))
"""

SUPERVISION_WRITES = """
import json, sys
import numpy as np, supervision as sv
truth, images = json.loads(sys.argv[1]), sys.argv[2]
def detections(boxes):
    if not boxes:
        return sv.Detections.empty()
    edges = np.array([e for _, e in boxes], dtype=float)
    return sv.Detections(xyxy=edges, class_id=np.zeros(len(boxes), dtype=int))
paths = {f"{images}/{name}": detections(boxes) for name, boxes in truth.items()}
sv.DetectionDataset(classes=["face"], images=list(paths), annotations=paths).as_labelme(
    images_directory_path=sys.argv[3] + "/images", annotations_directory_path=sys.argv[3] + "/annotations")
"""

GLOBOX_WRITES = """
import json, sys
from pathlib import Path
from globox import Annotation, AnnotationSet, BoundingBox
made = [Annotation(name, (64, 48), [BoundingBox(label=label, xmin=e[0], ymin=e[1], xmax=e[2], ymax=e[3])
        for label, e in boxes]) for name, boxes in json.loads(sys.argv[1]).items()]
if sys.argv[2] == "cvat":
    AnnotationSet(made).save_cvat(Path(sys.argv[3]) / "annotations.xml")
else:
    AnnotationSet(made).save_labelme(Path(sys.argv[3]))
"""

GLOBOX_READS = """
import json, sys
from pathlib import Path
from globox import AnnotationSet
found = (AnnotationSet.from_cvat(sys.argv[2]) if sys.argv[1] == "cvat"
         else AnnotationSet.from_labelme(sys.argv[2]))
print(json.dumps({a.image_id: [(b.label, [b.xmin, b.ymin, b.xmax, b.ymax]) for b in a.boxes] for a in found}))
"""

LABELFORMAT = """
import json, sys
from pathlib import Path
from labelformat.formats.cvat import CVATObjectDetectionInput, CVATObjectDetectionOutput
source = CVATObjectDetectionInput(input_file=Path(sys.argv[1]))
if len(sys.argv) > 2:
    CVATObjectDetectionOutput(output_folder=Path(sys.argv[2])).save(source)
print(json.dumps({l.image.filename: [(o.category.name, [o.box.xmin, o.box.ymin, o.box.xmax, o.box.ymax])
                                     for o in l.objects] for l in source.get_labels()}))
"""


def test_labelme_and_we_read_each_others_files(images: Path, tmp_path: Path):
    run("labelme", LABELME_WRITES, TRUTH_TEXT, images)
    assert ours(images, "label_me") == TRUTH
    assert found("labelme", LABELME_READS, write(images, tmp_path / "out", "label_me")) == TRUTH


def test_supervision_and_we_read_each_others_labelme_files(images: Path, tmp_path: Path):
    run("supervision", SUPERVISION_WRITES, TRUTH_TEXT, images, tmp_path / "theirs")
    assert ours(tmp_path / "theirs", "label_me") == TRUTH
    out = write(images, tmp_path / "out", "label_me")
    (out / "out_manifest.json").unlink()  # it takes every JSON file for one of LabelMe's
    assert found("supervision", SUPERVISION_READS, out, out) == TRUTH


@pytest.mark.parametrize("name, file", [("cvat", "annotations.xml"), ("label_me", "")])
def test_globox_and_we_read_each_others_files(images: Path, tmp_path: Path, name: str, file: str):
    run("globox", GLOBOX_WRITES, TRUTH_TEXT, name, images)
    assert ours(images, name) == TRUTH
    out = write(images, tmp_path / "out", name)
    (out / "out_manifest.json").unlink()
    assert found("globox", GLOBOX_READS, name, out / file) == TRUTH


def test_labelformat_and_we_read_each_others_cvat_files(images: Path, tmp_path: Path):
    out = write(images, tmp_path / "out", "cvat")
    assert found("labelformat", LABELFORMAT, out / "annotations.xml", images) == TRUTH
    assert ours(images, "cvat") == TRUTH


@pytest.mark.parametrize("name", ["cvat", "wider_face"])
def test_datumaro_and_we_read_each_others_files(images: Path, tmp_path: Path, name: str):
    out = write(images, tmp_path / "out", name, split="train")
    assert datumaro_reads(out, name) == TRUTH
    datumaro_writes(TRUTH, ["face"], dict.fromkeys(TRUTH, "train"), images, tmp_path / "theirs", name)
    theirs = boxwright.read(tmp_path / "theirs", name)
    assert boxes_of(theirs) == TRUTH
    codes = {"wider_face": ["missing_field"], "cvat": []}  # no number of faces where there is none
    assert [problem.code for problem in theirs.problems] == codes[name]
