"""CSV, Create ML and VIA against other libraries: what they write is read, what is written they read.

BOXWRIGHT_PEERS names a folder of their environments, see peers.py: supervision* (tested with 0.31.2),
globox* (2.9.0), datumaro* for its pandas (2.3), keras-retinanet* (1.0.0).
"""

import json

import pytest

import boxwright
from boxwright.core.schema import Dataset
from tests.adapters.peers import Boxes, boxes_of, draw, found, records, run

pytestmark = pytest.mark.slow

# Whole pixels and quarters, which float32 holds.
BOXES: Boxes = {
    "a.jpg": [("face", [10.25, 0.0, 64.0, 20.5]), ("hand", [1.0, 2.0, 30.0, 40.0])],
    "b.jpg": [("hand", [0.0, 0.0, 64.0, 48.0])],
}
SIZES = dict.fromkeys(BOXES, (64, 48))


@pytest.fixture
def images(tmp_path):
    return draw(tmp_path / "source", SIZES)


@pytest.fixture
def written(images, tmp_path):
    """Writes the boxes in a format, as one data set without splits."""

    def write(name):
        held = records(BOXES, images, SIZES)
        boxwright.write(Dataset(None, lambda: iter(held)), tmp_path / "out", format=name)
        return tmp_path / "out"

    return write


def ours(path, name, **options):
    dataset = boxwright.read(path, name, **options)
    boxes = {image: sorted(each) for image, each in boxes_of(dataset).items()}
    assert dataset.problems == []
    return boxes


SUPERVISION_WRITES = """
import json, sys, numpy, supervision
images, target, boxes = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
labels = ["face", "hand"]
annotations = {
    f"{images}/{name}": supervision.Detections(
        xyxy=numpy.array([edges for _, edges in found]),
        class_id=numpy.array([labels.index(label) for label, _ in found]),
    )
    for name, found in boxes.items()
}
data = supervision.DetectionDataset(classes=labels, images=list(annotations), annotations=annotations)
data.as_createml(images_directory_path=target, annotations_path=f"{target}/_annotations.createml.json")
"""

SUPERVISION_READS = """
import json, pathlib, sys, supervision
data = supervision.DetectionDataset.from_createml(sys.argv[1], sys.argv[2])
found = {
    pathlib.Path(path).name: sorted(
        [data.classes[number], edges.tolist()] for number, edges in zip(each.class_id, each.xyxy)
    )
    for path, _, each in data
}
print(json.dumps(found))
"""


def test_supervisions_create_ml_is_read(images, tmp_path):
    run("supervision", SUPERVISION_WRITES, images, tmp_path / "out", json.dumps(BOXES))
    assert ours(tmp_path / "out", "create_ml") == BOXES


def test_supervision_reads_our_create_ml(written):
    folder = written("create_ml") / "images"
    assert found("supervision", SUPERVISION_READS, folder, folder / "_annotations.createml.json") == BOXES


GLOBOX_WRITES = """
import json, sys, globox
images, target, boxes = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
data = globox.AnnotationSet(
    globox.Annotation(name, (64, 48), [globox.BoundingBox(label=label, xmin=edges[0], ymin=edges[1],
        xmax=edges[2], ymax=edges[3]) for label, edges in found])
    for name, found in boxes.items()
)
data.save_via_json(target, image_folder=images)
"""

GLOBOX_READS = """
import json, sys, globox
data = globox.AnnotationSet.from_via_json(sys.argv[1], label_key="label")
print(json.dumps({each.image_id: sorted(
    [box.label, [box.xmin, box.ymin, box.xmax, box.ymax]] for box in each.boxes) for each in data}))
"""


def test_globoxes_via_json_is_read(images):
    run("globox", GLOBOX_WRITES, images, images / "via.json", json.dumps(BOXES))
    assert ours(images, "via") == BOXES


def test_globox_reads_our_via_json(written):
    assert found("globox", GLOBOX_READS, written("via") / "images/via_region_data.json") == BOXES


PANDAS = "datumaro"  # its environment holds pandas
PANDAS_WRITES = """
import json, sys, pandas
rows = [
    (name, 64, 48, label, *edges) for name, found in json.loads(sys.argv[2]).items() for label, edges in found
]
columns = ["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"]
table = pandas.DataFrame(rows, columns=columns).sample(frac=1, random_state=1)
table.to_csv(sys.argv[1], index=sys.argv[3] == "index", sep=sys.argv[4])
"""

PANDAS_READS = """
import json, sys, pandas
table = pandas.read_csv(sys.argv[1])
assert list(table.columns[:8]) == ["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"]
print(json.dumps({name: sorted(
    [row["class"], [float(row[key]) for key in ("xmin", "ymin", "xmax", "ymax")]]
    for _, row in rows.iterrows()
) for name, rows in table.groupby("filename")}))
"""


@pytest.mark.parametrize(
    ("index", "delimiter"), [("none", ","), ("index", ","), ("index", ";"), ("none", "\t")]
)
def test_the_tables_that_pandas_writes_are_read(images, index, delimiter):
    boxes = json.dumps(BOXES)
    run(PANDAS, PANDAS_WRITES, images / "train_labels.csv", boxes, index, delimiter)
    assert ours(images, "csv") == BOXES


def test_pandas_reads_our_tables_as_the_tutorials_do(written):
    assert found(PANDAS, PANDAS_READS, written("csv") / "labels.csv") == BOXES


# Its generator needs Keras, its parser does not.
RETINANET_READS = """
import csv, json, sys
from unittest.mock import MagicMock
for name in ("keras", "cv2", "six", "keras_retinanet.preprocessing.generator", "keras_retinanet.utils.image"):
    sys.modules[name] = MagicMock()
sys.modules["keras_retinanet.preprocessing.generator"].Generator = object
from keras_retinanet.preprocessing.csv_generator import _read_annotations
with open(sys.argv[1]) as file:
    found = _read_annotations(csv.reader(file), {"hand": 0, "face": 1})
print(json.dumps({name: sorted([box["class"], [float(box[key]) for key in ("x1", "y1", "x2", "y2")]]
    for box in boxes) for name, boxes in found.items()}))
"""


def test_a_table_for_keras_retinanet_is_read_as_it_reads_it(images):
    table = images / "train.csv"
    table.write_text("a.jpg,1,2,30,40,hand\nb.jpg,,,,,\na.jpg,0,0,64,48,face\n")
    assert ours(images, "csv") == found("keras-retinanet", RETINANET_READS, table)
