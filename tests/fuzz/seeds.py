"""Small valid files that mutations start from: data sets as boxwright writes them, images, configs."""

from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

import boxwright
from boxwright.core.images.image_file import ImageFile
from boxwright.core.pipeline.shipped_configs import shipped_configs
from boxwright.core.schema import Box, Cuboid, Dataset, ImageRecord, Info

Files = dict[str, bytes]

WIDTH, HEIGHT = 8, 6
EGOHANDS_SIZE = (1280, 720)
KINDS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "JPEG2000", "AVIF")
OUTLINE = ((1.0, 1.0), (5.5, 1.25), (5.0, 4.0))

ONLY_LABEL = {"wider_face": "face"}  # formats with one class

BOXES = (
    Box(label="cat", x_min=1, y_min=1, x_max=5.5, y_max=4, polygons=(OUTLINE,), area=6.5, pose="Left"),
    Box(label="cat", x_min=0, y_min=0, x_max=8, y_max=6, difficult=True, truncated=0.25, occluded=2),
    Box(label="é-ü", x_min=2, y_min=2, x_max=3, y_max=5, crowd=True, attributes={"age": 3, "hat": "red"}),
    Box(label="dog", x_min=1, y_min=2, x_max=3, y_max=4, group_of=True, score=0.5, cuboid=Cuboid(x=1, z=9)),
)

FASTER_RCNN = """# A comment.
model {
  faster_rcnn {
    num_classes: 37
    image_resizer { keep_aspect_ratio_resizer { min_dimension: 600 max_dimension: 1024 } }
    feature_extractor: < type: 'faster_rcnn_inception_v2', first_stage_features_stride: 16 >
    first_stage_anchor_generator { grid_anchor_generator { scales: [0.25, 0.5, 1.0] aspect_ratios: 2.0 } }
  }
}
train_config: {
  batch_size: 1
  optimizer { momentum_optimizer: { momentum_optimizer_value: 0.9 } }
  data_augmentation_options { random_horizontal_flip { } }
}
train_input_reader { label_map_path: "a" 'b' tf_record_input_reader { input_path: "x\\ty" } }
"""


@cache
def image(kind: str = "JPEG", size: tuple[int, int] = (WIDTH, HEIGHT), orientation: int = 1) -> bytes:
    """An image with an EXIF orientation where its format can have one."""
    file, exif = BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    stated = {"exif": exif} if kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF") else {}
    Image.new("RGB", size, (90, 120, 60)).save(file, kind, **stated)
    return file.getvalue()


@cache
def data_set(format: str) -> Files:
    """A data set of a few records as a format holds them, by the names of its files."""
    with TemporaryDirectory() as folder:
        target = Path(folder, "data")
        boxwright.write(_records(Path(folder), format), target, format=format)
        found = sorted(path for path in target.rglob("*") if path.is_file())
        return {path.relative_to(target).as_posix(): path.read_bytes() for path in found}


def _records(folder: Path, format: str) -> Dataset:
    (folder / "a.jpg").write_bytes(image(size=EGOHANDS_SIZE) if format == "egohands" else image())
    (folder / "b.png").write_bytes(image("PNG", orientation=6))
    records = _videos(folder) if format == "egohands" else _pictures(folder)
    if label := ONLY_LABEL.get(format):
        records = [replace(each, boxes=[replace(box, label=label) for box in each.boxes]) for each in records]
    return Dataset(None, lambda: iter(records), Info(name="seed", licence="none"))


def _pictures(folder: Path) -> list[ImageRecord]:
    size, split = {"width": WIDTH, "height": HEIGHT}, {"split": "train"}
    return [
        ImageRecord(path="a.jpg", boxes=BOXES[:3], file=ImageFile(folder / "a.jpg"), **size, **split),
        ImageRecord(path="b.png", boxes=BOXES[3:], file=ImageFile(folder / "b.png"), **size, split="val"),
        ImageRecord(path="c.jpg", file=ImageFile(folder / "a.jpg"), **size, **split),
    ]


def _videos(folder: Path) -> list[ImageRecord]:
    hand = Box(label="myleft", x_min=1, y_min=1, x_max=5.5, y_max=4, polygons=(OUTLINE,))
    other = Box(label="yourright", x_min=700, y_min=20, x_max=900, y_max=300)
    width, height = EGOHANDS_SIZE
    return [
        ImageRecord(path=path, width=width, height=height, boxes=boxes, file=ImageFile(folder / "a.jpg"))
        for path, boxes in (
            ("CARDS_OFFICE_B_S/frame_0001.jpg", (hand, other)),
            ("CARDS_OFFICE_B_S/frame_0007.jpg", ()),
            ("CHESS_OFFICE_B_S/frame_0002.jpg", (hand,)),
        )
    ]


def images() -> Files:
    """One image of each format, and each of two with a rotation."""
    plain = {f"a.{kind.lower()}": image(kind) for kind in KINDS}
    return plain | {"r.jpeg": image("JPEG", orientation=6), "r.png": image("PNG", orientation=8)}


def label_map() -> Files:
    """A label map of the kind that other tools write."""
    items = (
        "item {\n  id: 1\n  name: 'cat'\n  display_name: \"a cat\"\n}\n# more\nitem: < id: 2, name: 'é' >\n"
    )
    return {"label_map.pbtxt": items.encode()}


def configs() -> Files:
    """The shortest of the configs that come along, and one of the other kind of detector."""
    texts = [path.read_bytes() for path in shipped_configs().values()]
    return {"ssd.config": min(texts, key=len), "faster_rcnn.config": FASTER_RCNN.encode()}
