"""Every problem code with every action that it offers: what `--on CODE=ACTION` promises is what happens."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing.egohands_hands import HANDS
from boxwright.core.parsing.mat_file import struct_array
from boxwright.core.problems import RULES, Action
from boxwright.core.read import read
from boxwright.core.schema import Box, ImageRecord
from boxwright.core.tfrecord.example import encode
from boxwright.core.tfrecord.framing import framed
from boxwright.core.tfrecord.proto import message

Outcome = tuple[Action, int, int]  # the action that is told, images, boxes
Make = Callable[[Path], None]
Outcomes = dict[Action, Outcome]
Files = Mapping[str, bytes | str]


@dataclass(frozen=True)
class Case:
    """A data set with one kind of problem, and what comes of each action.

    default   the action without `--on`; None: the code's own
    """

    code: str
    format: str
    make: Make
    outcomes: Outcomes
    default: Action | None = None


def picture(size: tuple[int, int] = (100, 80), kind: str = "PNG", orientation: int = 1) -> bytes:
    file, exif = BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", size).save(file, kind, exif=exif)
    return file.getvalue()


PNG = picture()


def stored(root: Path, files: Files) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def kitti(
    *boxes: str, occluded: int = 0, name: str = "a", image: bytes = PNG, more: Files | None = None
) -> Make:
    """A label file and a.png."""
    rows = "".join(f"car 0 {occluded} 0 {box} -1 -1 -1 -1000 -1000 -1000 -10\n" for box in boxes)
    files = {f"labels/{name}.txt": rows, "images/a.png": image}
    return lambda root: stored(root, files | dict(more or {}))


def voc(
    inside: str,
    filename: str = "a.png",
    size: str = "<size><width>100</width><height>80</height></size>",
    image: str = "a.png",
    more: Files | None = None,
) -> Make:
    """An XML file of one object, and an image."""
    named = f"<filename>{filename}</filename>{size}<object><name>car</name>{inside}</object>"
    files = {"Annotations/a.xml": f"<annotation>{named}</annotation>", f"JPEGImages/{image}": PNG}
    return lambda root: stored(root, files | dict(more or {}))


BOX = "<bndbox><xmin>2</xmin><ymin>3</ymin><xmax>20</xmax><ymax>30</ymax></bndbox>"


def outline(*vertices: tuple[object, object]) -> str:
    points = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in vertices)
    return f"<polygon>{points}</polygon>"


OUTLINE = outline((2, 3), (9, 3), (9, 8))
IMAGE = {"id": 1, "file_name": "a.png", "width": 100, "height": 80}
OBJECT = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 10, 10]}
CATEGORY = {"id": 1, "name": "car"}
TRIANGLE = [1.0, 2.0, 9.0, 2.0, 9.0, 9.0]
NAN = float("nan")


def coco(
    *annotations: Mapping[str, Any],
    image: Mapping[str, Any] | None = None,
    images: Sequence[Mapping[str, Any]] = (IMAGE,),
    categories: Sequence[Mapping[str, Any]] = (CATEGORY,),
    bytes_: bytes = PNG,
    files: tuple[str, ...] = ("train.json",),
) -> Make:
    """JSON files of the same content, and a.png; each annotation states what differs from OBJECT."""
    document = {
        "images": [images[0] | dict(image or {}), *images[1:]],
        "categories": categories,
        "annotations": [{**OBJECT, "id": id, **each} for id, each in enumerate(annotations, start=1)],
    }
    text = json.dumps(document)
    return lambda root: stored(root, {**dict.fromkeys(files, text), "a.png": bytes_})


def jsonl(*records: Mapping[str, Any]) -> Make:
    """A line for each record, of one box, which states what differs from the usual; and a.png."""
    box = {"label": "car", "x_min": 1, "y_min": 2, "x_max": 11, "y_max": 12}
    usual = {"path": "a.png", "width": 100, "height": 80, "boxes": [box]}
    lines = "\n".join(json.dumps(usual | dict(each)) for each in records)
    return lambda root: stored(root, {"annotations.jsonl": lines, "images/a.png": PNG})


def tfrecord(
    data: bytes = PNG, name: bytes = b"a.png", files: tuple[str, ...] = ("x.tfrecord",), **fields: Any
) -> Make:
    """Record files with the same Example of one box."""
    usual = {"path": "a.png", "width": 100, "height": 80, "boxes": (CAR,)}
    example = message("tensorflow.Example").FromString(
        encode(ImageRecord(**usual | fields), data, "png", {"car": 1})
    )
    example.features.feature["image/filename"].bytes_list.value[:] = [name]
    framed_example = b"".join(framed(example.SerializeToString()))
    return lambda root: stored(root, dict.fromkeys(files, framed_example))


CAR = Box(label="car", x_min=1, y_min=2, x_max=11, y_max=12)
VIDEO = "CARDS_COURTYARD_B_T"
FRAME = picture((1280, 720), "JPEG")
HAND = np.array([[10.0, 20.0], [30.0, 20.0], [12.0, 50.0]])
ABSENT = np.zeros((0, 0))


def egohands(
    hand: Any = HAND,
    video: str = VIDEO,
    frames: Mapping[int, bytes] | None = None,
    known: Any = None,
    polygons: bool = True,
    fields: tuple[str, ...] = HANDS,
) -> Make:
    """A video with one labelled frame, number 1.

    frames    the images by number; None: that of frame 1
    known     the outline that metadata.mat has of it; None: there is no such file
    polygons  whether there is a polygons.mat
    """

    def make(root: Path) -> None:
        folder = root / "_LABELLED_SAMPLES" / video
        folder.mkdir(parents=True)
        for number, data in ({1: FRAME} if frames is None else frames).items():
            (folder / f"frame_{number:04d}.jpg").write_bytes(data)
        if polygons:
            row = hand, *[ABSENT] * (len(fields) - 1)
            savemat(folder / "polygons.mat", {"polygons": struct_array(fields, [row])})
        if known is not None:
            labelled = struct_array(("frame_num", *HANDS), [(1, known, *[ABSENT] * 3)])
            table = struct_array(("video_id", "labelled_frames"), [(video, labelled)])
            savemat(root / "metadata.mat", {"video": table})

    return make


KEEP: Outcomes = {"keep": ("keep", 1, 1)}
REPAIR: Outcomes = {"repair": ("repair", 1, 1)}
SKIP_BOX: Outcomes = {"skip": ("skip", 1, 0)}
SKIP_IMAGE: Outcomes = {"skip": ("skip", 0, 0)}
FIRST: Outcomes = {"skip": ("skip", 1, 1)}
BOTH: Outcomes = {"keep": ("keep", 2, 2)}
NO_BOX = {"bbox": None}
UNSOUND = outline((2, 3), ("nan", 3), (9, 3), (9, 8))
SWAPPED = "<size><width>80</width><height>100</height></size>"
A_AGAIN = f"<annotation><filename>a.png</filename><object><name>car</name>{BOX}</object></annotation>"
OTHER_CASE = {"labels/A.txt": "car 0 0 0 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10"}
UPSIDE_DOWN = picture(kind="JPEG", orientation=3)
ON_ITS_SIDE = picture(kind="JPEG", orientation=6)

CASES = (
    Case("box_outside_image", "kitti", kitti("90 2 110 20"), REPAIR | SKIP_BOX | KEEP),
    # Without a pixel inside there is nothing to clip to.
    Case("box_outside_image", "kitti", kitti("190 2 210 20"), {"repair": ("skip", 1, 0)} | SKIP_BOX | KEEP),
    Case("box_empty", "kitti", kitti("5 5 5 9"), KEEP | SKIP_BOX),
    Case("box_inverted", "kitti", kitti("9 5 5 9"), REPAIR | SKIP_BOX),
    Case("duplicate_box", "kitti", kitti("1 2 3 4", "1 2 3 4"), {"keep": ("keep", 1, 2)} | FIRST),
    Case("derived_box", "coco", coco(NO_BOX | {"segmentation": [TRIANGLE]}), REPAIR | SKIP_BOX),
    Case("derived_box", "pascal_voc", voc(OUTLINE), REPAIR | SKIP_BOX),
    Case("degenerate_polygon", "coco", coco({"segmentation": [[1.0, 2.0]]}), REPAIR | SKIP_BOX, "repair"),
    Case(
        "degenerate_polygon", "coco", coco(NO_BOX | {"segmentation": [TRIANGLE, [1, 2]]}), REPAIR | SKIP_BOX
    ),
    Case("degenerate_polygon", "pascal_voc", voc(BOX + outline((2, 3))), REPAIR | SKIP_BOX, "repair"),
    Case("degenerate_polygon", "pascal_voc", voc(OUTLINE + outline((2, 3))), REPAIR | SKIP_BOX),
    # A hand is nothing but its outline.
    Case("degenerate_polygon", "egohands", egohands(HAND[:2]), {"repair": ("skip", 1, 0)} | SKIP_BOX),
    Case("invalid_vertex", "coco", coco({"segmentation": [[*TRIANGLE, NAN, 5.0]]}), REPAIR | SKIP_BOX),
    Case("invalid_vertex", "pascal_voc", voc(BOX + UNSOUND), REPAIR | SKIP_BOX),
    Case("invalid_vertex", "egohands", egohands(np.vstack([HAND, [[NAN, 1]]])), REPAIR | SKIP_BOX),
    Case("invalid_attribute", "kitti", kitti("1 2 3 4", occluded=7), REPAIR),
    Case("invalid_attribute", "pascal_voc", voc(BOX + "<difficult>no</difficult>"), REPAIR),
    Case("invalid_attribute", "coco", coco({"iscrowd": 7}), REPAIR),
    Case("invalid_attribute", "egohands", egohands(fields=(*HANDS, "foot")), REPAIR),
    Case("size_mismatch", "coco", coco({}, image={"width": 99}), REPAIR | SKIP_IMAGE),
    Case("size_mismatch", "pascal_voc", voc(BOX, size=SWAPPED), REPAIR | SKIP_IMAGE),
    Case("size_mismatch", "jsonl", jsonl({"width": 99}), REPAIR | SKIP_IMAGE),
    Case("size_mismatch", "tfrecord", tfrecord(width=99), REPAIR | SKIP_IMAGE),
    Case("exif_orientation", "coco", coco({}, bytes_=UPSIDE_DOWN), KEEP | REPAIR | SKIP_IMAGE),
    # Drawn on the displayed grid, as the declared size shows.
    Case(
        "exif_orientation",
        "tfrecord",
        tfrecord(ON_ITS_SIDE, width=80, height=100),
        KEEP | REPAIR | SKIP_IMAGE,
        "repair",
    ),
    Case("image_format_mismatch", "kitti", kitti("1 2 3 4", image=picture(kind="JPEG")), REPAIR),
    Case("image_renamed", "coco", coco({}, image={"file_name": "A.png"}), REPAIR),
    Case("image_renamed", "pascal_voc", voc(BOX, filename="a.jpg"), REPAIR),
    Case("image_renamed", "kitti", kitti("1 2 3 4", name="A"), REPAIR),
    Case("missing_image", "coco", coco({}, image={"file_name": "b.png"}), KEEP | SKIP_IMAGE),
    Case("missing_image", "pascal_voc", voc(BOX, image="c.png"), KEEP | SKIP_IMAGE),
    Case("missing_image", "jsonl", jsonl({"path": "b.png"}), KEEP | SKIP_IMAGE),
    Case("missing_image", "tfrecord", tfrecord(b""), KEEP | SKIP_IMAGE),
    Case("missing_image", "egohands", egohands(frames={}, known=HAND), KEEP | SKIP_IMAGE, "skip"),
    Case("corrupt_image", "kitti", kitti("1 2 3 4", image=b""), KEEP | SKIP_IMAGE),
    Case("corrupt_image", "tfrecord", tfrecord(PNG[:-9]), KEEP | SKIP_IMAGE),
    Case("corrupt_image", "egohands", egohands(frames={1: FRAME[:-2]}), KEEP | SKIP_IMAGE),
    Case(
        "missing_annotation",
        "kitti",
        kitti("1 2 3 4", more={"images/b.png": PNG}),
        FIRST | {"keep": ("keep", 2, 1)},
    ),
    Case(
        "missing_annotation",
        "pascal_voc",
        voc(BOX, more={"JPEGImages/b.png": PNG}),
        FIRST | {"keep": ("keep", 2, 1)},
    ),
    # Of an id in a list there is no image either.
    Case(
        "missing_annotation",
        "pascal_voc",
        voc(BOX, more={"ImageSets/Main/train.txt": "a\nb\n"}),
        FIRST | {"keep": ("skip", 1, 1)},
    ),
    Case(
        "missing_annotation",
        "egohands",
        egohands(frames={1: FRAME, 2: FRAME}, known=HAND),
        FIRST | {"keep": ("keep", 2, 1)},
    ),
    Case("missing_field", "coco", coco({}, image={"width": None}), REPAIR | SKIP_IMAGE),
    Case("missing_field", "pascal_voc", voc(BOX, filename=""), REPAIR | SKIP_IMAGE),
    Case("missing_field", "pascal_voc", voc(BOX, size=""), REPAIR | SKIP_IMAGE),
    Case("missing_field", "egohands", egohands(known=HAND, polygons=False), REPAIR | SKIP_IMAGE),
    Case("missing_field", "tfrecord", tfrecord(name=b""), REPAIR | SKIP_IMAGE),
    Case("unsafe_path", "pascal_voc", voc(BOX, filename="../a.png"), REPAIR),
    Case("unsafe_path", "tfrecord", tfrecord(name=b"/.png"), REPAIR),
    Case("duplicate_image", "pascal_voc", voc(BOX, more={"Annotations/b.xml": A_AGAIN}), FIRST | BOTH),
    Case("duplicate_image", "kitti", kitti("1 2 3 4", more=OTHER_CASE), FIRST | BOTH),
    Case(
        "duplicate_image",
        "coco",
        coco({}, {"image_id": 2}, images=(IMAGE, IMAGE | {"id": 2})),
        FIRST | BOTH,
        "keep",
    ),
    Case("duplicate_image", "jsonl", jsonl({}, {}), FIRST | BOTH, "keep"),
    Case("duplicate_image", "tfrecord", tfrecord(files=("x.tfrecord", "y.tfrecord")), FIRST | BOTH, "keep"),
    Case("duplicate_id", "coco", coco({}, {"id": 1, "bbox": [1, 2, 3, 4]}), {"keep": ("keep", 1, 2)} | FIRST),
    Case("duplicate_category", "coco", coco({}, categories=(CATEGORY, CATEGORY | {"id": 2})), REPAIR),
    Case("unknown_image_id", "coco", coco({}, {"image_id": 9}), FIRST),
    Case("conflicting_sources", "egohands", egohands(known=HAND + 9), REPAIR),
    Case("unknown_group", "egohands", egohands(video="kitchen"), KEEP),
    Case("split_overlap", "coco", coco({}, files=("train.json", "val.json")), BOTH),
    Case("split_overlap", "jsonl", jsonl({"split": "train"}, {"split": "val"}), BOTH),
    Case("split_overlap", "tfrecord", tfrecord(files=("x_train.tfrecord", "x_val.tfrecord")), BOTH),
    Case(
        "split_overlap",
        "pascal_voc",
        voc(BOX, more={"ImageSets/Main/train.txt": "a", "ImageSets/Main/val.txt": "a"}),
        KEEP,
    ),
)


def passed(case: Case, root: Path, **how: Any) -> Outcome:
    """What a pass tells and gives: the one action of the case's problems, and numbers of images and boxes."""
    case.make(root)
    dataset = read(root, case.format, **how)
    records = list(dataset)
    [action] = {problem.action for problem in dataset.problems if problem.code == case.code}
    return action, len(records), sum(len(record.boxes) for record in records)


@pytest.mark.parametrize(
    "case, action",
    [
        pytest.param(case, action, id=f"{case.code}-{case.format}-{number}-{action}")
        for number, case in enumerate(CASES)
        for action in case.outcomes
    ],
)
def test_each_action_does_what_it_says(tmp_path: Path, case: Case, action: Action):
    assert passed(case, tmp_path, on={case.code: action}) == case.outcomes[action]


EACH = pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case.code}-{case.format}-{n}") for n, case in enumerate(CASES)]
)


@EACH
def test_without_a_word_the_default_counts(tmp_path: Path, case: Case):
    assert passed(case, tmp_path) == case.outcomes[case.default or RULES[case.code].default]


@EACH
def test_any_problem_can_be_an_error(tmp_path: Path, case: Case):
    case.make(tmp_path)
    with pytest.raises(AnnotationError) as caught:
        list(read(tmp_path, case.format, on={case.code: "fail"}))
    assert caught.value.fact.startswith(f"{case.code}: ")
    assert not Path(caught.value.path).is_absolute()


@EACH
def test_every_action_of_a_code_is_tried(case: Case):
    assert set(case.outcomes) == set(RULES[case.code].effects)


def test_every_code_comes_from_some_adapter():
    # Labels are compared where they are counted: tests/core/test_tally.py.
    assert {case.code for case in CASES} | {"similar_labels"} == set(RULES)
