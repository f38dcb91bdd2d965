"""What a conversion costs at least that keeps our promises: bare loops over the data set of convert.py.

    python benchmarks/convert_floor.py [RUNS]

Each loop does what no conversion of ours may leave out, by the fastest call there is for it and nothing
else: all files are looked at before and after and the annotations hashed, every image's size is read from
its first block, every box and record is validated by pydantic, the text is written. Nothing is checked
against anything, nothing is counted, and no other form of the formats understood. What is written is
compared with the truth once.

Numbers are the least CPU seconds (user and system) of RUNS in one process, behind one that is not counted:
all of it, and what is saved where one part alone is left out. The column `inside` of convert.py is of a
fresh process each, which costs about a tenth more.
"""

import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import convert_truth as data
from convert import CONVERSIONS
from convert import READERS as TRUE_READERS
from convert import WRITERS as TRUE_WRITERS
from pydantic_core import from_json

from boxwright.core.frame import VALIDATED
from boxwright.core.schema import ImageRecord

PARTS = ("looks", "headers", "validation")
BLOCK = 4096  # bytes of an image that tell its size
LONGEST = 1 << 26  # bytes of an annotation file
WIDTH, HEIGHT = slice(16, 20), slice(20, 24)  # of the IHDR of a PNG, big-endian

VOC_BOX = re.compile(
    r"<name>(.*?)</name>.*?<pose>(.*?)</pose>.*?<truncated>(.)</truncated>.*?<difficult>(.)</difficult>"
    r".*?<xmin>(\d+)</xmin>\s*<ymin>(\d+)</ymin>\s*<xmax>(\d+)</xmax>\s*<ymax>(\d+)</ymax>",
    re.DOTALL,
)

Fields = dict[str, Any]  # of Box
Image = tuple[str, list[Fields]]  # file name and boxes


def main(runs: int) -> None:
    """Print a line for each conversion."""
    images = data.truth()
    with TemporaryDirectory() as folder:
        for name, write in TRUE_WRITERS.items():
            write(images, Path(folder) / name)
        print("conversion        all  " + "  ".join(PARTS))
        for source, target in CONVERSIONS:
            _check(images, Path(folder), source, target)
            whole = _least(runs, folder, source, target, "")
            saved = [whole - _least(runs, folder, source, target, part) for part in PARTS]
            columns = "".join(f"{each:{len(part) + 2}.2f}" for each, part in zip(saved, PARTS, strict=True))
            print(f"{source:>5} -> {target:<5} {whole:7.2f}{columns}", flush=True)


def _check(images: list[data.Image], folder: Path, source: str, target: str) -> None:
    """Compare what is written with the truth; the time is that of a first run, and is not used."""
    out = folder / "out"
    _run(folder / source, out, target, "", keep=True)
    counts = data.compared(images, TRUE_READERS[target](out))
    shutil.rmtree(out)
    if counts["exact"] != sum(len(image.boxes) for image in images) or counts["added"]:
        raise SystemExit(f"{source} -> {target}: {dict(counts)}")


def _least(runs: int, folder: str, source: str, target: str, without: str) -> float:
    return min(_run(Path(folder, source), Path(folder, "out"), target, without) for _ in range(runs))


def _run(source: Path, out: Path, target: str, without: str, *, keep: bool = False) -> float:
    for name in ("", "Annotations"):
        (out / name).mkdir(parents=True)
    start = os.times()
    if without != "looks":
        _look(source, hashed=True)
    WRITERS[target](_records(source, without), str(out))
    if without != "looks":
        _look(source, hashed=False)
    end = os.times()
    if not keep:
        shutil.rmtree(out)
    return end.user + end.system - start.user - start.system


def _look(root: Path, *, hashed: bool) -> None:
    digest = hashlib.sha256()
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            path = f"{folder}/{name}"
            digest.update(f"{name}{os.stat(path).st_size}".encode())
            if hashed and not name.endswith(".png"):
                digest.update(_read(path))


def _records(source: Path, without: str) -> Iterator[Any]:
    """Records; tuples of the same values where validation is left out."""
    folder = next(str(path.parent) for path in source.glob("**/*.png"))
    width = height = 1
    for name, boxes in READERS[source.name](source):
        if without != "headers":
            block = _read(f"{folder}/{name}", BLOCK)
            width, height = int.from_bytes(block[WIDTH]), int.from_bytes(block[HEIGHT])
        if without == "validation":
            yield name, width, height, boxes
        else:
            valid = tuple([VALIDATED(fields) for fields in boxes])
            yield ImageRecord(path=name, width=width, height=height, boxes=valid)


def _read(path: str, most: int = LONGEST) -> bytes:
    descriptor = os.open(path, os.O_RDONLY)
    content = os.read(descriptor, most)
    os.close(descriptor)
    return content


def _voc(root: Path) -> Iterator[Image]:
    for name in sorted(os.listdir(root / "Annotations")):
        text = _read(f"{root}/Annotations/{name}").decode()
        yield (
            f"{name[:-4]}.png",
            [
                _fields(label, float(x) - 1, float(y) - 1, float(right), float(bottom))
                | {"pose": pose, "truncated": float(truncated), "difficult": difficult == "1"}
                for label, pose, truncated, difficult, x, y, right, bottom in VOC_BOX.findall(text)
            ],
        )


def _kitti(root: Path) -> Iterator[Image]:
    for name in sorted(os.listdir(root / "training/label_2")):
        rows = [line.split() for line in _read(f"{root}/training/label_2/{name}").decode().splitlines()]
        yield f"{name[:-4]}.png", [_kitti_box(row[0], [*map(float, row[1:])]) for row in rows]


def _kitti_box(label: str, numbers: list[float]) -> Fields:
    truncated, occluded, alpha, x, y, right, bottom, *placed = numbers
    names = ("height", "width", "length", "x", "y", "z", "rotation_y")
    cuboid = dict(zip(names, placed, strict=True), alpha=alpha)
    return _fields(label, x, y, right, bottom) | {
        "truncated": truncated,
        "occluded": int(occluded),
        "cuboid": cuboid,
    }


def _coco(root: Path) -> Iterator[Image]:
    document = from_json(_read(f"{root}/annotations/instances_train.json"))
    labels = {category["id"]: category["name"] for category in document["categories"]}
    boxes: dict[int, list[Fields]] = {image["id"]: [] for image in document["images"]}
    for annotation in document["annotations"]:
        x, y, width, height = annotation["bbox"]
        fields = _fields(labels[annotation["category_id"]], x, y, x + width, y + height)
        boxes[annotation["image_id"]].append(fields)
    for image in document["images"]:
        yield image["file_name"], boxes[image["id"]]


def _fields(label: str, x_min: float, y_min: float, x_max: float, y_max: float) -> Fields:
    return {"label": label, "x_min": x_min, "y_min": y_min, "x_max": x_max, "y_max": y_max}


def _values(record: Any) -> tuple[str, int, int, list[tuple[str, float, float, float, float]]]:
    if isinstance(record, ImageRecord):
        shapes = [(box.label, *box.edges) for box in record.boxes]
        return record.path, record.width or 1, record.height or 1, shapes
    name, width, height, boxes = record
    return name, width, height, [tuple(fields.values())[:5] for fields in boxes]


def _to_coco(records: Iterator[Any], out: str) -> None:
    images, annotations = [], []
    ids: dict[str, int] = {}
    for record in records:
        name, width, height, shapes = _values(record)
        images.append(
            f'{{"id": {len(images) + 1}, "file_name": {json.dumps(name)}, '
            f'"width": {width}, "height": {height}}}'
        )
        for label, x, y, right, bottom in shapes:
            width, height = right - x, bottom - y
            id = ids.setdefault(label, len(ids) + 1)
            annotations.append(
                f'{{"id": {len(annotations) + 1}, "image_id": {len(images)}, "category_id": {id}, '
                f'"bbox": [{x}, {y}, {width}, {height}], "area": {width * height}, "iscrowd": 0}}'
            )
    categories = json.dumps([{"id": id, "name": label} for label, id in ids.items()])
    lists = {"images": ",\n".join(images), "annotations": ",\n".join(annotations)}
    text = ",\n".join(f'"{key}": [{rows}]' for key, rows in lists.items())
    _write(f"{out}/instances.json", f'{{"categories": {categories},\n{text}}}\n')


def _to_voc(records: Iterator[Any], out: str) -> None:
    for record in records:
        name, width, height, shapes = _values(record)
        objects = "".join(
            f"\t<object>\n\t\t<name>{label}</name>\n\t\t<difficult>0</difficult>\n\t\t<bndbox>\n"
            f"\t\t\t<xmin>{x + 1:.0f}</xmin>\n\t\t\t<ymin>{y + 1:.0f}</ymin>\n"
            f"\t\t\t<xmax>{right:.0f}</xmax>\n\t\t\t<ymax>{bottom:.0f}</ymax>\n\t\t</bndbox>\n\t</object>\n"
            for label, x, y, right, bottom in shapes
        )
        size = f"\t<size><width>{width}</width><height>{height}</height></size>\n"
        text = f"<annotation>\n\t<filename>{name}</filename>\n{size}{objects}</annotation>\n"
        _write(f"{out}/Annotations/{name[:-4]}.xml", text)


def _to_kitti(records: Iterator[Any], out: str) -> None:
    for record in records:
        name, _, _, shapes = _values(record)
        rows = [
            f"{label} -1 -1 -10 {x} {y} {right} {bottom} -1 -1 -1 -1000 -1000 -1000 -10\n"
            for label, x, y, right, bottom in shapes
        ]
        _write(f"{out}/Annotations/{name[:-4]}.txt", "".join(rows))


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o666)
    os.write(descriptor, text.encode())
    os.close(descriptor)


READERS = {"voc": _voc, "coco": _coco, "kitti": _kitti}
WRITERS = {"coco": _to_coco, "voc": _to_voc, "kitti": _to_kitti}

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
