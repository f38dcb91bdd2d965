"""WIDER FACE: lists, flags, layouts, what is refused, and writing it back."""

from pathlib import Path

import pytest
from PIL import Image

import boxwright
from boxwright.core.errors import AnnotationError, WriteError
from boxwright.core.schema import Box, Dataset, ImageRecord

NAME = "0--Parade/a.jpg"


class Wider:
    """A root with lists and images."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[str] = []

    def write(self, *lines: str, split: str = "train", images: tuple[str, ...] = (NAME,)) -> Path:
        path = self.root / f"wider_face_split/wider_face_{split}_bbx_gt.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines))
        for name in images:
            image = self.root / f"WIDER_{split}/images" / name
            image.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (64, 48)).save(image)
        return path

    def read(self, path: Path | None = None, **options) -> list[ImageRecord]:
        dataset = boxwright.read(path or self.root, "wider_face", **options)
        found = list(dataset)
        self.problems = [str(problem) for problem in dataset.problems]
        return found


@pytest.fixture
def wider(tmp_path: Path) -> Wider:
    return Wider(tmp_path / "set")


def test_a_face_has_a_box_an_occlusion_and_attributes(wider: Wider):
    wider.write(NAME, "2", "1 2 30 40 2 0 1 1 2 0 ", "5 6 7.5 8 0 0 0 0 0 0")
    [record] = wider.read()
    stated = {"blur": 2, "expression": 0, "illumination": 1, "invalid": 1, "pose": 0}
    assert record.boxes[0] == Box(
        label="face", x_min=1, y_min=2, x_max=31, y_max=42, occluded=2, attributes=stated
    )
    assert (record.boxes[1].edges, record.boxes[1].occluded) == ((5, 6, 12.5, 14), 0)
    assert (record.path, record.split, wider.problems) == (NAME, "train", [])


def test_a_count_of_zero_is_followed_by_zeros_or_by_the_next_image(wider: Wider):
    second, third = "1--x/b c.jpg", "1--x/d.jpg"
    wider.write(
        NAME, "0", "0 0 0 0 0 0 0 0 0 0 ", second, "0", third, "1", "1 2 3 4", images=(NAME, second, third)
    )
    assert [(record.path, len(record.boxes)) for record in wider.read()] == [
        (NAME, 0),
        (second, 0),
        (third, 1),
    ]
    assert wider.problems == []


def test_datumaros_rows_name_a_label_and_leave_the_number_out(wider: Wider):
    second = "no_label/b.jpg"
    wider.write(NAME, second, "2", "1 2 3 4 cat", "1 2 3 4 1 - - True - - dog", images=(NAME, second))
    empty, full = wider.read()
    assert empty.boxes == ()
    assert [(box.label, dict(box.attributes)) for box in full.boxes] == [
        ("cat", {}),
        ("dog", {"blur": 1, "invalid": 1}),
    ]
    assert wider.problems == [
        "wider_face_split/wider_face_train_bbx_gt.txt:1: missing_field: no number of faces behind "
        "'0--Parade/a.jpg'; it has none (derived)"
    ]


def test_the_root_may_be_given_by_its_folders_and_lists_are_splits(wider: Wider):
    path = wider.write(NAME, "1", "1 2 3 4 0 0 0 0 0 0")
    wider.write("b.jpg", "0", split="val", images=("b.jpg",))
    for place in (wider.root, path.parent, wider.root / "WIDER_train", wider.root / "WIDER_train/images"):
        assert [record.split for record in wider.read(place)] == ["train", "val"]
        assert wider.problems == []
    assert [record.split for record in wider.read(path)] == ["train"]


def test_one_name_in_two_splits_is_two_images(wider: Wider):
    wider.write(NAME, "0", "b.jpg", "0", images=(NAME, "b.jpg"))
    wider.write(NAME, "0", split="val")
    assert [record.path for record in wider.read()] == [f"train/{NAME}", "b.jpg", f"val/{NAME}"]
    assert wider.problems == []


def test_a_backslash_is_part_of_a_name_where_an_image_has_it_and_else_one_of_windows(wider: Wider):
    wider.write(r"a\b.jpg", "0", NAME.replace("/", "\\"), "0", images=(r"a\b.jpg", NAME))
    assert [(record.path, record.file is not None) for record in wider.read()] == [
        (r"a\b.jpg", True),
        (NAME, True),
    ]
    assert wider.problems == []


@pytest.mark.parametrize(
    "lines, message",
    [
        (["x"], "1: expected the number of faces; found 'x'"),
        ([NAME, "1 2 3 4"], "2: expected the number of faces; found '1 2 3 4'"),
        ([NAME, "2", "1 2 3 4"], "1: 2 faces announced, the file ends after 1\n  hint: was it copied whole?"),
        ([NAME, "1", "1 2 3"], "3: expected 10 columns: x y width height and six flags; found 3"),
        ([NAME, "1", "1 2 x 4"], "3: width: 'x' is not a finite number"),
    ],
)
def test_what_cannot_be_understood_is_an_error_that_names_its_line(wider: Wider, lines, message):
    wider.write(*lines)
    with pytest.raises(AnnotationError) as caught:
        wider.read()
    assert str(caught.value) == f"wider_face_split/wider_face_train_bbx_gt.txt:{message}"


def test_an_unsafe_path_is_never_opened(wider: Wider):
    (wider.root.parent / "a.jpg").write_bytes(b"secret")
    wider.write("../../../a.jpg", "0")
    [record] = wider.read()
    assert (record.path, record.file) == ("a.jpg", None)
    assert [problem.split(": ")[1] for problem in wider.problems] == ["unsafe_path", "missing_image"]


def test_an_impossible_flag_is_reported_and_unknown_and_an_empty_box_is_dropped(wider: Wider):
    wider.write(NAME, "2", "1 2 3 4 7 0 0 0 9 0", "1 2 0 4 0 0 0 0 0 0")
    [record] = wider.read()
    assert [(box.occluded, "blur" in box.attributes) for box in record.boxes] == [(None, False)]
    assert [problem.split(": ", 1)[1].partition(" (")[0] for problem in wider.problems] == [
        "invalid_attribute: blur: '7' is no whole number from 0 to 2",
        "invalid_attribute: occlusion: '9' is no whole number from 0 to 2",
        "box_empty: [1, 2, 1, 6] has no area",
    ]


def write(root: Path, *records: ImageRecord, **options):
    return boxwright.write(Dataset(None, lambda: iter(records)), root, format="wider_face", **options)


def test_unknown_flags_are_zeros_to_every_tool_and_unknown_to_us(wider: Wider, tmp_path: Path):
    boxes = (
        Box(
            label="face",
            x_min=1,
            y_min=2,
            x_max=31.5,
            y_max=42,
            occluded=0,
            attributes={"blur": 0, "pose": 1},
        ),
        Box(label="face", x_min=0, y_min=0, x_max=1, y_max=1),
    )
    record = ImageRecord(path=NAME, width=None, height=None, boxes=boxes, split="val")
    assert write(tmp_path / "out", record).losses == ()
    text = (tmp_path / "out/wider_face_split/wider_face_val_bbx_gt.txt").read_text()
    assert text == f"{NAME}\n2\n1 2 30.5 40 0 -0 -0 -0 0 1\n0 0 1 1 -0 -0 -0 -0 -0 -0\n"
    [back] = boxwright.read(tmp_path / "out", on={"missing_image": "keep"})
    assert back == record


def test_what_it_has_no_place_for_is_told_and_another_label_is_refused(tmp_path: Path):
    box = Box(label="face", x_min=1.5, y_min=2, x_max=3, y_max=4, occluded=3, attributes={"blur": 7})
    record = ImageRecord(path=NAME, width=64, height=48, boxes=(box,), attributes={"n": 1})
    report = write(tmp_path / "out", record, round="outward")
    assert [str(loss) for loss in report.losses] == [
        "1 attributes: WIDER FACE has only blur, expression, illumination, invalid, occlusion, pose",
        "1 attributes: an image has none in WIDER FACE",
        "1 edges: rounded outward",
        "1 occluded: hidden to an unknown degree becomes heavily occluded",
        "1 width: WIDER FACE states no size: without its image it is unknown",
    ]
    dog = ImageRecord(
        path=NAME, width=64, height=48, boxes=(Box(label="dog", x_min=0, y_min=0, x_max=1, y_max=1),)
    )
    with pytest.raises(WriteError) as caught:
        write(tmp_path / "dog", dog)
    assert str(caught.value) == (
        f"{NAME}: wider_face cannot hold it: label 'dog': WIDER FACE has faces only\n"
        '  hint: --map "dog=face" renames it'
    )


def test_an_empty_data_set_comes_back(tmp_path: Path):
    write(tmp_path / "out")
    assert list(boxwright.read(tmp_path / "out")) == []
