"""YOLO: rows, descriptions, layouts of several tools, what is refused, and writing it back."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import boxwright
from boxwright.adapters.yolo import ADAPTER, SAME_IMAGES, edges_of, label_of, register_adapters, sniff
from boxwright.core.errors import AnnotationError, WriteError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.losses import Losses
from boxwright.core.parsing.fractional_edges import pixels
from boxwright.core.problems import Problem
from boxwright.core.schema import Box, Dataset, ImageRecord
from boxwright.core.write_context import WriteContext

DATA_YAML = "train: images/train\nval: images/val\nnames:\n  0: cat\n  1: dog\n"
ROW = "1 0.25 0.5 0.3 0.5"  # of 100 x 80 pixels: 10, 20, 40, 60
SIZE = (100, 80)
COLUMNS = "expected 5 columns, 6 with a score, or a class and three or more pairs x y"


def image(path: Path, size: tuple[int, int] = SIZE, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size).save(path, **options)
    return path


class Yolo:
    """A data set of ultralytics' layout; a file's name tells whether it is an image."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def put(self, **files: str) -> None:
        for name, text in files.items():
            self.file(name, text)

    def file(self, name: str, text: str = "") -> Path:
        path = self.root / name
        if path.suffix in (".jpg", ".png"):
            return image(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def label(self, *rows: str) -> None:
        self.file("data.yaml", DATA_YAML)
        self.file("images/train/a.jpg")
        self.file("labels/train/a.txt", "".join(f"{row}\n" for row in rows))
        (self.root / "images/val").mkdir(parents=True, exist_ok=True)

    def read(self, inside: str = "", **options: object) -> list[ImageRecord]:
        dataset = boxwright.read(self.root / inside, "yolo", **options)
        records = list(dataset)
        self.problems = dataset.problems
        return records


@pytest.fixture
def yolo(tmp_path: Path) -> Yolo:
    return Yolo(tmp_path / "yolo")


def facts(problems: Iterable[Problem]) -> list[str]:
    return list(map(str, problems))


def found(records: Iterable[ImageRecord]) -> list[tuple[str, str | None, list[str]]]:
    return [(record.path, record.split, [box.label for box in record.boxes]) for record in records]


# Rows.


def test_a_row_is_a_centre_and_a_size_as_fractions(yolo: Yolo):
    yolo.label(ROW)
    box = Box(label="dog", x_min=10, y_min=20, x_max=40, y_max=60)
    assert yolo.read() == [ImageRecord(path="a.jpg", width=100, height=80, boxes=(box,), split="train")]
    assert yolo.problems == []


def test_a_sixth_column_is_the_score(yolo: Yolo):
    yolo.label(f"{ROW} 0.875", ROW.replace("0.3", "0.2"))
    [record] = yolo.read()
    assert [box.score for box in record.boxes] == [0.875, None]


def test_a_longer_row_is_an_outline_and_its_box_the_extent(yolo: Yolo):
    yolo.label("0 0.1 0.5 0.2 0.25 0.3 0.5")
    [record] = yolo.read()
    [box] = record.boxes
    assert box.edges == (10, 20, 30, 40) and box.polygons == (((10, 40), (20, 20), (30, 40)),)


def test_what_was_rounded_to_five_decimals_does_not_leave_the_image(yolo: Yolo):
    """supervision 0.31.2 writes five decimals."""
    yolo.label("0 0.50000 0.50000 1.00001 1.00001")
    [record] = yolo.read()
    assert [box.edges for box in record.boxes] == [(0, 0, 100, 80)] and yolo.problems == []


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            "0 0.5 0.5 0.1",
            "expected 5 columns, 6 with a score, or a class and three or more pairs x y; found 4",
        ),
        (
            "0 0.5 0.5 0.1 0.1 0.2 0.2 0.3",
            "expected 5 columns, 6 with a score, or a class and three or more pairs x y; found 8",
        ),
        ("0 nan 0.5 0.1 0.1", "x_centre: 'nan' is not a finite number"),
        ("0 0.5 0.5 0.1 64", "height: '64' is no fraction of the image"),
        ("0 0.5 0.5 0.1 0.1 inf", "score: 'inf' is not a finite number"),
        ("2 0.5 0.5 0.1 0.1", "class '2' has no name; named are 0 to 1"),
        ("0.5 0.5 0.5 0.1 0.1", "class '0.5' has no name; named are 0 to 1"),
        ("cat 0.5 0.5 0.1 0.1", "class: 'cat' is not a finite number"),
    ],
)
def test_a_bad_row_is_named(yolo: Yolo, row: str, problem: str):
    yolo.label(ROW, "", row)
    with pytest.raises(AnnotationError) as caught:
        yolo.read()
    assert str(caught.value) == f"labels/train/a.txt:3: {problem}"


def test_boxes_are_checked_with_their_line(yolo: Yolo):
    yolo.label(ROW, ROW, "0 0.9 0.5 0.4 0.5", "0 0.5 0.5 -0.1 0.1", "0 0.5 0.5 0 0.1")
    [record] = yolo.read()
    assert [box.edges for box in record.boxes] == [(10, 20, 40, 60), (10, 20, 40, 60), (70, 20, 100, 60)]
    assert facts(yolo.problems) == [
        "labels/train/a.txt:2: duplicate_box: dog [10, 20, 40, 60] stands here twice (kept)",
        "labels/train/a.txt:3: box_outside_image: [70, 20, 110, 60] in an image of 100 x 80 (clipped)",
        "labels/train/a.txt:4: box_inverted: [55, 36, 45, 44] has a minimum above its maximum (box dropped)",
        "labels/train/a.txt:5: box_empty: [50, 36, 50, 44] has no area (box dropped)",
    ]


def test_fractions_of_a_rotated_image_are_of_the_grid_that_was_drawn_on(yolo: Yolo):
    yolo.label(ROW)
    exif = Image.Exif()
    exif[0x0112] = 6
    image(yolo.root / "images/train/a.jpg", (80, 100), exif=exif)
    assert [box.edges for box in yolo.read()[0].boxes] == [(8, 25, 32, 75)]
    assert [box.edges for box in yolo.read(on={"exif_orientation": "repair"})[0].boxes] == [(20, 60, 60, 90)]


# Negatives, and what is missing.


def test_an_empty_or_absent_label_file_is_a_negative_and_no_problem(yolo: Yolo):
    yolo.label(ROW)
    yolo.put(**{"images/train/b.jpg": "", "labels/train/b.txt": "", "images/train/c.jpg": ""})
    assert found(yolo.read()) == [("a.jpg", "train", ["dog"]), ("b.jpg", "train", []), ("c.jpg", "train", [])]
    assert yolo.problems == []


def test_images_of_a_split_without_labels_are_skipped_unless_they_are_negatives(yolo: Yolo):
    yolo.label(ROW)
    yolo.file("images/val/b.jpg")
    assert found(yolo.read()) == [("a.jpg", "train", ["dog"])]
    assert facts(yolo.problems) == [
        "images/val/b.jpg: missing_annotation: no label file b.txt, nor any other of this split "
        "(image skipped)"
    ]
    assert found(yolo.read(unlabelled="negative"))[1:] == [("b.jpg", "val", [])]


def test_labels_without_an_image_are_skipped_for_want_of_a_size(yolo: Yolo):
    yolo.label(ROW)
    yolo.file("labels/train/night/b.txt", ROW)
    assert found(yolo.read()) == [("a.jpg", "train", ["dog"])]
    assert facts(yolo.problems) == [
        "labels/train/night/b.txt: missing_image: no image night/b.jpg or with another extension "
        "(image skipped)"
    ]


def test_a_damaged_image_tells_no_size(yolo: Yolo):
    yolo.label(ROW)
    (yolo.root / "images/train/a.jpg").write_bytes(b"")
    assert yolo.read() == []
    assert [problem.code for problem in yolo.problems] == ["corrupt_image", "missing_image"]


def test_a_split_that_is_not_there_is_reported(yolo: Yolo):
    yolo.label(ROW)
    yolo.file("data.yaml", f"{DATA_YAML}test: ../test/images\n")
    assert len(yolo.read()) == 1
    assert facts(yolo.problems) == [
        "data.yaml:6: missing_image: test: no folder or list '../test/images' (image skipped)"
    ]


# Descriptions.


@pytest.mark.parametrize(
    "text",
    [
        "names: [cat, dog]",
        "names: ['cat', \"dog\"]\nnc: 2",
        "names:\n- cat\n- dog",
        "names: {0: cat, 1: dog}",
        "names:\n  1: dog\n  0: cat",
        "# a comment\nnames:\n  0: cat\n  1: dog\n  5: bird\nroboflow:\n  url: https://x.y/images",
        "names: [cat, dog]\nurl: https://x.y/images\ndownload: |\n  a\n  b",
    ],
)
def test_names_are_a_list_or_a_mapping(yolo: Yolo, text: str):
    yolo.label(ROW)
    yolo.file("data.yaml", f"train: images/train\nval: images/val\n{text}\n")
    assert found(yolo.read()) == [("a.jpg", "train", ["dog"])] and yolo.problems == []


def test_names_are_text_though_yaml_has_flags_and_numbers(yolo: Yolo):
    yolo.label("0 0.5 0.5 1 1")
    for text in ("no", "007", "1.0"):
        yolo.file("data.yaml", f"train: images/train\nnames: [{text}]\n")
        assert found(yolo.read()) == [("a.jpg", "train", [text])]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("train: images/train\nnames: [cat", "data.yaml:3: is no YAML: did not find expected ',' or ']'"),
        ("train: images/train\nnames: [[]]", "data.yaml:2: names: [] is no name of a class"),
        ("train: images/train\nnames: {a: cat}", "data.yaml:2: names: 'a' is no number of a class"),
        ("a: &b [1]\nnames: *b", "data.yaml:2: *b: aliases are not read; write the value out"),
        (
            "train: images/train\nkpt_shape: [17, 3]\nnames: [cat]",
            "data.yaml:2: keypoints: rows of poses hold more than a box, and that has no place here\n"
            "  hint: without the key kpt_shape and all but five columns of each row, the boxes can be read",
        ),
        (
            "train: pictures\nnames: [cat]",
            "data.yaml: no YOLO data: there are no images\n"
            "  hint: give the folder that holds data.yaml, or images and labels",
        ),
    ],
)
def test_a_bad_description_is_named(yolo: Yolo, text: str, problem: str):
    yolo.label(ROW)
    yolo.file("data.yaml", f"{text}\n")
    with pytest.raises(AnnotationError) as caught:
        yolo.read()
    assert str(caught.value) == problem


def test_without_names_the_way_out_is_an_option(yolo: Yolo):
    yolo.put(**{"images/a.jpg": "", "labels/a.txt": ROW})
    with pytest.raises(AnnotationError) as caught:
        yolo.read()
    assert str(caught.value) == (
        f"{yolo.root}: nothing names the classes\n"
        "  hint: --option names=cat,dog names the classes in the order of their numbers"
    )
    assert found(yolo.read(names="cat,dog")) == [("a.jpg", None, ["dog"])]


def test_two_classes_of_one_name_are_one(yolo: Yolo):
    yolo.label(ROW, "0 0.5 0.5 0.5 0.5")
    yolo.file("data.yaml", "train: images/train\nnames: [cat, cat]\n")
    assert found(yolo.read()) == [("a.jpg", "train", ["cat", "cat"])]
    assert boxwright.read(yolo.root, "yolo").labels == ("cat",)
    assert facts(yolo.problems) == [
        "data.yaml:2: duplicate_category: classes 0 and 1 are both 'cat' (merged by name)"
    ]


# Layouts.


@pytest.mark.parametrize("inside", ["", "images", "images/train", "labels", "labels/train", "data.yaml"])
def test_the_root_or_any_folder_that_people_take_for_it_will_do(yolo: Yolo, inside: str):
    yolo.label(ROW)
    assert sniff(yolo.root / inside)
    assert found(yolo.read(inside)) == [("a.jpg", "train", ["dog"])]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {
                "data.yaml": "train: ../train/images\nval: ../valid/images\ntest: ../test/images\n"
                "names: [cat, dog]",
                "train/images/a.jpg": "",
                "train/labels/a.txt": ROW,
                "valid/images/b.jpg": "",
                "valid/labels/b.txt": "",
                "test/images/c.jpg": "",
                "test/labels/c.txt": ROW,
            },
            [("a.jpg", "train", ["dog"]), ("b.jpg", "val", []), ("c.jpg", "test", ["dog"])],
            id="Roboflow",
        ),
        pytest.param(
            {
                "obj.data": "classes = 2\ntrain = data/train.txt\nvalid = data/valid.txt\n"
                "names = data/obj.names\n",
                "obj.names": "cat\ndog\n",
                "train.txt": "data/obj_train_data/a.jpg\n",
                "valid.txt": "/content/darknet/data/obj_valid_data/b.jpg\n",
                "obj_train_data/a.jpg": "",
                "obj_train_data/a.txt": ROW,
                "obj_valid_data/b.jpg": "",
                "obj_valid_data/b.txt": ROW,
            },
            [("obj_train_data/a.jpg", "train", ["dog"]), ("obj_valid_data/b.jpg", "val", ["dog"])],
            id="darknet",
        ),
        pytest.param(
            {
                "data.yaml": "path: /home/me/set\ntrain: train.txt\nnames: [cat, dog]",
                "train.txt": "./images/train/a.jpg\n",
                "images/train/a.jpg": "",
                "labels/train/a.txt": ROW,
            },
            [("a.jpg", "train", ["dog"])],
            id="a list",
        ),
        pytest.param(
            {"data.yaml": "names: [cat, dog]\nnc: 2", "images/a.jpg": "", "labels/a.txt": ROW},
            [("a.jpg", None, ["dog"])],
            id="supervision",
        ),
        pytest.param(
            {"classes.txt": "cat\ndog\n", "a.jpg": "", "a.txt": ROW, "b.jpg": ""},
            [("a.jpg", None, ["dog"]), ("b.jpg", None, [])],
            id="labelImg",
        ),
        pytest.param(
            {"classes.txt": "cat\ndog", "train/images/a.jpg": "", "train/labels/a.txt": ROW},
            [("a.jpg", "train", ["dog"])],
            id="folders of splits",
        ),
        pytest.param(
            {"classes.txt": "cat\ndog", "images/val/a.jpg": "", "labels/val/a.txt": ROW},
            [("val/a.jpg", "val", ["dog"])],
            id="splits inside",
        ),
        pytest.param(
            {
                "coco128.yaml": "train: images/train2017\nval: images/train2017\nnames: [cat, dog]",
                "images/train2017/a.jpg": "",
                "labels/train2017/a.txt": ROW,
            },
            [("a.jpg", "train", ["dog"])],
            id="one folder for two splits",
        ),
    ],
)
def test_the_layouts_of_other_tools_are_known(
    yolo: Yolo, files: dict[str, str], expected: list[tuple[str, str | None, list[str]]]
):
    yolo.put(**files)
    assert sniff(yolo.root) and found(yolo.read()) == expected
    assert {problem.code for problem in yolo.problems} <= {"unsafe_path"}


def test_images_of_one_name_in_two_splits_are_told_apart_by_their_folders(yolo: Yolo):
    yolo.label(ROW)
    yolo.put(**{"images/val/a.jpg": "", "labels/val/a.txt": ""})
    assert found(yolo.read()) == [("train/a.jpg", "train", ["dog"]), ("val/a.jpg", "val", [])]
    assert yolo.problems == []


def test_an_image_that_two_splits_list_is_reported(yolo: Yolo):
    yolo.label(ROW)
    lists = {"train.txt": "images/train/a.jpg\nimages/train/a.jpg\n", "val.txt": "images/train/a.jpg\n"}
    yolo.put(**{"data.yaml": "train: train.txt\nval: val.txt\nnames: [cat, dog]", **lists})
    assert [record.split for record in yolo.read()] == ["train", "train", "val"]
    assert facts(yolo.problems) == [
        "train.txt:2: duplicate_image: train/a.jpg stands here twice (both stay)",
        "val.txt:1: split_overlap: train/a.jpg is in the splits train and val (kept)",
    ]


@pytest.mark.parametrize("path", ["../../secret/a.jpg", "/etc/a.jpg", "C:\\x\\a.jpg"])
def test_a_listed_path_that_leads_out_is_never_opened(yolo: Yolo, path: str):
    yolo.put(**{"data.yaml": "train: train.txt\nnames: [cat]", "train.txt": f"{path}\n"})
    image(yolo.root.parent.parent / "secret/a.jpg")
    with pytest.raises(AnnotationError) as caught:
        yolo.read()
    assert str(caught.value).startswith(f"train.txt:1: unsafe path {path!r}: ")


def test_a_huge_label_file_is_refused_unread(yolo: Yolo):
    yolo.label(ROW)
    with open(yolo.root / "labels/train/a.txt", "r+b") as file:
        file.truncate(5 << 20)
    with pytest.raises(AnnotationError) as caught:
        yolo.read()
    assert str(caught.value) == "labels/train/a.txt: is larger than 2097152 bytes: no text of YOLO's is"


def test_more_objects_than_any_image_has_are_refused(yolo: Yolo):
    yolo.label(*["0 0 0 1 1"] * 20_001)
    with pytest.raises(AnnotationError) as caught:
        yolo.read()
    assert str(caught.value) == (
        "labels/train/a.txt:20001: more than 20000 objects: no label file of YOLO's has as many"
    )


def test_other_text_beside_images_is_not_yolo(yolo: Yolo):
    yolo.put(**{"a.jpg": "", "a.txt": "Car 0 0 0 1 2 3 4 0 0 0 0 0 0 0"})
    assert not sniff(yolo.root)
    yolo.put(**{"a.txt": "1 320 240 100 100"})
    assert not sniff(yolo.root)


def test_sniffing_never_raises(tmp_path: Path):
    (tmp_path / "a.csv").write_text("x")
    assert not sniff(tmp_path) and not sniff(tmp_path / "a.csv")
    (tmp_path / "data.yaml").write_text("{")
    assert not sniff(tmp_path)


# Writing.


def written(records: Iterable[ImageRecord], root: Path, labels: list[str] | None = None) -> Losses:
    context = WriteContext(root=root, adapter="yolo", name="x")
    assert ADAPTER.write is not None
    ADAPTER.write(Dataset(labels, lambda: iter(records)), ADAPTER.options(), context)
    return context.losses


def record(tmp_path: Path, path: str = "a.jpg", *boxes: Box, **fields: object) -> ImageRecord:
    file = ImageFile(image(tmp_path / "source" / path.replace("/", "_")))
    return ImageRecord(path=path, width=100, height=80, boxes=boxes, file=file, **fields)  # type: ignore[arg-type]


def box(label: str = "dog", **fields: object) -> Box:
    return Box(**{"label": label, "x_min": 10, "y_min": 20, "x_max": 40, "y_max": 60, **fields})  # type: ignore[arg-type]


def texts(root: Path) -> dict[str, str]:
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and path.suffix != ".jpg")
    return {path.relative_to(root).as_posix(): path.read_text() for path in files}


def test_splits_and_negatives_are_written_as_ultralytics_has_them(tmp_path: Path):
    records = [
        record(tmp_path, "a.jpg", box(), box("cat", x_min=0), split="train"),
        record(tmp_path, "night/b.jpg", split="val"),
    ]
    assert list(written(records, tmp_path / "out")) == []
    assert texts(tmp_path / "out") == {
        "data.yaml": "train: images/train\nval: images/val\nnames:\n  0: cat\n  1: dog\n",
        "labels/train/a.txt": "1 0.25 0.5 0.3 0.5\n0 0.2 0.5 0.4 0.5\n",
        "labels/val/night/b.txt": "",
    }
    assert (tmp_path / "out/images/val/night/b.jpg").is_file()


def test_images_without_split_stand_for_both_that_ultralytics_wants(tmp_path: Path):
    records = [record(tmp_path, "a.jpg", box())]
    written(records, tmp_path / "out", ["zebra", "dog"])
    assert texts(tmp_path / "out") == {
        "data.yaml": f"{SAME_IMAGES}\ntrain: images/all\nval: images/all\nnames:\n  0: zebra\n  1: dog\n",
        "labels/all/a.txt": "1 0.25 0.5 0.3 0.5\n",
    }
    assert list(boxwright.read(tmp_path / "out")) == records


def test_the_train_and_val_that_ultralytics_wants_are_those_of_a_year(tmp_path: Path):
    splits = ("val2017", "train2017", "fold 1")
    written([record(tmp_path, f"{each}.jpg", split=each) for each in splits], tmp_path / "out")
    assert (tmp_path / "out/data.yaml").read_text().splitlines()[:2] == [
        "train: images/train2017",
        "val: images/val2017",
    ]


@pytest.mark.parametrize("splits", [("train",), ("val",), ("test", "dev")])
def test_images_that_stand_for_train_and_val_are_told_in_the_file(tmp_path: Path, splits: tuple[str, ...]):
    written([record(tmp_path, f"{each}.jpg", split=each) for each in splits], tmp_path / "out")
    assert (tmp_path / "out/data.yaml").read_text().splitlines()[:3] == [
        "# train and val are the same images: a score on val says nothing about others",
        f"train: images/{splits[0]}",
        f"val: images/{splits[0]}",
    ]


@pytest.mark.parametrize(
    "splits",
    [
        ("val",),
        ("dev",),
        ("train", None),
        ("dev", None, "test"),
        ("train2017",),
        ("test2017",),
        ("train2017", "val2017"),
        ("train", "train2017"),
    ],
)
def test_any_splits_come_back(tmp_path: Path, splits: tuple[str | None, ...]):
    records = [record(tmp_path, f"{number}.jpg", split=split) for number, split in enumerate(splits)]
    written(records, tmp_path / "out")
    dataset = boxwright.read(tmp_path / "out")
    assert sorted(dataset, key=lambda record: record.path) == records and dataset.problems == []


def test_an_empty_data_set_comes_back_empty(tmp_path: Path):
    written([], tmp_path / "out")
    dataset = boxwright.read(tmp_path / "out")
    assert list(dataset) == [] and dataset.problems == []


def test_a_folder_called_images_in_a_path_finds_its_labels(tmp_path: Path):
    assert label_of("images/train/images/a.jpg") == "images/train/labels/a.txt"
    records = [record(tmp_path, "images/a.jpg", box(), split="train")]
    written(records, tmp_path / "out")
    assert list(boxwright.read(tmp_path / "out")) == records


def test_labels_that_yaml_would_take_for_something_else_are_quoted(tmp_path: Path):
    labels = ["no", "7", "traffic light", "a: b", "é", '"', "", "#"][:6]
    written([], tmp_path / "out", labels)
    assert (tmp_path / "out/data.yaml").read_text(encoding="utf-8").splitlines()[3:] == [
        '  0: "no"', '  1: "7"', "  2: traffic light", '  3: "a: b"', '  4: "é"', '  5: "\\""'
    ]  # fmt: skip
    assert boxwright.read(tmp_path / "out").labels == tuple(labels)


def test_images_that_are_missing_are_left_out(tmp_path: Path):
    context = WriteContext(root=tmp_path / "out", adapter="yolo", name="x")
    missing = ImageRecord(path="a.jpg", width=100, height=80, boxes=(box(),))
    ADAPTER.write(Dataset(None, lambda: iter([missing])), ADAPTER.options(), context)
    assert context.skipped == 1 and list(texts(tmp_path / "out")) == ["data.yaml"]


@pytest.mark.parametrize(
    ("paths", "fields", "message"),
    [
        (
            ("a.jpg", "a.png"),
            {},
            "a.png: yolo cannot hold it: another image has the label file all/a.txt already",
        ),
        (
            ("a.jpg",),
            {"split": "all"},
            "a.jpg: yolo cannot hold it: the split 'all' cannot be a folder's name",
        ),
        ((".a.jpg",), {}, ".a.jpg: yolo cannot hold it: '.a.jpg' would be hidden\n  hint: rename the image"),
        (
            ("a.jpg",),
            {"boxes": (box(x_max=10 + 1e-9),)},
            "a.jpg: yolo cannot hold it: [10, 20, 10.000000001, 60] has no area",
        ),
        (
            ("a.jpg",),
            {"boxes": (box(x_min=300, x_max=400),)},
            "a.jpg: yolo cannot hold it: [300, 20, 400, 60] is not near the image",
        ),
    ],
)
def test_what_yolo_cannot_hold_is_refused(
    tmp_path: Path, paths: tuple[str, ...], fields: dict[str, object], message: str
):
    file = ImageFile(image(tmp_path / "source/a.jpg"))
    records = [
        ImageRecord(**{"path": path, "width": 100, "height": 80, "file": file, **fields}) for path in paths
    ]
    with pytest.raises(WriteError) as caught:
        written(records, tmp_path / "out")
    assert str(caught.value) == message.format("yolo cannot hold it")


def test_what_changes_is_counted(tmp_path: Path):
    records = [record(tmp_path, "./a.jpg", box(x_min=10.12345678), split="valid")]
    assert list(map(str, written(records, tmp_path / "out"))) == [
        "1 edges: fractions hold a millionth of a pixel",
        "1 path: made plain, with an extension, by which readers know images",
        "1 split: valid is called val",
    ]


@given(
    st.integers(1, 5000),
    st.lists(st.integers(0, 5000 * 1000), min_size=2, max_size=2, unique=True).map(sorted),
)
def test_thousandths_of_pixels_come_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, width, thousandths
):

    low, high = (each / 1000 for each in thousandths)
    x_min, _, x_max, _ = edges_of((low + high) / (2 * width), 0, (high - low) / width, 0)
    assert (pixels(x_min, width), pixels(x_max, width)) == (low, high)


@pytest.mark.parametrize("format", ["yolo", "open_images"])
def test_the_raccoons_come_back_to_the_pixel(real_data: Path, tmp_path: Path, format: str):
    boxwright.convert(real_data / "raccoon", tmp_path / "out", to=format, images="link")
    before, after = (
        {record.path: (record.split, [(box.label, box.edges) for box in record.boxes]) for record in dataset}
        for dataset in (boxwright.read(real_data / "raccoon"), boxwright.read(tmp_path / "out"))
    )
    assert len(before) == 200 and before == after


def test_the_adapter_offers_itself():
    assert register_adapters() == [ADAPTER]
