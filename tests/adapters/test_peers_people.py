"""LabelMe, CVAT and WIDER FACE, against the tools that make and read them, where these are installed.

BOXWRIGHT_PEERS names a folder of virtual environments, their names beginning with the tool's: `labelme…`,
`labelformat…`, `globox…`, `datumaro…`, `supervision…` (6.3.1, 0.1.17, 2.9.0, 1.13.12 and 0.31.2 agree).
No tool that could be installed reads or writes CrowdHuman.
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

WIDTH, HEIGHT = 64, 48
TRUTH = {
    "a.jpg": [("face", [1.0, 2.0, 30.0, 40.0]), ("face", [5.5, 6.25, 20.75, 30.5])],
    "b.jpg": [("face", [0.0, 0.0, 64.0, 48.0])],
    "c.jpg": [],
}


@pytest.fixture
def run():
    """Runs Python code with arguments in the environment of a tool; gives what it prints, as JSON."""
    folder = os.environ.get("BOXWRIGHT_PEERS")
    if not folder:
        pytest.skip("no other tools: BOXWRIGHT_PEERS names a folder of their environments")

    def in_environment(tool: str, code: str, *arguments: object) -> object:
        found = sorted(Path(folder).glob(f"{tool}*/bin/python"))
        if not found:
            pytest.skip(f"no environment {tool}* in {folder}")
        command = [str(found[0]), "-c", code, *map(str, arguments)]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else None

    return in_environment


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """The three images of the truth."""
    folder = tmp_path / "images"
    folder.mkdir()
    for name in TRUTH:
        Image.new("RGB", (WIDTH, HEIGHT), (9, 99, 199)).save(folder / name)
    return folder


def ours(path: Path, name: str) -> dict[str, list[tuple[str, list[float]]]]:
    dataset = boxwright.read(path, name)
    found = {
        record.path.rpartition("/")[2]: [(box.label, list(box.edges)) for box in record.boxes]
        for record in dataset
    }
    assert dataset.problems == []
    return found


def write(images: Path, target: Path, name: str, split: str | None = None) -> Path:
    records = [
        ImageRecord(
            path=path if name != "wider_face" else f"0--Parade/{path}",
            width=WIDTH,
            height=HEIGHT,
            split=split,
            boxes=tuple(
                Box(label=label, x_min=a, y_min=b, x_max=c, y_max=d) for label, (a, b, c, d) in boxes
            ),
            file=ImageFile(images / path),
        )
        for path, boxes in TRUTH.items()
    ]
    boxwright.write(Dataset(None, lambda: iter(records)), target, format=name)
    return target


def plain(found: object) -> dict[str, list[tuple[str, list[float]]]]:
    assert isinstance(found, dict)
    return {name: [(label, edges) for label, edges in boxes] for name, boxes in found.items()}


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

DATUMARO_WRITES = """
import json, sys
from datumaro.components.annotation import Bbox
from datumaro.components.dataset import Dataset
from datumaro.components.dataset_base import DatasetItem
from datumaro.components.media import Image
truth, images = json.loads(sys.argv[1]), sys.argv[2]
media = {name: Image.from_file(path=f"{images}/{name}") for name in truth}
items = [DatasetItem(id=name.rpartition(".")[0], subset="train", media=media[name],
         annotations=[Bbox(e[0], e[1], e[2] - e[0], e[3] - e[1], label=0) for _, e in boxes])
         for name, boxes in truth.items()]
Dataset.from_iterable(items, categories=["face"]).export(sys.argv[3], sys.argv[4], save_media=True)
"""

DATUMARO_READS = """
import json, sys
from datumaro.components.annotation import AnnotationType
from datumaro.components.dataset import Dataset
found = Dataset.import_from(sys.argv[1], sys.argv[2])
names = [label.name for label in found.categories()[AnnotationType.label].items]
read = {}
for item in found:
    boxes = [a for a in item.annotations if a.type == AnnotationType.bbox]
    read[item.id.rpartition("/")[2] + ".jpg"] = [(names[a.label], a.points) for a in boxes]
print(json.dumps(read))
"""


def test_labelme_and_we_read_each_others_files(run, images: Path, tmp_path: Path):
    run("labelme", LABELME_WRITES, TRUTH_TEXT, images)
    assert ours(images, "label_me") == TRUTH
    found = run("labelme", LABELME_READS, write(images, tmp_path / "out", "label_me"))
    assert plain(found) == TRUTH


def test_supervision_and_we_read_each_others_labelme_files(run, images: Path, tmp_path: Path):
    run("supervision", SUPERVISION_WRITES, TRUTH_TEXT, images, tmp_path / "theirs")
    assert ours(tmp_path / "theirs", "label_me") == TRUTH
    out = write(images, tmp_path / "out", "label_me")
    (out / "out_manifest.json").unlink()  # it takes every JSON file for one of LabelMe's
    assert plain(run("supervision", SUPERVISION_READS, out, out)) == TRUTH


@pytest.mark.parametrize("name, file", [("cvat", "annotations.xml"), ("label_me", "")])
def test_globox_and_we_read_each_others_files(run, images: Path, tmp_path: Path, name: str, file: str):
    run("globox", GLOBOX_WRITES, TRUTH_TEXT, name, images)
    assert ours(images, name) == TRUTH
    out = write(images, tmp_path / "out", name)
    (out / "out_manifest.json").unlink()
    assert plain(run("globox", GLOBOX_READS, name, out / file)) == TRUTH


def test_labelformat_and_we_read_each_others_cvat_files(run, images: Path, tmp_path: Path):
    out = write(images, tmp_path / "out", "cvat")
    assert plain(run("labelformat", LABELFORMAT, out / "annotations.xml", images)) == TRUTH
    assert ours(images, "cvat") == TRUTH


@pytest.mark.parametrize("name", ["cvat", "wider_face"])
def test_datumaro_and_we_read_each_others_files(run, images: Path, tmp_path: Path, name: str):
    out = write(images, tmp_path / "out", name, split="train")
    assert plain(run("datumaro", DATUMARO_READS, out, name)) == TRUTH
    run("datumaro", DATUMARO_WRITES, TRUTH_TEXT, images, tmp_path / "theirs", name)
    theirs = boxwright.read(tmp_path / "theirs", name)
    found = {r.path.rpartition("/")[2]: [(b.label, list(b.edges)) for b in r.boxes] for r in theirs}
    assert found == TRUTH
    codes = {"wider_face": ["missing_field"], "cvat": []}  # no number of faces where there is none
    assert [problem.code for problem in theirs.problems] == codes[name]
