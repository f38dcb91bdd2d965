"""The data set of the conversion benchmark in three formats, and what of it an output still holds.

Written and read here by a few lines of their own, after each format's specification, and by no converter.
"""

import json
import random
import struct
import xml.etree.ElementTree as ElementTree
import zlib
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

IMAGES = 5_000
BOXES = (4, 12)  # of an image, by turns: 40,000 in all
SEED = 0
LABELS = ("bicycle", "bus", "car", "dog", "person")  # of VOC's twenty, as one converter takes no others
SIZES = ((640, 480), (500, 375), (1242, 375), (800, 600))  # COCO's usual one, VOC's, KITTI's, another
LEAST_SIDE = 8  # pixels of a box

SAME = 0.01  # pixels: what a format with two decimals may lose
SHIFTED = 1.01  # pixels at most at any edge

Edges = tuple[float, float, float, float]  # pixels, 0-based, maxima exclusive: x_min, y_min, x_max, y_max
Found = dict[str, list[tuple[str, Edges]]]  # label and edges of each box, by the image's name


class Image(NamedTuple):
    stem: str
    width: int
    height: int
    boxes: list[tuple[str, Edges]]


def truth() -> list[Image]:
    """The same images and boxes each time, in whole pixels, so that no format has to round."""
    numbers = random.Random(SEED)
    images = []
    for index in range(IMAGES):
        width, height = numbers.choice(SIZES)
        boxes = [
            (numbers.choice(LABELS), _edges(numbers, width, height)) for _ in range(BOXES[index % len(BOXES)])
        ]
        images.append(Image(f"{index:06}", width, height, boxes))
    return images


def _edges(numbers: random.Random, width: int, height: int) -> Edges:
    x_min, y_min = numbers.randrange(width - LEAST_SIDE), numbers.randrange(height - LEAST_SIDE)
    return (
        x_min,
        y_min,
        numbers.randint(x_min + LEAST_SIDE, width),
        numbers.randint(y_min + LEAST_SIDE, height),
    )


# Writing


def write_voc(images: list[Image], root: Path) -> None:
    for folder in ("Annotations", "ImageSets/Main"):
        (root / folder).mkdir(parents=True)
    for image in images:
        (root / f"Annotations/{image.stem}.xml").write_text(_xml(image))
    (root / "ImageSets/Main/train.txt").write_text("".join(f"{image.stem}\n" for image in images))
    _write_pictures(images, root / "JPEGImages")


def _xml(image: Image) -> str:
    objects = "".join(
        f"\t<object>\n\t\t<name>{label}</name>\n\t\t<pose>Unspecified</pose>\n\t\t<truncated>0</truncated>\n"
        f"\t\t<difficult>0</difficult>\n\t\t<bndbox>\n\t\t\t<xmin>{x_min + 1}</xmin>\n"
        f"\t\t\t<ymin>{y_min + 1}</ymin>\n\t\t\t<xmax>{x_max}</xmax>\n\t\t\t<ymax>{y_max}</ymax>\n"
        "\t\t</bndbox>\n\t</object>\n"
        for label, (x_min, y_min, x_max, y_max) in image.boxes
    )
    return (
        f"<annotation>\n\t<folder>VOC</folder>\n\t<filename>{image.stem}.png</filename>\n"
        "\t<source>\n\t\t<database>generated</database>\n\t</source>\n"
        f"\t<size>\n\t\t<width>{image.width}</width>\n\t\t<height>{image.height}</height>\n"
        f"\t\t<depth>3</depth>\n\t</size>\n\t<segmented>0</segmented>\n{objects}</annotation>\n"
    )


def write_kitti(images: list[Image], root: Path) -> None:
    labels = root / "training/label_2"
    labels.mkdir(parents=True)
    for image in images:
        rows = (
            f"{label} 0.00 0 -1.58 {x_min:.2f} {y_min:.2f} {x_max:.2f} {y_max:.2f} "
            "1.65 1.67 3.64 -0.65 1.71 46.70 -1.59\n"
            for label, (x_min, y_min, x_max, y_max) in image.boxes
        )
        (labels / f"{image.stem}.txt").write_text("".join(rows))
    _write_pictures(images, root / "training/image_2")


def write_coco(images: list[Image], root: Path) -> None:
    (root / "annotations").mkdir(parents=True)
    boxes = [(image_id, *box) for image_id, image in enumerate(images, start=1) for box in image.boxes]
    document = {
        "info": {"description": "generated"},
        "licenses": [],
        "categories": [
            {"id": id, "name": name, "supercategory": ""} for id, name in enumerate(LABELS, start=1)
        ],
        "images": [
            {"id": id, "file_name": f"{image.stem}.png", "width": image.width, "height": image.height}
            for id, image in enumerate(images, start=1)
        ],
        "annotations": [
            _annotation(id, image_id, label, edges)
            for id, (image_id, label, edges) in enumerate(boxes, start=1)
        ],
    }
    (root / "annotations/instances_train.json").write_text(json.dumps(document))
    _write_pictures(images, root / "images/train")


def _annotation(id: int, image_id: int, label: str, edges: Edges) -> dict[str, object]:
    x_min, y_min, x_max, y_max = edges
    width, height = x_max - x_min, y_max - y_min
    return {
        "id": id,
        "image_id": image_id,
        "category_id": LABELS.index(label) + 1,
        "bbox": [float(x_min), float(y_min), float(width), float(height)],
        "area": float(width * height),
        "iscrowd": 0,
        "segmentation": [],
    }


def _write_pictures(images: list[Image], folder: Path) -> None:
    pictures = {size: _png(*size) for size in SIZES}
    folder.mkdir(parents=True)
    for image in images:
        (folder / f"{image.stem}.png").write_bytes(pictures[image.width, image.height])


def _png(width: int, height: int) -> bytes:
    """A black picture, as small as a PNG can be: converters open images, and none shall pay for pixels."""
    rows = zlib.compress(bytes((1 + (width + 7) // 8) * height))
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)  # one bit a pixel, grey
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


# Reading what a converter wrote


def read_voc(root: Path) -> Found:
    found: Found = defaultdict(list)
    for path in root.rglob("*.xml"):
        for each in ElementTree.parse(path).iter("object"):
            x_min, y_min, x_max, y_max = (
                float(each.findtext(f"bndbox/{name}") or "nan") for name in ("xmin", "ymin", "xmax", "ymax")
            )
            # 1-based pixels, the last one included.
            found[path.stem].append((each.findtext("name") or "", (x_min - 1, y_min - 1, x_max, y_max)))
    return found


def read_kitti(root: Path) -> Found:
    rows = (
        (path.stem, line.split()) for path in root.rglob("*.txt") for line in path.read_text().splitlines()
    )
    found: Found = defaultdict(list)
    for stem, row in rows:
        if len(row) >= 8:
            x_min, y_min, x_max, y_max = map(float, row[4:8])
            found[stem].append((row[0], (x_min, y_min, x_max, y_max)))
    return found


def read_coco(root: Path) -> Found:
    found: Found = defaultdict(list)
    for path in root.rglob("*.json"):
        document = json.loads(path.read_text())
        if "annotations" not in document:
            continue
        names = {each["id"]: Path(each["file_name"]).stem for each in document["images"]}
        labels = {each["id"]: each["name"] for each in document["categories"]}
        for each in document["annotations"]:
            x, y, width, height = each["bbox"]
            box = labels[each["category_id"]], (x, y, x + width, y + height)
            found[names[each["image_id"]]].append(box)
    return found


def compared(images: list[Image], found: Found) -> Counter[str]:
    """How many true boxes are `exact`, `shifted` by a pixel or `lost`; `added` are in the output alone."""
    counts: Counter[str] = Counter()
    for image in images:
        boxes, rest = image.boxes, found.pop(image.stem, [])
        for kind, most in (("exact", SAME), ("shifted", SHIFTED)):
            boxes, rest, matched = _matched(boxes, rest, most)
            counts[kind] += matched
        counts["lost"] += len(boxes)
        counts["added"] += len(rest)
    counts["added"] += sum(map(len, found.values()))
    return counts


def _matched(
    boxes: list[tuple[str, Edges]], found: list[tuple[str, Edges]], most: float
) -> tuple[list[tuple[str, Edges]], list[tuple[str, Edges]], int]:
    """Which of the boxes and of the found ones have no partner within `most` pixels, and how many have."""
    missing, rest = [], list(found)
    for label, edges in boxes:
        near = (
            index
            for index, (name, others) in enumerate(rest)
            if name == label and all(abs(a - b) <= most for a, b in zip(edges, others, strict=True))
        )
        index = next(near, None)
        if index is None:
            missing.append((label, edges))
        else:
            del rest[index]
    return missing, rest, len(boxes) - len(missing)
