"""Where Pascal VOC data sets lie: folders, images, lists of splits, and what is missing there."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from boxwright.adapters.pascal_voc import sniff
from boxwright.core.errors import AnnotationError, OptionError
from boxwright.core.read import read
from boxwright.core.schema import Dataset

BOX = "<bndbox><xmin>2</xmin><ymin>3</ymin><xmax>10</xmax><ymax>20</ymax></bndbox>"
OBJECT = f"<object><name>hand</name>{BOX}</object>"


class Folder:
    """A data set that grows file by file."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def text(self, name: str, content: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return path

    def xml(self, name: str, filename: str | None = None, size: str = "64 48") -> Path:
        width, height = size.split()
        declared = f"<size><width>{width}</width><height>{height}</height></size>"
        named = "" if filename is None else f"<filename>{filename}</filename>"
        return self.text(name, f"<annotation>{named}{declared}{OBJECT}</annotation>")

    def image(self, *names: str) -> None:
        for name in names:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (64, 48)).save(self.root / name)

    def pair(self, xml: str, image: str) -> None:
        self.xml(xml, Path(image).name)
        self.image(image)

    def read(self, path: str = "", **options: object) -> Dataset:
        return read(self.root / path, "pascal_voc", **options)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def found(dataset: Dataset) -> dict[str, str | None]:
    return {record.path: record.split for record in dataset}


def problems(dataset: Dataset) -> list[tuple[str, str, str, str]]:
    list(dataset)
    return [(problem.code, problem.path, problem.where, problem.action) for problem in dataset.problems]


@pytest.mark.parametrize(
    ("annotations", "images"),
    [
        ("Annotations", "JPEGImages"),
        ("annotations", "images"),
        ("ANNOTATIONS", "Images"),
        ("xmls", "images"),
        ("labels", "imgs"),
        ("annotations/xmls", "images"),
        ("Annotations", "."),
        (".", "."),
        (".", "images"),
        ("Annotations", "Annotations"),
    ],
)
def test_these_folders_are_found(folder: Folder, annotations: str, images: str) -> None:
    folder.pair(f"{annotations}/a.xml", f"{images}/a.png")
    folder.pair(f"{annotations}/b.xml", f"{images}/b.jpg")
    dataset = folder.read()
    assert (found(dataset), dataset.problems) == ({"a.png": None, "b.jpg": None}, [])
    assert [record.file is not None for record in dataset] == [True, True]
    assert sniff(folder.root)


@pytest.mark.parametrize("path", ["", "VOCdevkit", "VOCdevkit/VOC2007", "VOCdevkit/VOC2007/Annotations"])
def test_any_folder_that_people_take_for_the_root_will_do(folder: Folder, path: str) -> None:
    folder.pair("VOCdevkit/VOC2007/Annotations/a.xml", "VOCdevkit/VOC2007/JPEGImages/a.png")
    folder.text("VOCdevkit/VOC2007/ImageSets/Main/val.txt", "a")
    folder.text("VOCdevkit/VOCcode/VOCinit.m", "")
    dataset = folder.read(path)
    assert (found(dataset), dataset.problems) == ({"a.png": "val"}, [])
    assert sniff(folder.root / path)


@pytest.mark.parametrize("path", ["Annotations", "JPEGImages", "ImageSets"])
def test_a_folder_of_the_data_set_stands_for_its_root(folder: Folder, path: str) -> None:
    folder.xml("Annotations/a.xml", "gone.png")
    folder.text("ImageSets/Main/val.txt", "a")
    folder.image("JPEGImages/b.png")
    dataset = folder.read(path)
    assert found(dataset) == {"gone.png": "val"}
    assert problems(dataset) == [
        ("missing_image", "Annotations/a.xml", "filename", "keep"),
        ("missing_annotation", "JPEGImages/b.png", "", "skip"),
    ]


def test_a_folder_of_xml_beside_another_one_is_read_itself(folder: Folder) -> None:
    folder.pair("annotations/a.xml", "images/a.png")
    folder.xml("xmls/b.xml", "b.png")
    assert list(found(folder.read("annotations"))) == ["a.png"]
    assert list(found(folder.read("xmls"))) == ["b.png"]


def test_two_data_sets_below_a_folder_must_be_told_apart(folder: Folder) -> None:
    folder.xml("VOC2007/Annotations/a.xml")
    folder.xml("VOC2012/Annotations/a.xml")
    with pytest.raises(OptionError) as caught:
        folder.read()
    assert str(caught.value) == (
        f"{folder.root}: holds several data sets: VOC2007, VOC2012\n  hint: give the path of one of them"
    )


def test_a_folder_without_xml_is_no_voc(folder: Folder) -> None:
    folder.image("images/a.png")
    folder.text("annotations/instances.json", "{}")
    with pytest.raises(OptionError) as caught:
        folder.read()
    assert str(caught.value) == (
        f"{folder.root}: no Pascal VOC annotations here: no folder of XML files\n"
        "  hint: give the folder above Annotations and JPEGImages, or a folder of XML files"
    )
    assert not sniff(folder.root)


@pytest.mark.parametrize("inside", ["", "annotations/"])
def test_a_folder_per_split_names_the_split(folder: Folder, inside: str) -> None:
    images = "images/" if inside else ""
    for split in ("train", "valid"):
        folder.pair(f"{split}/{inside}a.xml", f"{split}/{images}a.png")
    folder.image(f"test/{images}t.png")
    dataset = folder.read()
    assert found(dataset) == {"train/a.png": "train", "valid/a.png": "val"}
    assert problems(dataset) == [("missing_annotation", f"test/{images}t.png", "", "skip")]
    assert sniff(folder.root)


def test_folders_inside_the_annotations_are_those_of_the_images(folder: Folder) -> None:
    for name in ("train/a", "val/a"):
        folder.pair(f"annotations/{name}.xml", f"images/{name}.png")
    folder.xml("annotations/val/gone.xml", "gone.png")
    assert found(folder.read()) == {"train/a.png": "train", "val/a.png": "val", "val/gone.png": "val"}


def test_a_tree_of_mixed_folders_is_read(folder: Folder) -> None:
    for name in ("CARDS/frame_1", "CHESS/frame_1"):
        folder.pair(f"{name}.xml", f"{name}.jpg")
    assert list(found(folder.read())) == ["CARDS/frame_1.jpg", "CHESS/frame_1.jpg"]


def test_an_empty_folder_of_annotations_is_an_empty_data_set(folder: Folder) -> None:
    (folder.root / "Annotations").mkdir()
    assert list(folder.read()) == []


def test_images_may_lie_elsewhere(folder: Folder) -> None:
    folder.xml("set/Annotations/a.xml", "a.png")
    folder.image("pictures/a.png")
    [record] = folder.read("set", images=folder.root / "pictures")
    assert record.file is not None and record.file.path == folder.root / "pictures/a.png"
    with pytest.raises(OptionError) as caught:
        folder.read("set", images="nowhere")
    assert str(caught.value) == "pascal_voc option images = nowhere: path does not point to a directory"


def test_the_order_is_that_of_the_names(folder: Folder) -> None:
    for name in "bca":
        folder.pair(f"Annotations/{name}.xml", f"JPEGImages/{name}.png")
    dataset = folder.read()
    assert list(found(dataset)) == ["a.png", "b.png", "c.png"] == list(found(dataset))


def test_junk_of_operating_systems_is_passed_over(folder: Folder) -> None:
    folder.pair("Annotations/a.xml", "JPEGImages/a.png")
    for name in ("Annotations/._a.xml", "Annotations/.DS_Store", "JPEGImages/Thumbs.db", "__MACOSX/b.xml"):
        folder.text(name, "junk")
    dataset = folder.read()
    assert (found(dataset), dataset.problems) == ({"a.png": None}, [])


# Images.


@pytest.mark.parametrize("filename", ["a", "A.PNG", "a.jpg", "other.png", "pictures\\a.png"])
def test_an_image_that_is_nearly_named_is_found(folder: Folder, filename: str) -> None:
    folder.xml("Annotations/a.xml", filename)
    folder.image("JPEGImages/a.png")
    dataset = folder.read()
    assert found(dataset) == {"a.png": None}
    assert problems(dataset) == [("image_renamed", "Annotations/a.xml", "filename", "repair")]


@pytest.mark.parametrize(
    "filename", ["/etc/a.png", "C:\\Users\\me\\a.png", "../a.png", "http://host/a.png", "\\\\host\\a.png"]
)
def test_an_unsafe_name_is_replaced_by_that_of_the_xml(folder: Folder, filename: str) -> None:
    folder.xml("Annotations/a.xml", filename)
    folder.image("JPEGImages/a.png", "a.png")
    dataset = folder.read()
    assert found(dataset) == {"a.png": None}
    assert problems(dataset) == [("unsafe_path", "Annotations/a.xml", "filename", "repair")]


def test_an_unsafe_name_without_image_leaves_the_name_of_the_xml(folder: Folder) -> None:
    folder.xml("Annotations/a.xml", "../../b.png")
    dataset = folder.read()
    assert found(dataset) == {"a": None}
    assert [code for code, *_ in problems(dataset)] == ["unsafe_path", "missing_image"]


@pytest.mark.parametrize("filename", [None, "", " "])
def test_a_missing_name_is_that_of_the_xml(folder: Folder, filename: str | None) -> None:
    folder.xml("Annotations/a.xml", filename)
    folder.image("JPEGImages/a.png")
    dataset = folder.read()
    assert found(dataset) == {"a.png": None}
    assert problems(dataset) == [("missing_field", "Annotations/a.xml", "filename", "repair")]


def test_an_annotation_without_image_is_kept_with_its_declared_size(folder: Folder) -> None:
    folder.xml("Annotations/a.xml", "a.png")
    folder.xml("Annotations/b.xml", "b.png", size="0 0")
    dataset = folder.read()
    assert [(record.path, record.width, record.height) for record in dataset] == [
        ("a.png", 64, 48),
        ("b.png", None, None),
    ]
    assert str(dataset.problems[0]) == (
        "Annotations/a.xml: filename: missing_image: no image 'a.png'"
        " (kept; a writer that needs pixels skips it)"
    )


def test_the_first_of_two_annotations_gets_the_image(folder: Folder) -> None:
    folder.xml("Annotations/a.xml", "a.png")
    folder.xml("Annotations/b.xml", "a.png")
    folder.image("JPEGImages/a.png")
    dataset = folder.read()
    assert found(dataset) == {"a.png": None}
    assert problems(dataset) == [("duplicate_image", "Annotations/b.xml", "filename", "skip")]


def test_an_image_without_annotation_may_be_a_negative(folder: Folder) -> None:
    folder.pair("Annotations/a.xml", "JPEGImages/a.png")
    folder.image("JPEGImages/b.png")
    assert found(folder.read()) == {"a.png": None}
    dataset = folder.read(unlabelled="negative")
    assert [(record.path, record.width, record.boxes) for record in dataset][1] == ("b.png", 64, ())
    assert problems(dataset) == [("missing_annotation", "JPEGImages/b.png", "", "keep")]


def test_a_damaged_image_keeps_its_annotation(folder: Folder) -> None:
    folder.xml("Annotations/a.xml", "a.png")
    folder.text("JPEGImages/a.png", "")
    dataset = folder.read()
    assert [(record.width, len(record.boxes)) for record in dataset] == [(64, 1)]
    assert problems(dataset) == [("corrupt_image", "JPEGImages/a.png", "", "keep")]


@pytest.mark.parametrize("name", ["a b", "é中", "it's", "100%", "a#b", "[a]", "{a}", "a.b"])
def test_names_of_all_kinds_work(folder: Folder, name: str) -> None:
    folder.pair(f"Annotations/{name}.xml", f"JPEGImages/{name}.png")
    folder.text("ImageSets/Main/train.txt", f"{name}\n")
    dataset = folder.read()
    assert (found(dataset), dataset.problems) == ({f"{name}.png": "train"}, [])


# Splits.


@pytest.fixture
def letters(folder: Folder) -> Folder:
    """Four images, a to d."""
    for name in "abcd":
        folder.pair(f"Annotations/{name}.xml", f"JPEGImages/{name}.png")
    return folder


def test_lists_name_the_splits(letters: Folder) -> None:
    letters.text("ImageSets/Main/train.txt", "\ufeffa\r\n\r\n")
    letters.text("ImageSets/Main/val.txt", "  b \t")
    letters.text("ImageSets/Main/extra.txt", "c\n")
    letters.text("ImageSets/Layout/train.txt", "d\n")
    dataset = letters.read()
    assert found(dataset) == {"a.png": "train", "b.png": "val", "c.png": "extra", "d.png": None}
    assert dataset.problems == []
    assert found(letters.read(imageset="Layout"))["d.png"] == "train"


def test_trainval_is_a_union_and_counts_last(letters: Folder) -> None:
    letters.text("ImageSets/Main/train.txt", "a\n")
    letters.text("ImageSets/Main/val.txt", "b\n")
    letters.text("ImageSets/Main/trainval.txt", "a\nb\nc\n")
    dataset = letters.read()
    assert found(dataset) == {"a.png": "train", "b.png": "val", "c.png": "trainval", "d.png": None}
    assert dataset.problems == []


def test_an_image_in_two_lists_is_reported_and_the_first_counts(letters: Folder) -> None:
    letters.text("ImageSets/Main/test.txt", "b\na\n")
    letters.text("ImageSets/Main/val.txt", "a\n")
    dataset = letters.read()
    assert found(dataset)["a.png"] == "val"
    assert [str(problem) for problem in dataset.problems] == [
        "ImageSets/Main/test.txt:2: split_overlap: a is in val.txt too; it is taken as val (kept)"
    ]


def test_lists_of_classes_count_where_there_is_no_plain_list(letters: Folder) -> None:
    letters.text("ImageSets/Main/train.txt", "a\n")
    letters.text("ImageSets/Main/hand_train.txt", "a  1\nd -1\n")
    letters.text("ImageSets/Main/hand_val.txt", "b  1\nc -1\n")
    letters.text("ImageSets/Main/foot_val.txt", "b -1\nc  0\n")
    dataset = letters.read()
    assert found(dataset) == {"a.png": "train", "b.png": "val", "c.png": "val", "d.png": None}
    assert dataset.problems == []


def test_a_listed_id_without_annotation_is_reported_once(letters: Folder) -> None:
    letters.text("ImageSets/Main/test.txt", "a\ngone\ne\n")
    letters.image("JPEGImages/e.png")
    dataset = letters.read()
    assert [str(problem) for problem in (list(dataset), dataset.problems)[1]] == [
        "ImageSets/Main/test.txt:3: missing_annotation: 'e.png' has no XML file (image skipped)",
        "ImageSets/Main/test.txt:2: missing_annotation: 'gone' has neither an XML file nor an image"
        " (image skipped)",
    ]
    kept = letters.read(unlabelled="negative", on={"missing_annotation": "keep"})
    assert found(kept)["e.png"] == "test"
    assert [problem.action for problem in kept.problems] == ["keep", "skip"]
    (letters.root / "JPEGImages/e.png").unlink()
    with pytest.raises(AnnotationError) as caught:
        list(letters.read(strict=True))
    assert str(caught.value) == (
        "ImageSets/Main/test.txt:2: missing_annotation: 'gone' has neither an XML file nor an image"
    )


def test_a_name_with_two_extensions_is_listed_with_the_first(folder: Folder) -> None:
    folder.pair("Annotations/a.jpg.xml", "JPEGImages/a.jpg.png")
    folder.text("ImageSets/Main/val.txt", "a.jpg\n")
    dataset = folder.read()
    assert (found(dataset), dataset.problems) == ({"a.jpg.png": "val"}, [])


def test_a_folder_of_lists_that_is_not_there_is_named(letters: Folder) -> None:
    letters.text("ImageSets/Main/train.txt", "a\n")
    with pytest.raises(OptionError) as caught:
        letters.read(imageset="Layout")
    assert str(caught.value) == (
        "pascal_voc option imageset: no folder 'Layout' in ImageSets; there are Main"
    )


def test_a_list_in_another_encoding_is_an_error(letters: Folder) -> None:
    (letters.text("ImageSets/Main/train.txt", "")).write_bytes("é\n".encode("utf-16"))
    with pytest.raises(AnnotationError) as caught:
        list(letters.read())
    assert str(caught.value) == (
        "ImageSets/Main/train.txt:1: a NUL byte stands here: this is UTF-16, or no text\n"
        "  hint: Pascal VOC files are plain text: save it as UTF-8"
    )


def test_sniffing_says_no_to_other_data(folder: Folder) -> None:
    folder.text("cvat/annotations.xml", "<annotations><image/></annotations>")
    folder.text("page/index.xml", "<html/>")
    folder.text("bare/a.xml", "<annotation><folder>x</folder></annotation>")
    folder.text("yolo/labels/a.txt", "0 0.5 0.5 0.1 0.1")
    folder.text("coco/annotations/instances.json", "{}")
    for name in ("cvat", "page", "bare", "yolo", "coco", "gone", "page/index.xml"):
        assert not sniff(folder.root / name), name
    shutil.rmtree(folder.root)
    assert not sniff(folder.root)
