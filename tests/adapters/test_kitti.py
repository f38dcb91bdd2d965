"""KITTI: rows, layouts, splits, what is refused, and writing it back."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from boxwright.adapters.kitti import ADAPTER, NUMBERS, register_adapters, sniff
from boxwright.core.errors import AnnotationError, OptionError, WriteError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.losses import Losses
from boxwright.core.problems import Problem
from boxwright.core.read import read
from boxwright.core.schema import Box, Cuboid, Dataset, ImageRecord
from boxwright.core.write import write
from boxwright.core.write_context import WriteContext

CAR = "Car 0.25 1 -1.5 10 20 30.5 40 1.5 0.6 0.8 1 2 30 0.3"
REGION = "DontCare -1 -1 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10"
FLAT = "hand -1 -1 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10"


def row(**changes: object) -> str:
    """A row of a car with some columns changed."""
    columns = dict(zip(("type", *NUMBERS), CAR.split(), strict=False)) | changes
    return " ".join(map(str, columns.values()))


def image(path: Path, size: tuple[int, int] = (100, 80)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size).save(path)
    return path


def text(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


class Kitti:
    """A KITTI folder: `training/image_2` and `training/label_2`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def label(self, stem: str, *lines: str, image_too: bool = True) -> str:
        if image_too:
            image(self.root / "training/image_2" / f"{stem}.png")
        text(self.root / "training/label_2" / f"{stem}.txt", *lines)
        return f"training/label_2/{stem}.txt"

    def read(self, path: Path | None = None, **options: object) -> list[ImageRecord]:
        dataset = read(path or self.root, "kitti", **options)
        records = list(dataset)
        self.problems = dataset.problems
        return records


@pytest.fixture
def kitti(tmp_path: Path) -> Kitti:
    return Kitti(tmp_path / "kitti")


def facts(problems: Iterable[Problem]) -> list[tuple[str, str, str, str]]:
    return [(found.code, found.path, found.where, found.action) for found in problems]


def written(records: Iterable[ImageRecord], root: Path, **options: object) -> Losses:
    """Write records as KITTI and return what is lost."""
    context = WriteContext(root=root, adapter="kitti", name="x")
    assert ADAPTER.write is not None
    ADAPTER.write(Dataset(None, lambda: iter(records)), ADAPTER.options(**options), context)
    return context.losses


def record(path: str = "a.png", *boxes: Box, **fields: object) -> ImageRecord:
    return ImageRecord(path=path, width=None, height=None, boxes=boxes, **fields)  # type: ignore[arg-type]


def box(label: str = "Car", **fields: object) -> Box:
    return Box(**{"label": label, "x_min": 1, "y_min": 2, "x_max": 3, "y_max": 4, **fields})  # type: ignore[arg-type]


# Rows.


def test_every_column_is_read(kitti: Kitti):
    kitti.label("000000", CAR)
    cuboid = Cuboid(alpha=-1.5, height=1.5, width=0.6, length=0.8, x=1, y=2, z=30, rotation_y=0.3)
    car = Box(
        label="Car", x_min=10, y_min=20, x_max=30.5, y_max=40, truncated=0.25, occluded=1, cuboid=cuboid
    )
    assert kitti.read() == [ImageRecord(path="000000.png", width=100, height=80, boxes=(car,))]
    assert kitti.problems == []


def test_the_sixteenth_column_is_the_score(kitti: Kitti):
    kitti.label("000000", f"{CAR} 0.75", f"{row(left=11)} 0", row(left=12))
    [found] = kitti.read()
    assert [car.score for car in found.boxes] == [0.75, 0, None]


def test_an_unlabelled_region_is_ignored_not_an_object(kitti: Kitti):
    kitti.label("000000", CAR, REGION, REGION)
    [found] = kitti.read(labels=["Car"])
    assert len(found.boxes) == 1
    assert found.ignored == (box("DontCare"), box("DontCare"))
    assert kitti.problems == []


def test_markers_are_unknown_one_by_one(kitti: Kitti):
    kitti.label("000000", row(truncated=-1, occluded=-1, alpha=-10, width=-1.0, x="-1000.00"))
    [found] = kitti.read()
    assert found.boxes[0].truncated is None
    assert found.boxes[0].occluded is None
    assert found.boxes[0].cuboid == Cuboid(height=1.5, length=0.8, y=2, z=30, rotation_y=0.3)


def test_an_empty_label_file_is_a_negative_and_no_problem(kitti: Kitti):
    kitti.label("000000")
    assert kitti.read() == [ImageRecord(path="000000.png", width=100, height=80)]
    assert kitti.problems == []


def test_blanks_tabs_line_ends_and_a_byte_order_mark_are_no_problem(kitti: Kitti):
    path = kitti.root / kitti.label("000000")
    tabs = CAR.replace(" ", "\t\t ")
    path.write_bytes(f"\ufeff{CAR}\r\n\r\n  {tabs.replace('Car', 'Van')}  \r\n \n{REGION}".encode())
    [found] = kitti.read()
    assert [one.label for one in found.boxes] == ["Car", "Van"]
    assert len(found.ignored) == 1
    assert kitti.problems == []


@pytest.mark.parametrize(
    "changes, field, expected, message",
    [
        ({"occluded": "0.0"}, "occluded", 0, "occluded: '0.0' is no whole number; 0 is taken"),
        ({"occluded": "2.00"}, "occluded", 2, "occluded: '2.00' is no whole number; 2 is taken"),
        ({"occluded": "7"}, "occluded", None, "occluded: '7' is none of 0, 1, 2, 3"),
        ({"occluded": "0.5"}, "occluded", None, "occluded: '0.5' is none of 0, 1, 2, 3"),
        ({"occluded": "nan"}, "occluded", None, "occluded: 'nan' is none of 0, 1, 2, 3"),
        ({"truncated": "1.5"}, "truncated", None, "truncated: 1.5 is no share from 0 to 1"),
        ({"truncated": "nan"}, "truncated", None, "truncated: nan is no share from 0 to 1"),
        ({"rotation_y": "0.3 inf"}, "score", None, "score: inf is not a finite number"),
    ],
)
def test_an_optional_value_that_cannot_be_becomes_unknown(
    kitti: Kitti, changes: dict[str, str], field: str, expected: int | None, message: str
):
    path = kitti.label("000000", CAR, row(left=11, **changes))
    [found] = kitti.read()
    assert getattr(found.boxes[1], field) == expected
    assert facts(kitti.problems) == [("invalid_attribute", path, "2", "repair")]
    assert kitti.problems[0].message == message


def test_nan_in_a_3d_column_is_unknown_and_the_others_stay(kitti: Kitti):
    path = kitti.label("000000", row(height="nan"))
    [found] = kitti.read()
    assert found.boxes[0].cuboid == Cuboid(alpha=-1.5, width=0.6, length=0.8, x=1, y=2, z=30, rotation_y=0.3)
    assert str(kitti.problems[0]).startswith(
        f"{path}:1: invalid_attribute: height: nan is not a finite number"
    )


def test_strict_makes_an_unknown_value_an_error(kitti: Kitti):
    path = kitti.label("000000", row(occluded=7))
    with pytest.raises(AnnotationError) as caught:
        kitti.read(strict=True)
    assert str(caught.value) == f"{path}:1: invalid_attribute: occluded: '7' is none of 0, 1, 2, 3"


WRONG_COUNT = "expected 15 columns, or 16 with a score; found"
BLANK_HINT = "\n  hint: a blank in the type? KITTI types are one word (Person_sitting)"


@pytest.mark.parametrize(
    "line, problem",
    [
        ("Car 0 0 0 1 2 3", f"{WRONG_COUNT} 7"),
        ("Car 0 0 0 nan 2 3 5 0 0 0 0 0 0 0", "left: 'nan' is not a finite number"),
        (row(bottom="inf"), "bottom: 'inf' is not a finite number"),
        (row(top="1e999"), "top: '1e999' is not a finite number"),
        (row(right="11,5"), "right: '11,5' is not a finite number; fractions stand behind a point"),
        (row(right="1_0"), "right: '1_0' is not a finite number"),
        (row(alpha="x"), "alpha: 'x' is not a finite number"),
        (row(occluded="1_0"), "occluded: '1_0' is not a finite number"),
        (row(rotation_y="0.3 score"), "score: 'score' is not a finite number"),
        (row(type="a traffic light"), f"{WRONG_COUNT} 17{BLANK_HINT}"),
        (row(type="Person sitting"), f"truncated: 'sitting' is not a finite number{BLANK_HINT}"),
        (f"{CAR} 0.5 0.5", f"{WRONG_COUNT} 17"),
        ("0 0.5 0.5 0.1 0.1", f"{WRONG_COUNT} 5\n  hint: five numbers are a row of YOLO's"),
        ("x" * 1000, f"{WRONG_COUNT} 1"),
    ],
)
def test_a_bad_line_is_named(kitti: Kitti, line: str, problem: str):
    path = kitti.label("000007", CAR, "", line)
    with pytest.raises(AnnotationError) as caught:
        kitti.read()
    assert str(caught.value) == f"{path}:3: {problem}"


@pytest.mark.parametrize(
    "data, where, problem",
    [
        (b"Car 0 0\nVoit\xfcre 0", ":2", "byte 0xfc is no UTF-8"),
        (f"{CAR}\n".encode("utf-16"), ":1", "byte 0xff is no UTF-8"),
        (b"\n\nCar\0", ":3", "a NUL byte stands here: this is UTF-16, or no text"),
    ],
)
def test_what_is_no_text_is_an_error_with_a_way_out(kitti: Kitti, data: bytes, where: str, problem: str):
    path = kitti.label("000000")
    (kitti.root / path).write_bytes(data)
    with pytest.raises(AnnotationError) as caught:
        kitti.read()
    hint = "KITTI files are plain text: save it as UTF-8"
    if data.startswith(b"\xff"):
        problem = "a NUL byte stands here: this is UTF-16, or no text"
    assert str(caught.value) == f"{path}{where}: {problem}\n  hint: {hint}"


def test_a_huge_file_is_refused_unread(kitti: Kitti):
    path = kitti.label("000000")
    (kitti.root / path).write_bytes(b"1 " * 300_000)
    with pytest.raises(AnnotationError) as caught:
        kitti.read()
    assert str(caught.value) == f"{path}: is larger than 524288 bytes: no text of KITTI's is"


def test_a_list_that_leads_nowhere_is_an_error(kitti: Kitti):
    kitti.label("000000", CAR)
    (kitti.root / "ImageSets").mkdir()
    (kitti.root / "ImageSets/train.txt").symlink_to("nowhere")
    with pytest.raises(AnnotationError) as caught:
        kitti.read()
    assert str(caught.value) == "ImageSets/train.txt: is no file, or a link that leads nowhere"


def test_boxes_are_checked_with_their_line(kitti: Kitti):
    path = kitti.label("000000", CAR, row(right=120), row(left=50), CAR, row(left=10.25, right=10.25))
    [found] = kitti.read()
    assert [one.edges for one in found.boxes] == [(10, 20, 30.5, 40), (10, 20, 100, 40), (10, 20, 30.5, 40)]
    assert facts(kitti.problems) == [
        ("box_outside_image", path, "2", "repair"),
        ("box_inverted", path, "3", "skip"),
        ("duplicate_box", path, "4", "keep"),
        ("box_empty", path, "5", "skip"),
    ]


def test_a_label_outside_the_closed_list_is_an_error(kitti: Kitti):
    path = kitti.label("000000", CAR)
    with pytest.raises(AnnotationError) as caught:
        kitti.read(labels=["car"])
    assert str(caught.value) == f"{path}:1: label 'Car' is not in the list car; did you mean 'car'?"


# Images and label files that do not meet.


def test_labels_without_an_image_are_kept_as_png_of_unknown_size(kitti: Kitti):
    path = kitti.label("000000", CAR, image_too=False)
    [found] = kitti.read()
    assert (found.path, found.width, found.height, found.file) == ("000000.png", None, None, None)
    assert len(found.boxes) == 1
    assert facts(kitti.problems) == [("missing_image", path, "", "keep")]
    assert kitti.problems[0].message == "no image 000000.png or with another extension"


def test_an_image_without_labels_is_skipped_unless_it_is_a_negative(kitti: Kitti):
    kitti.label("000000", CAR)
    image(kitti.root / "training/image_2/000001.jpg")
    place = "training/image_2/000001.jpg"
    assert [found.path for found in kitti.read()] == ["000000.png"]
    assert facts(kitti.problems) == [("missing_annotation", place, "", "skip")]
    records = kitti.read(unlabelled="negative")
    assert records[1] == ImageRecord(path="000001.jpg", width=100, height=80)
    assert facts(kitti.problems) == [("missing_annotation", place, "", "keep")]


def test_testing_is_ignored_unless_it_is_asked_for(kitti: Kitti):
    kitti.label("000000", CAR)
    image(kitti.root / "testing/image_2/000000.png")
    assert [found.path for found in kitti.read()] == ["000000.png"]
    assert kitti.problems == []
    records = kitti.read(unlabelled="negative")
    assert [(found.path, found.split) for found in records] == [
        ("000000.png", None),
        ("testing/000000.png", "test"),
    ]


def test_an_image_is_found_by_its_stem_in_another_case(kitti: Kitti):
    path = kitti.label("IMG_1", CAR, image_too=False)
    image(kitti.root / "training/image_2/img_1.JPG")
    assert [found.path for found in kitti.read()] == ["img_1.JPG"]
    assert facts(kitti.problems) == [("image_renamed", path, "", "repair")]


def test_the_second_label_file_of_an_image_is_skipped(kitti: Kitti):
    kitti.label("000000", CAR)
    text(kitti.root / "training/label_2/000000.TXT", CAR)
    assert len(kitti.read()) == 1
    assert facts(kitti.problems) == [("duplicate_image", "training/label_2/000000.txt", "", "skip")]


def test_a_damaged_image_is_kept_for_label_work(kitti: Kitti):
    kitti.label("000000", CAR)
    (kitti.root / "training/image_2/000000.png").write_bytes(b"")
    [found] = kitti.read()
    assert (found.width, len(found.boxes)) == (None, 1)
    assert facts(kitti.problems) == [("corrupt_image", "training/image_2/000000.png", "", "keep")]


def test_a_name_that_no_record_can_have_is_an_error(kitti: Kitti):
    path = kitti.label("C:0", CAR)
    with pytest.raises(AnnotationError) as caught:
        kitti.read()
    assert str(caught.value) == f"{path}: path 'C:0.png' is absolute"


# Layouts.


@pytest.mark.parametrize("inside", ["", "training", "training/label_2", "training/image_2"])
def test_the_root_or_any_folder_that_people_take_for_it_will_do(kitti: Kitti, inside: str):
    kitti.label("000000", CAR)
    text(kitti.root / "ImageSets/train.txt", "000000")
    assert sniff(kitti.root / inside)
    [found] = kitti.read(kitti.root / inside)
    assert (found.path, found.width, found.split) == ("000000.png", 100, "train")
    assert kitti.problems == []


@pytest.mark.parametrize(
    "labels, images",
    [
        ("labels", "images"),
        ("label", "image"),
        ("Labels", "Images"),
        ("labels", "data"),
        ("label_2", "image_2"),
        ("", ""),
        ("data_object_label_2/training/label_2", "data_object_image_2/training/image_2"),
    ],
)
def test_other_names_of_the_folders_are_known(tmp_path: Path, labels: str, images: str):
    text(tmp_path / labels / "a b.txt", FLAT)
    image(tmp_path / images / "a b.jpg")
    text(tmp_path / labels / "README.txt", "some words")
    text(tmp_path / labels / "classes.txt", "hand")
    text(tmp_path / "calib/000000.txt", "P0: 1 2 3")
    text(tmp_path / "ImageSets/val.txt", "a b", "")
    dataset = read(tmp_path)
    [found] = dataset
    assert (found.path, found.width, found.boxes) == ("a b.jpg", 100, (box("hand"),))
    assert dataset.problems == []


def test_a_split_inside_the_folders_is_part_of_the_path(tmp_path: Path):
    for split in ("train", "valid"):
        text(tmp_path / "labels" / split / "a.txt", FLAT)
        image(tmp_path / "images" / split / "a.jpg")
    dataset = read(tmp_path)
    assert [(found.path, found.width, found.split) for found in dataset] == [
        ("train/a.jpg", 100, "train"),
        ("valid/a.jpg", 100, "val"),
    ]
    assert [found.path for found in read(tmp_path / "labels/train")] == ["a.jpg"]
    assert [found.path for found in read(tmp_path / "images/train", "kitti")] == ["a.jpg"]


def test_folders_for_each_split_are_part_of_the_path(tmp_path: Path):
    for split, size in (("train", (50, 60)), ("val", (70, 80))):
        text(tmp_path / split / "labels/a.txt", FLAT)
        image(tmp_path / split / "images/a.jpg", size)
    assert [(found.path, found.width, found.split) for found in read(tmp_path)] == [
        ("train/a.jpg", 50, "train"),
        ("val/a.jpg", 70, "val"),
    ]
    assert [(found.path, found.split) for found in read(tmp_path / "val")] == [("a.jpg", None)]


def test_labels_of_a_neighbour_are_not_taken(tmp_path: Path):
    text(tmp_path / "data/labels/a.txt", FLAT)
    image(tmp_path / "data/mine/a.jpg")
    assert not sniff(tmp_path / "data/mine")
    text(tmp_path / "data/mine/a.txt", FLAT.replace("hand", "foot"))
    [found] = read(tmp_path / "data/mine")
    assert found.boxes == (box("foot"),)


def test_a_folder_of_another_name_is_read_where_images_are_given(tmp_path: Path):
    text(tmp_path / "boxes_of_hands/a.txt", FLAT)
    image(tmp_path / "pictures/a.jpg")
    [found] = read(tmp_path / "boxes_of_hands", images=tmp_path / "pictures")
    assert (found.width, len(found.boxes)) == (100, 1)


def test_images_elsewhere_are_given_or_found_as_the_archives_unpack(tmp_path: Path):
    text(tmp_path / "kitti/training/label_2/000000.txt", CAR)
    image(tmp_path / "data_object_image_2/training/image_2/000000.png")
    images = tmp_path / "data_object_image_2/training/image_2"
    assert [found.width for found in read(tmp_path / "kitti", images=images)] == [100]
    assert [found.width for found in read(tmp_path, "kitti")] == [100]
    assert [found.width for found in read(tmp_path / "kitti")] == [None]


def test_the_right_camera_is_read_where_it_is_given(kitti: Kitti):
    kitti.label("000000", CAR)
    text(kitti.root / "training/label_3/000000.txt", row(left=20))
    image(kitti.root / "training/image_3/000000.png", (90, 80))
    assert [found.width for found in kitti.read()] == [100]
    for folder in ("label_3", "image_3"):
        [found] = kitti.read(kitti.root / "training" / folder)
        assert (found.width, found.boxes[0].x_min) == (90, 20)


def test_a_folder_without_labels_is_an_error_with_a_way_out(tmp_path: Path):
    image(tmp_path / "images/a.jpg")
    text(tmp_path / "README.txt", "words")
    with pytest.raises(AnnotationError) as caught:
        read(tmp_path, "kitti")
    assert caught.value.fact == "no KITTI labels: there is no .txt file in a label folder"
    assert caught.value.hint == (
        "give the folder above label_2 and image_2, or the label folder itself with option images=DIR"
    )


def test_an_image_folder_that_is_not_there_is_an_error(kitti: Kitti):
    kitti.label("000000", CAR)
    with pytest.raises(OptionError) as caught:
        kitti.read(images="nowhere")
    assert str(caught.value) == "kitti option images = nowhere: path does not point to a directory"


def test_what_operating_systems_leave_behind_is_not_read(kitti: Kitti):
    kitti.label("000000", CAR)
    for name in (".DS_Store", "._000000.txt", "__MACOSX/000000.txt"):
        text(kitti.root / "training/label_2" / name, "no labels")
    assert len(kitti.read()) == 1
    assert kitti.problems == []


# Splits.


def test_lists_give_the_split_and_trainval_only_what_no_other_names(kitti: Kitti):
    for stem in "0123":
        kitti.label(stem, CAR)
    for split, stems in {"train": "0", "trainval": "012", "val": "1"}.items():
        text(kitti.root / "ImageSets" / f"{split}.txt", *stems)
    assert [found.split for found in kitti.read()] == ["train", "val", "trainval", None]
    assert kitti.problems == []


def test_a_test_list_of_kitti_counts_other_images(kitti: Kitti):
    kitti.label("000000", CAR)
    text(kitti.root / "ImageSets/train.txt", "000000")
    text(kitti.root / "ImageSets/test.txt", "000000", "000001")
    assert [found.split for found in kitti.read()] == ["train"]
    assert kitti.problems == []


def test_an_image_in_two_splits_stays_in_the_first(kitti: Kitti):
    kitti.label("000000", CAR)
    text(kitti.root / "ImageSets/train.txt", "000000")
    text(kitti.root / "ImageSets/val.txt", "", "000000")
    assert [found.split for found in kitti.read()] == ["train"]
    assert facts(kitti.problems) == [("split_overlap", "ImageSets/val.txt", "2", "keep")]
    assert kitti.problems[0].message == "000000 is in train.txt too; it is taken as train"


def test_a_label_file_finds_its_line_though_the_image_is_named_otherwise(kitti: Kitti):
    kitti.label("IMG_1", CAR, image_too=False)
    image(kitti.root / "training/image_2/img_1.JPG")
    text(kitti.root / "ImageSets/val.txt", "IMG_1")
    assert [found.split for found in kitti.read()] == ["val"]
    assert [problem.code for problem in kitti.problems] == ["image_renamed"]


def test_a_listed_stem_without_labels_is_reported(kitti: Kitti):
    kitti.label("000000", CAR)
    text(kitti.root / "ImageSets/val.txt", "000000.png", "000001")
    assert [found.split for found in kitti.read()] == ["val"]
    assert facts(kitti.problems) == [("missing_annotation", "ImageSets/val.txt", "2", "skip")]


# Sniffing.


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("0 0.5 0.5 0.1 0.1",),
        ("0 " * 15,),
        ("10 20 30 40 50 60 70 80 car 0",),
        ("some words",),
        (CAR, "some words"),
    ],
)
def test_other_text_beside_images_is_not_kitti(tmp_path: Path, lines: tuple[str, ...]):
    text(tmp_path / "labels/a.txt", *lines)
    image(tmp_path / "images/a.jpg")
    assert not sniff(tmp_path)
    assert not sniff(tmp_path / "labels")


def test_a_folder_of_several_data_sets_is_not_kitti(kitti: Kitti, tmp_path: Path):
    kitti.label("000000", CAR)
    text(tmp_path / "other/labels/a.txt", FLAT)
    assert not sniff(tmp_path)


def test_sniffing_never_raises(tmp_path: Path):
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.txt").write_bytes(b"\xff\0")
    for path in (tmp_path, tmp_path / "labels/a.txt", tmp_path / "nowhere"):
        assert not sniff(path)


def test_empty_files_before_the_first_row_are_passed_over(kitti: Kitti):
    kitti.label("000000")
    kitti.label("000001", CAR)
    assert sniff(kitti.root)


# Writing.


def test_rows_are_written_as_kitti_has_them(tmp_path: Path):
    cuboid = Cuboid(alpha=-1.5, height=1.5, z=30)
    car = box(truncated=0.25, occluded=1, cuboid=cuboid, x_max=3.125, score=0.5)
    losses = written([record("a.png", car, box("Van"), ignored=(box("DontCare"),))], tmp_path)
    assert (tmp_path / "training/label_2/a.txt").read_text().splitlines() == [
        "Car 0.25 1 -1.5 1 2 3.125 4 1.5 -1 -1 -1000 -1000 30 -10 0.5",
        "Van -1 -1 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10",
        REGION,
    ]
    assert list(losses) == []


def test_edges_can_be_rounded_outward_as_in_the_tutorial(tmp_path: Path):
    file = ImageFile(image(tmp_path / "source.png"))
    losses = written(
        [record("a.png", box(x_min=1.5, y_min=2.5, x_max=3.25, y_max=4), box(), file=file)],
        tmp_path,
        round="outward",
        layout="flat",
    )
    assert (tmp_path / "labels/a.txt").read_text().split()[4:8] == ["1", "2", "4", "4"]
    assert [str(loss) for loss in losses] == ["1 edges: rounded outward"]


@pytest.mark.parametrize("layout", ["kitti", "flat"])
def test_images_and_splits_come_along(tmp_path: Path, layout: str):
    source = ImageFile(image(tmp_path / "source.jpg"))
    split = {"train": "a.jpg", "test": "b.jpg", "trainval": "c.jpg", None: "d.jpg"}
    records = [
        ImageRecord(path=name, width=100, height=80, split=key, boxes=(box(),), file=source)
        for key, name in split.items()
    ]
    losses = written(records, tmp_path / "out", layout=layout)
    dataset = read(tmp_path / "out")
    assert list(dataset) == records
    assert list(losses) == dataset.problems == []
    assert all(found.file and found.file.read() == source.read() for found in dataset)


def test_folders_are_joined_and_what_a_missing_image_takes_along_is_counted(tmp_path: Path):
    losses = written([ImageRecord(path="CARDS/frame_0011.jpg", width=5, height=6)], tmp_path)
    assert (tmp_path / "training/label_2/CARDS_frame_0011.txt").read_bytes() == b""
    assert [str(loss) for loss in losses] == [
        "1 path: KITTI names no image: one that is missing is taken for a .png",
        "1 path: folders joined into the name",
        "1 width: KITTI states no size: without its image it is unknown",
    ]


def test_a_name_without_extension_gets_that_of_its_bytes(tmp_path: Path):
    source = ImageFile(image(tmp_path / "source.jpg"))
    losses = written([record("a.frame", file=source)], tmp_path / "out")
    assert [found.path for found in read(tmp_path / "out", "kitti")] == ["a.frame.jpeg"]
    assert [str(loss) for loss in losses] == [
        "1 path: KITTI finds images by their extension, so one is added"
    ]


def test_what_reads_back_differently_is_counted(tmp_path: Path):
    boxes = box(cuboid=Cuboid(alpha=-10, x=1)), box(cuboid=Cuboid())
    losses = written([record("a.png", *boxes, ignored=(box("region"),))], tmp_path)
    assert [str(loss) for loss in losses] == [
        "1 cuboid: alpha -10 means unknown in KITTI",
        "1 cuboid: one that says nothing is none in KITTI",
        "1 ignored: its label becomes DontCare",
    ]


@pytest.mark.parametrize(
    "records, message",
    [
        (
            [record("a.png", box("traffic light"))],
            "a.png: kitti cannot hold it: label 'traffic light': KITTI's columns are split at blanks\n"
            '  hint: --map "traffic light=traffic_light" renames it',
        ),
        (
            [record("a.png", box("DontCare"))],
            "a.png: kitti cannot hold it: DontCare is no class: "
            "KITTI has it for regions that nobody labelled\n  hint: --map DontCare=other renames it",
        ),
        (
            [record("a.png", box("\ufeffcar"))],
            "a.png: kitti cannot hold it: label '\\ufeffcar': KITTI's files are plain text",
        ),
        (
            [record("a/b.png"), record("a_b.jpg")],
            "a_b.jpg: kitti cannot hold it: another image has the label file a_b.txt already",
        ),
        (
            [record(".a.png")],
            ".a.png: kitti cannot hold it: readers of KITTI skip .a.txt\n  hint: rename the image",
        ),
        (
            [record("classes.png")],
            "classes.png: kitti cannot hold it: readers of KITTI skip classes.txt\n  hint: rename the image",
        ),
        (
            [record("a.png", split="x/y")],
            "a.png: kitti cannot hold it: split 'x/y' holds a character that no list or name can",
        ),
        (
            [record(" a.png", split="val")],
            " a.png: kitti cannot hold it: a list of a split cannot hold ' a'\n  hint: rename the image",
        ),
        (
            [record("\udcff.png", split="val")],
            "\udcff.png: kitti cannot hold it: a list of a split cannot hold '\\udcff'\n"
            "  hint: rename the image",
        ),
    ],
)
def test_what_kitti_cannot_hold_is_refused(tmp_path: Path, records: list[ImageRecord], message: str):
    with pytest.raises(WriteError) as caught:
        written(records, tmp_path)
    assert str(caught.value) == message


edges = st.tuples(*[st.floats(-1e6, 1e6, allow_subnormal=False)] * 4).map(
    lambda found: (*sorted(found[:2]), *sorted(found[2:]))
)
cuboids = st.builds(Cuboid, **{name: st.none() | st.floats(0, 1e9) for name in Cuboid.__dataclass_fields__})
boxes = st.builds(
    lambda found, **fields: Box(x_min=found[0], x_max=found[1], y_min=found[2], y_max=found[3], **fields),
    edges.filter(lambda found: found[0] < found[1] and found[2] < found[3]),
    label=st.text(st.characters(codec="utf-8"), min_size=1).filter(
        lambda label: (
            label.split() == [label] and "\0" not in label and label[0] != "\ufeff" and label != "DontCare"
        )
    ),
    truncated=st.none() | st.floats(0, 1),
    occluded=st.none() | st.integers(0, 3),
    score=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    cuboid=st.none() | cuboids.filter(lambda cuboid: cuboid != Cuboid()),
)


@given(st.lists(boxes, max_size=3).map(tuple))
def test_reading_back_what_was_written_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, boxes: tuple[Box, ...]
):
    root = tmp_path_factory.mktemp("kitti")
    one = ImageRecord(path="a.png", width=None, height=None, boxes=boxes)
    assert list(written([one], root)) == []
    assert list(read(root, "kitti", on={"duplicate_box": "keep"})) == [one]


def test_real_kitti_comes_back_with_the_same_rows(real_data: Path, tmp_path: Path):
    source = real_data / "kitti_sample"
    written(read(source), tmp_path)
    stems = ["000000", "000001", "000002"]
    assert [rows(tmp_path / f"training/label_2/{stem}.txt") for stem in stems] == [
        rows(source / f"training/label_2/{stem}.txt") for stem in stems
    ]


def rows(path: Path) -> list[tuple[str, list[float]]]:
    split = (line.split() for line in path.read_text().splitlines())
    return [(columns[0], [float(column) for column in columns[1:]]) for columns in split]


def test_the_adapter_offers_itself():
    assert register_adapters() == [ADAPTER]


@pytest.mark.parametrize("layout", ["kitti", "flat"])
def test_an_empty_data_set_comes_back(tmp_path: Path, layout: str):
    write(Dataset(None, lambda: iter(())), tmp_path / "out", format="kitti", layout=layout)
    assert list(read(tmp_path / "out", "kitti")) == []


def test_an_empty_label_folder_beside_images_is_an_error(tmp_path: Path):
    (tmp_path / "labels").mkdir()
    image(tmp_path / "images/a.jpg")
    with pytest.raises(AnnotationError) as caught:
        read(tmp_path, "kitti")
    assert caught.value.fact == "no KITTI labels: there is no .txt file in a label folder"
