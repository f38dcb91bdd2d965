"""Open Images: rows, classes, lists of images, layouts, what is refused, and writing it back."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image

import boxwright
from boxwright.adapters.open_images import ADAPTER, LIST_COLUMNS, register_adapters, sniff
from boxwright.core.errors import AnnotationError, WriteError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.losses import Losses
from boxwright.core.problems import Problem
from boxwright.core.schema import Box, Dataset, ImageRecord
from boxwright.core.write_context import WriteContext

HEADER = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,"
    "IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside"
)
CAT = "a,xclick,/m/01yrx,1,0.1,0.4,0.25,0.75,1,0,0,0,0"  # of 100 x 80 pixels: 10, 20, 40, 60
BOXES = "train-annotations-bbox.csv"
CLASSES = "class-descriptions-boxable.csv"


def image(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (100, 80)).save(path)
    return path


class OpenImages:
    """A data set of Open Images; a file's name tells whether it is an image."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def put(self, *images: str, **files: str) -> None:
        for name in images:
            image(self.root / name)
        for name, text in files.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)

    def rows(self, *rows: str, header: str = HEADER) -> None:
        text = "".join(f"{line}\n" for line in (header, *rows))
        self.put("train/a.jpg", **{BOXES: text, CLASSES: "/m/01yrx,Cat\n/m/0bt9lr,Dog\n"})

    def read(self, inside: str = "", **options: object) -> list[ImageRecord]:
        dataset = boxwright.read(self.root / inside, "open_images", **options)
        records = list(dataset)
        self.problems = dataset.problems
        return records


@pytest.fixture
def open_images(tmp_path: Path) -> OpenImages:
    return OpenImages(tmp_path / "oi")


def facts(problems: Iterable[Problem]) -> list[str]:
    return list(map(str, problems))


def found(records: Iterable[ImageRecord]) -> list[tuple[str, str | None, list[str]]]:
    return [(record.path, record.split, [box.label for box in record.boxes]) for record in records]


# Rows.


def test_a_row_has_x_before_y_as_fractions_and_flags(open_images: OpenImages):
    open_images.rows(CAT)
    attributes = {"Source": "xclick", "IsDepiction": False, "IsInside": False}
    cat = Box(
        label="Cat", x_min=10, y_min=20, x_max=40, y_max=60, occluded=1, truncated=0, attributes=attributes
    )
    assert open_images.read() == [
        ImageRecord(path="a.jpg", width=100, height=80, boxes=(cat,), split="train")
    ]
    assert open_images.problems == []
    assert boxwright.read(open_images.root).labels == ("Cat", "Dog")


def test_unknown_flags_say_nothing_and_other_confidences_are_scores(open_images: OpenImages):
    open_images.rows("a,,/m/0bt9lr,0.5,0,1,0,1,-1,-1,-1,-1,-1", "a,,/m/0bt9lr,1,0,.5,0,1,-1,-1,1,-1,-1")
    box = Box(label="Dog", x_min=0, y_min=0, x_max=100, y_max=80, score=0.5)
    group = Box(label="Dog", x_min=0, y_min=0, x_max=50, y_max=80, group_of=True)
    assert open_images.read()[0].boxes == (box, group)


def test_further_columns_are_attributes(open_images: OpenImages):
    header = "XMin,XMax,YMin,YMax,LabelName,ImageID,XClick1X,note"
    open_images.rows("0,1,0,1,/m/01yrx,a,0.25,", header=header)
    [record] = open_images.read()
    assert [dict(box.attributes) for box in record.boxes] == [{"XClick1X": 0.25}]


def test_a_flag_that_cannot_be_is_unknown(open_images: OpenImages):
    open_images.rows(CAT.replace(",1,0,0,0,0", ",7,0,0,0,0"))
    [record] = open_images.read()
    assert record.boxes[0].occluded is None
    assert facts(open_images.problems) == [
        "train-annotations-bbox.csv:2: invalid_attribute: IsOccluded: '7' is none of 1, 0, -1 "
        "(value repaired or taken as unknown)"
    ]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("a,,/m/01yrx,1,0,1,0", "expected 13 columns; found 7"),
        (CAT.replace("0.4", "x"), "XMax: 'x' is not a finite number"),
        (CAT.replace("0.4", "400"), "XMax: '400' is no fraction of the image"),
        (CAT.replace(",1,0.1", ",nan,0.1"), "Confidence: 'nan' is not a finite number"),
        (CAT.replace("/m/01yrx", ""), "LabelName: is empty"),
        (f"../{CAT}", "ImageID: unsafe path '../a': leaves its folder"),
    ],
)
def test_a_bad_row_is_named(open_images: OpenImages, row: str, problem: str):
    open_images.rows(CAT, row)
    with pytest.raises(AnnotationError) as caught:
        open_images.read()
    assert str(caught.value) == f"{BOXES}:3: {problem}"


def test_boxes_are_checked_with_their_line(open_images: OpenImages):
    open_images.rows(CAT, CAT.replace("0.4,", "1.1,"), CAT.replace("0.4,", "0.05,"))
    [record] = open_images.read()
    assert [box.edges for box in record.boxes] == [(10, 20, 40, 60), (10, 20, 100, 60)]
    assert facts(open_images.problems) == [
        f"{BOXES}:3: box_outside_image: [10, 20, 110, 60] in an image of 100 x 80 (clipped)",
        f"{BOXES}:4: box_inverted: [10, 20, 5, 60] has a minimum above its maximum (box dropped)",
    ]


def test_rows_of_an_image_that_stand_apart_are_brought_together(open_images: OpenImages):
    open_images.put("train/b.jpg")
    open_images.rows(CAT, f"b{CAT[1:]}", CAT.replace("0.4", "0.5"))
    assert found(open_images.read()) == [("a.jpg", "train", ["Cat", "Cat"]), ("b.jpg", "train", ["Cat"])]


# Classes, negatives, and what is missing.


def test_without_descriptions_the_code_is_the_label(open_images: OpenImages):
    open_images.rows(CAT)
    (open_images.root / CLASSES).unlink()
    assert found(open_images.read()) == [("a.jpg", "train", ["/m/01yrx"])]


def test_descriptions_may_have_a_header_and_a_release_before_their_name(open_images: OpenImages):
    open_images.rows(CAT)
    (open_images.root / CLASSES).unlink()
    text = 'LabelName,DisplayName\n/m/01yrx,"Cat, domestic"\n/m/0,"Cat, domestic"\n'
    open_images.put(**{f"oidv7-{CLASSES}": text})
    assert found(open_images.read()) == [("a.jpg", "train", ["Cat, domestic"])]
    assert facts(open_images.problems) == [
        f"oidv7-{CLASSES}: duplicate_category: /m/01yrx and /m/0 are both 'Cat, domestic' (merged by name)"
    ]


def test_listed_images_without_rows_are_negatives_and_others_are_unlabelled(open_images: OpenImages):
    open_images.rows(CAT)
    listed = "ImageID,Subset\na,train\nb,train\nnot_here,train\n"
    open_images.put("train/b.jpg", "train/c.jpg", **{"train-images-with-rotation.csv": listed})
    assert found(open_images.read()) == [("a.jpg", "train", ["Cat"]), ("b.jpg", "train", [])]
    assert facts(open_images.problems) == [
        "train/c.jpg: missing_annotation: 'c.jpg' has no row, and no list of images has it (image skipped)"
    ]
    records = open_images.read(unlabelled="negative")
    assert found(records)[2:] == [("c.jpg", "train", [])]


def test_rows_without_an_image_are_skipped_for_want_of_a_size(open_images: OpenImages):
    open_images.rows(CAT, f"b{CAT[1:]}")
    assert found(open_images.read()) == [("a.jpg", "train", ["Cat"])]
    assert facts(open_images.problems) == [
        f"{BOXES}:3: missing_image: no image b.jpg or with another extension (image skipped)"
    ]


# Layouts.


@pytest.mark.parametrize("inside", ["", "train", BOXES])
def test_the_root_or_any_folder_that_people_take_for_it_will_do(open_images: OpenImages, inside: str):
    open_images.rows(CAT)
    assert sniff(open_images.root / inside)
    assert found(open_images.read(inside)) == [("a.jpg", "train", ["Cat"])]


@pytest.mark.parametrize(
    ("boxes", "picture", "split"),
    [
        ("oidv6-train-annotations-bbox.csv", "train/a.jpg", "train"),
        ("validation-annotations-bbox.csv", "validation/a.jpg", "val"),
        ("test-annotations-bbox.csv", "test/data/a.jpg", "test"),
        ("annotations/val-annotations-bbox.csv", "images/val/a.jpg", "val"),
        ("annotations-bbox.csv", "images/a.png", None),
        ("boxes.csv", "a.jpg", None),
        ("train/annotations-bbox.csv", "train/a.jpg", "train"),
    ],
)
def test_the_layouts_of_other_tools_are_known(
    open_images: OpenImages, boxes: str, picture: str, split: str | None
):
    open_images.put(picture, **{boxes: f"{HEADER}\n{CAT}\n"})
    assert found(open_images.read()) == [(Path(picture).name, split, ["/m/01yrx"])]


def test_images_elsewhere_are_given(open_images: OpenImages, tmp_path: Path):
    open_images.put(**{BOXES: f"{HEADER}\n{CAT}\n"})
    image(tmp_path / "elsewhere/a.jpg")
    assert len(open_images.read(images=tmp_path / "elsewhere")) == 1


def test_a_folder_without_boxes_is_an_error_with_a_way_out(tmp_path: Path):
    (tmp_path / "other.csv").write_text("filename,xmin\n")
    with pytest.raises(AnnotationError) as caught:
        boxwright.read(tmp_path, "open_images")
    assert str(caught.value) == (
        f"{tmp_path}: no Open Images data: there is no CSV of boxes\n"
        "  hint: a CSV of boxes has the columns ImageID, LabelName, XMin, XMax, YMin and YMax"
    )
    assert not sniff(tmp_path)


# Writing.


def written(records: Iterable[ImageRecord], root: Path) -> Losses:
    context = WriteContext(root=root, adapter="open_images", name="x")
    assert ADAPTER.write is not None
    ADAPTER.write(Dataset(None, lambda: iter(records)), ADAPTER.options(), context)
    return context.losses


def record(tmp_path: Path, path: str = "a.jpg", *boxes: Box, **fields: object) -> ImageRecord:
    file = ImageFile(image(tmp_path / "source" / path.replace("/", "_")))
    return ImageRecord(path=path, width=100, height=80, boxes=boxes, file=file, **fields)  # type: ignore[arg-type]


def box(label: str = "Cat", **fields: object) -> Box:
    return Box(**{"label": label, "x_min": 10, "y_min": 20, "x_max": 40, "y_max": 60, **fields})  # type: ignore[arg-type]


def test_splits_boxes_and_negatives_are_written_as_open_images_has_them(tmp_path: Path):
    records = [
        record(tmp_path, "a.jpg", box(occluded=1, score=0.5, attributes={"IsInside": True}), split="train"),
        record(tmp_path, "night/b.jpg", box("A, B", group_of=True, truncated=0), split="val"),
        record(tmp_path, "c.jpg"),
    ]
    assert list(written(records, tmp_path / "out")) == []
    files = (path for path in sorted((tmp_path / "out").rglob("*.csv")) if path.is_file())
    listed, commas = ",".join(LIST_COLUMNS), "," * 9
    assert {path.name: path.read_text() for path in files} == {
        "annotations-bbox.csv": f"{HEADER}\n",
        "images-with-rotation.csv": f"{listed}\nc,,{commas}\n",
        CLASSES: '"A, B","A, B"\nCat,Cat\n',
        BOXES: f"{HEADER}\na,,Cat,0.5,0.1,0.4,0.25,0.75,1,-1,0,-1,1\n",
        "train-images-with-rotation.csv": f"{listed}\na,train,{commas}\n",
        "validation-annotations-bbox.csv": f'{HEADER}\nnight/b,,"A, B",1,0.1,0.4,0.25,0.75,-1,0,1,-1,-1\n',
        "validation-images-with-rotation.csv": f"{listed}\nnight/b,validation,{commas}\n",
    }
    assert (tmp_path / "out/images/validation/night/b.jpg").is_file()
    assert (tmp_path / "out/images/all/c.jpg").is_file()
    dataset = boxwright.read(tmp_path / "out")
    assert list(dataset) == records and dataset.problems == []


def test_an_empty_data_set_comes_back_empty(tmp_path: Path):
    written([], tmp_path / "out")
    dataset = boxwright.read(tmp_path / "out")
    assert list(dataset) == [] and dataset.problems == []


def test_what_changes_is_counted(tmp_path: Path):
    changed = box(occluded=3, truncated=0.5, score=1, attributes={"colour": "red", "Source": "freeform"})
    records = [record(tmp_path, "a.jpg", changed, attributes={"weather": "rain"}, split="validation")]
    assert list(map(str, written(records, tmp_path / "out"))) == [
        "1 attributes: Open Images has Source, IsDepiction and IsInside",
        "1 attributes: Open Images has none of images",
        "1 occluded: how much is lost in a flag",
        "1 score: a confidence of 1 is none",
        "1 split: validation is called val",
        "1 truncated: a share becomes a flag",
    ]


def test_what_open_images_cannot_hold_is_refused(tmp_path: Path):
    for records, message in [
        (
            [record(tmp_path, "a.jpg", split="train"), record(tmp_path, "a.png", split="val")],
            "a.png: open_images cannot hold it: another image has the ImageID a already",
        ),
        (
            [record(tmp_path, "a.jpg", split="all")],
            "a.jpg: open_images cannot hold it: the split 'all' cannot be a folder's name",
        ),
        *(
            (
                [record(tmp_path, "a.jpg", split=split)],
                f"a.jpg: open_images cannot hold it: the split {split!r} cannot be told from a file's name\n"
                "  hint: rename the split",
            )
            for split in ("_", "a_", "a-", "oidv6-x")
        ),
        (
            [record(tmp_path, "a.jpg", box("a\nb"))],
            "a.jpg: open_images cannot hold it: label 'a\\nb' holds a character that no line can",
        ),
    ]:
        with pytest.raises(WriteError) as caught:
            written(records, tmp_path / "out")
        assert str(caught.value) == message


def test_the_adapter_offers_itself():
    assert register_adapters() == [ADAPTER]
