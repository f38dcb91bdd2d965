"""Other libraries, each in a virtual environment of its own, and the boxes that tests exchange with them.

BOXWRIGHT_PEERS names the folder of these environments. Their names begin with those of the libraries
(`supervision`, `labelformat-0.1.17`); a test skips where its library is not there.
"""

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from PIL import Image

from boxwright.core.images.image_file import ImageFile
from boxwright.core.schema import Box, ImageRecord

Boxes = dict[str, list[tuple[str, list[float]]]]  # label and edges in pixels, by the image's name
Size = tuple[int, int]  # width and height

# No network, no window.
QUIET = {"YOLO_OFFLINE": "1", "QT_QPA_PLATFORM": "offscreen"}


def run(library: str, program: str, *arguments: object) -> str:
    """What a Python program prints in a library's environment."""
    folder = os.environ.get("BOXWRIGHT_PEERS")
    pythons = sorted(Path(folder).glob(f"{library}*/bin/python")) if folder else []
    if not pythons:
        pytest.skip(f"no {library}*/bin/python in the folder that BOXWRIGHT_PEERS names")
    command = [str(pythons[0]), "-c", program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **QUIET})
    assert done.returncode == 0, done.stderr
    return done.stdout


def found(library: str, program: str, *arguments: object) -> Boxes:
    """The boxes that a program prints as JSON, in its last line."""
    answer = json.loads(run(library, program, *arguments).splitlines()[-1])
    return {
        name: [(label, list(map(float, edges))) for label, edges in boxes] for name, boxes in answer.items()
    }


def boxes_of(records: Iterable[ImageRecord]) -> Boxes:
    """The boxes of our own records, by the last part of the image's path."""
    return {
        Path(record.path).name: [(box.label, list(map(float, box.edges))) for box in record.boxes]
        for record in records
    }


def draw(folder: Path, sizes: Mapping[str, Size]) -> Path:
    """A new folder of images of these sizes."""
    folder.mkdir()
    for name, size in sizes.items():
        Image.new("RGB", size, (90, 120, 60)).save(folder / name)
    return folder


def records(truth: Boxes, images: Path, sizes: Mapping[str, Size]) -> list[ImageRecord]:
    """A record without a split for each image of the truth."""
    return [
        ImageRecord(
            path=name,
            width=sizes[name][0],
            height=sizes[name][1],
            boxes=tuple(
                Box(label=label, x_min=edges[0], y_min=edges[1], x_max=edges[2], y_max=edges[3])
                for label, edges in boxes
            ),
            file=ImageFile(images / name),
        )
        for name, boxes in truth.items()
    ]


# datumaro does the same for every format. Arguments: the truth, the labels, the split of each image, all as
# JSON; the images, the folder to make, datumaro's name of the format, and the format's options as JSON.
DATUMARO_WRITES = """
import json, sys, datumaro
truth, labels, splits, options = (json.loads(sys.argv[number]) for number in (1, 2, 3, 7))
items = [
    datumaro.DatasetItem(
        name.rpartition(".")[0],
        subset=splits[name],
        media=datumaro.components.media.Image.from_file(path=f"{sys.argv[4]}/{name}"),
        annotations=[
            datumaro.Bbox(a, b, c - a, d - b, label=labels.index(label)) for label, (a, b, c, d) in boxes
        ],
    )
    for name, boxes in truth.items()
]
data = datumaro.Dataset.from_iterable(items, categories=labels)
data.export(sys.argv[5], sys.argv[6], save_media=True, **options)
"""
# Arguments: the data set, datumaro's name of the format, the format's options as JSON.
DATUMARO_READS = """
import json, sys, datumaro
data = datumaro.Dataset.import_from(sys.argv[1], sys.argv[2], **json.loads(sys.argv[3]))
names = [label.name for label in data.categories()[datumaro.AnnotationType.label]]
print(json.dumps({
    item.id.rpartition("/")[2] + ".jpg": [
        (names[each.label], each.points) for each in item.annotations if isinstance(each, datumaro.Bbox)
    ]
    for item in data
}))
"""


def datumaro_writes(
    truth: Boxes,
    labels: Iterable[str],
    splits: Mapping[str, str],
    images: Path,
    target: Path,
    name: str,
    **options: object,
) -> None:
    """Let datumaro write the truth in a format of its own naming."""
    texts = [json.dumps(each) for each in (truth, list(labels), splits)]
    run("datumaro", DATUMARO_WRITES, *texts, images, target, name, json.dumps(options))


def datumaro_reads(folder: Path, name: str, **options: object) -> Boxes:
    """What datumaro reads of a format of its own naming."""
    return found("datumaro", DATUMARO_READS, folder, name, json.dumps(options))
