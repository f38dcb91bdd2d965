"""CrowdHuman: which box, what is ignored, layouts, what is refused, and writing it back."""

import json
from pathlib import Path

import pytest
from PIL import Image

import boxwright
from boxwright.core.errors import AnnotationError, WriteError
from boxwright.core.schema import Box, Dataset, ImageRecord

ID = "273271,c9db000d5146c15"
PERSON = {
    "tag": "person",
    "fbox": [10, 5, 20, 40],
    "vbox": [10, 5, 20, 30],
    "hbox": [15, 6, 8, 9],
    "extra": {"box_id": 4, "occ": 1},
    "head_attr": {"ignore": 0, "occ": 0, "unsure": 1},
}
MASK = {**PERSON, "tag": "mask", "extra": {"ignore": 1}}


class Crowd:
    """annotation_train.odgt, with images in `Images`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[str] = []

    def lines(self, *values, name: str = "annotation_train.odgt", images: str = "Images") -> None:
        self.root.mkdir(exist_ok=True)
        text = (value if isinstance(value, str) else json.dumps(value) for value in values)
        (self.root / name).write_text("".join(f"{line}\n" for line in text))
        (self.root / images).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 48)).save(self.root / images / f"{ID}.jpg")

    def read(self, path: Path | None = None, **options) -> list[ImageRecord]:
        dataset = boxwright.read(path or self.root, "crowd_human", **options)
        found = list(dataset)
        self.problems = [str(problem) for problem in dataset.problems]
        return found

    def record(self, *gtboxes, **options) -> ImageRecord:
        self.lines({"ID": ID, "gtboxes": gtboxes})
        [record] = self.read(**options)
        return record


@pytest.fixture
def crowd(tmp_path: Path) -> Crowd:
    return Crowd(tmp_path / "set")


@pytest.mark.parametrize(
    "which, label, edges, occluded, attributes",
    [
        ("full", "person", (10, 5, 30, 45), 1, {"box_id": 4}),
        ("visible", "person", (10, 5, 30, 35), 1, {"box_id": 4}),
        ("head", "head", (15, 6, 23, 15), 0, {"unsure": 1}),
    ],
)
def test_the_option_chooses_one_of_the_three_boxes(crowd: Crowd, which, label, edges, occluded, attributes):
    [box] = crowd.record(PERSON, box=which).boxes
    assert (box.label, box.edges, box.occluded, box.attributes) == (label, edges, occluded, attributes)
    assert crowd.problems == []


def test_a_mask_and_what_is_to_be_ignored_are_ignored_regions(crowd: Crowd):
    record = crowd.record(MASK, {**PERSON, "extra": {"ignore": 1}})
    assert record.boxes == ()
    assert [region.label for region in record.ignored] == ["mask", "person"]


def test_a_full_box_that_leaves_its_image_is_clipped_or_kept(crowd: Crowd):
    wide = {**PERSON, "fbox": [-10, 5, 40, 60]}
    assert crowd.record(wide).boxes[0].edges == (0, 5, 30, 48)
    assert crowd.problems == [
        "annotation_train.odgt:1 gtboxes[0].fbox: box_outside_image: "
        "[-10, 5, 30, 65] in an image of 64 x 48 (clipped)"
    ]
    assert crowd.record(wide, on={"box_outside_image": "keep"}).boxes[0].edges == (-10, 5, 30, 65)


@pytest.mark.parametrize("images", ["Images", "CrowdHuman_train01/Images", "train", "images"])
def test_images_are_found_as_the_archives_unpack_and_lists_are_splits(crowd: Crowd, images: str):
    crowd.lines({"ID": ID, "gtboxes": []}, images=images)
    [record] = crowd.read()
    assert (record.path, record.split, record.width, crowd.problems) == (f"{ID}.jpg", "train", 64, [])


def test_the_folder_of_images_stands_for_the_root_and_a_file_for_itself(crowd: Crowd):
    crowd.lines({"ID": ID, "gtboxes": []})
    crowd.lines({"ID": ID, "gtboxes": []}, name="annotation_val.odgt")
    assert [record.split for record in crowd.read(crowd.root / "Images")] == ["train", "val"]
    assert [record.split for record in crowd.read(crowd.root / "annotation_val.odgt")] == ["val"]


@pytest.mark.parametrize(
    "line, message",
    [
        ("[]", "1: expected an object; found []"),
        ('{"ID": 5, "gtboxes": []}', "1 ID: expected text; found 5"),
        ('{"ID": "../x", "gtboxes": []}', "1 ID: '../x' leaves its folder"),
        ('{"ID": "x"}', "1 gtboxes: is missing"),
        ('{"ID": "x", "gtboxes": [5]}', "1 gtboxes[0]: expected an object; found 5"),
        ('{"ID": "x", "gtboxes": [{"fbox": [1, 2, 3, 4]}]}', "1 gtboxes[0].tag: is missing"),
        (
            '{"ID": "x", "gtboxes": [{"tag": "person", "fbox": [1, 2, 3]}]}',
            "1 gtboxes[0].fbox: expected [x, y, width, height]; found [1, 2, 3]",
        ),
        (
            '{"ID": "x", "gtboxes": [{"tag": "person", "vbox": [1, 2, 3, 4]}]}',
            "1 gtboxes[0].fbox: is missing; boxes stated: vbox\n"
            "  hint: option box chooses full, visible or head",
        ),
        (
            '{"ID": "x"',
            "1: is no valid JSON: EOF while parsing an object (column 10)\n"
            "  hint: the text ends early: was it copied whole?",
        ),
    ],
)
def test_what_cannot_be_understood_is_an_error_that_names_its_line(crowd: Crowd, line, message):
    crowd.lines(line)
    with pytest.raises(AnnotationError) as caught:
        crowd.read()
    assert str(caught.value) == f"annotation_train.odgt:{message}"


def write(root: Path, *records: ImageRecord):
    return boxwright.write(Dataset(None, lambda: iter(records)), root, format="crowd_human")


def test_what_is_written_is_read_back(tmp_path: Path):
    attributes = {"occ": 7, "box_id": 3, "wet": True}
    record = ImageRecord(
        path="night/a.jpg",
        width=64,
        height=48,
        split="val",
        boxes=(
            Box(
                label="dog",
                x_min=1,
                y_min=2.5,
                x_max=9,
                y_max=8,
                score=0.5,
                occluded=2,
                attributes=attributes,
            ),
        ),
        ignored=(
            Box(label="mask", x_min=0, y_min=0, x_max=1, y_max=1),
            Box(label="x", x_min=0, y_min=0, x_max=2, y_max=1),
        ),
        attributes={"ID": "mine", "n": 1},
    )
    assert write(tmp_path / "out", record).losses == ()
    assert list(boxwright.read(tmp_path / "out")) == [record]


def test_mask_is_no_class(tmp_path: Path):
    box = Box(label="mask", x_min=0, y_min=0, x_max=1, y_max=1)
    with pytest.raises(WriteError) as caught:
        write(tmp_path / "out", ImageRecord(path="a.jpg", width=9, height=9, boxes=(box,)))
    assert str(caught.value) == (
        "a.jpg: crowd_human cannot hold it: mask is no class: CrowdHuman has it for regions to ignore\n"
        "  hint: --map mask=other renames it"
    )


def test_an_empty_data_set_comes_back(tmp_path: Path):
    write(tmp_path / "out")
    assert list(boxwright.read(tmp_path / "out")) == []
