"""COCO: which files are read, where their images are, ids and sizes, and files that are no COCO."""

import json
import time
import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from boxwright.adapters.coco import sniff
from boxwright.core.errors import AnnotationError, OptionError
from boxwright.core.read import read
from boxwright.core.schema import ImageRecord

CATEGORY = {"id": 1, "name": "cat"}
RESULTS = [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}]


def image(path: Path, size: tuple[int, int] = (100, 80), orientation: int = 1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", size).save(path, "JPEG", exif=exif)


def document(*names: str, **keys: object) -> dict[str, object]:
    """A document with these images, a box on each of them."""
    images = [{"id": id, "file_name": name, "width": 100, "height": 80} for id, name in enumerate(names)]
    annotations = [
        {"id": id, "image_id": id, "category_id": 1, "bbox": [1, 2, 3, 4]} for id in range(len(names))
    ]
    return {"images": images, "annotations": annotations, "categories": [CATEGORY], **keys}


def store(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def stored(root: Path, files: Mapping[str, object]) -> None:
    for name, content in files.items():
        store(root / name, content)


def shape(records: list[ImageRecord], root: Path) -> list[tuple[str, str | None, str | None]]:
    """Each record's path, split and the place of its image."""
    return [
        (record.path, record.split, record.file and record.file.path.relative_to(root).as_posix())
        for record in records
    ]


# Layouts


@pytest.mark.parametrize(
    ("files", "images", "expected"),
    [
        ({"data.json": ["a.jpg"]}, ["a.jpg"], [("a.jpg", None, "a.jpg")]),
        ({"data.json": ["a.jpg"]}, ["images/a.jpg"], [("a.jpg", None, "images/a.jpg")]),
        ({"data.json": ["images/a.jpg"]}, ["images/a.jpg"], [("images/a.jpg", None, "images/a.jpg")]),
        ({"val.json": ["a.jpg"]}, ["JPEGImages/a.jpg"], [("a.jpg", "val", "JPEGImages/a.jpg")]),
        ({"labels.json": ["a.jpg"]}, ["data/a.jpg"], [("a.jpg", None, "data/a.jpg")]),
        (
            {"annotations/instances_val2017.json": ["a.jpg"]},
            ["val2017/a.jpg"],
            [("a.jpg", "val", "val2017/a.jpg")],
        ),
        (
            {
                "annotations/instances_train2017.json": ["a.jpg"],
                "annotations/instances_val2017.json": ["a.jpg"],
            },
            ["train2017/a.jpg", "val2017/a.jpg"],
            [("train/a.jpg", "train", "train2017/a.jpg"), ("val/a.jpg", "val", "val2017/a.jpg")],
        ),
        (
            {
                "annotations/instances_train2014.json": ["a.jpg"],
                "annotations/instances_train2017.json": ["b.jpg"],
            },
            ["images/a.jpg", "images/b.jpg"],
            [("a.jpg", "train2014", "images/a.jpg"), ("b.jpg", "train2017", "images/b.jpg")],
        ),
        (
            {"annotations/train.json": ["a.jpg"], "annotations/val.json": ["b.jpg"]},
            ["images/train/a.jpg", "images/val/b.jpg"],
            [("train/a.jpg", "train", "images/train/a.jpg"), ("val/b.jpg", "val", "images/val/b.jpg")],
        ),
        (
            {"train/_annotations.coco.json": ["a.jpg"], "valid/_annotations.coco.json": ["a.jpg"]},
            ["train/a.jpg", "valid/a.jpg"],
            [("train/a.jpg", "train", "train/a.jpg"), ("val/a.jpg", "val", "valid/a.jpg")],
        ),
        (
            {"train/_annotations.coco.json": ["a.jpg"], "valid/_annotations.coco.json": ["a.jpg"]},
            [],
            [("train/a.jpg", "train", None), ("val/a.jpg", "val", None)],
        ),
        (
            {"annotations/train.json": ["a.jpg"], "annotations/val.json": ["gone.jpg"]},
            ["images/a.jpg"],
            [("a.jpg", "train", "images/a.jpg"), ("gone.jpg", "val", None)],
        ),
    ],
)
def test_a_layout_is_found(
    tmp_path: Path,
    files: dict[str, list[str]],
    images: list[str],
    expected: list[tuple[str, str | None, str | None]],
):
    stored(tmp_path, {name: document(*names) for name, names in files.items()})
    for name in images:
        image(tmp_path / name)
    assert sniff(tmp_path)
    assert shape(list(read(tmp_path, "coco")), tmp_path) == expected


@pytest.mark.parametrize("path", [".", "annotations", "annotations/instances_val2017.json", "val2017"])
def test_what_people_take_for_the_root_leads_to_it(tmp_path: Path, path: str):
    store(tmp_path / "annotations/instances_val2017.json", document("a.jpg"))
    image(tmp_path / "val2017/a.jpg")
    assert sniff(tmp_path / path)
    [record] = read(tmp_path / path, "coco")
    assert (record.split, record.file is None) == ("val", False)


def test_one_split_folder_can_be_read_alone(tmp_path: Path):
    stored(tmp_path, {f"{split}/_annotations.coco.json": document("a.jpg") for split in ("train", "valid")})
    [record] = read(tmp_path / "valid", "coco")
    assert (record.path, record.split) == ("a.jpg", "val")


def test_other_tasks_and_other_files_in_the_folder_are_ignored(tmp_path: Path):
    stored(
        tmp_path / "annotations",
        {
            "instances_val2017.json": document("a.jpg"),
            "person_keypoints_val2017.json": document("b.jpg"),
            "captions_val2017.json": {"images": [], "annotations": []},
            "config.json": {"learning_rate": 1},
            "results.json": RESULTS,
            "empty.json": "",
            "._instances_val2017.json": "\0",
        },
    )
    assert [record.path for record in read(tmp_path)] == ["a.jpg"]


def test_keypoint_files_are_read_where_there_is_nothing_else(tmp_path: Path):
    store(tmp_path / "annotations/person_keypoints_val2017.json", document("a.jpg"))
    assert [record.path for record in read(tmp_path)] == ["a.jpg"]


def test_the_image_folder_can_be_named(tmp_path: Path):
    file = store(tmp_path / "here/data.json", document("a.jpg"))
    image(tmp_path / "there/images/a.jpg")
    [record] = read(file, images=tmp_path / "there")
    assert record.file is not None
    with pytest.raises(OptionError) as caught:
        read(file, images=tmp_path / "nowhere")
    assert str(caught.value) == (
        f"coco option images = {tmp_path / 'nowhere'}: path does not point to a directory"
    )


def test_a_folder_without_json_says_so(tmp_path: Path):
    assert not sniff(tmp_path)
    with pytest.raises(AnnotationError) as caught:
        read(tmp_path, "coco")
    assert caught.value.fact == "no JSON file here, in annotations/ or in a folder for each split"


def test_our_own_manifest_is_not_coco(tmp_path: Path):
    file = store(tmp_path / "x_manifest.json", {"images": 1, "annotations": 2, "tool": "boxwright"})
    assert not sniff(file)
    assert not sniff(tmp_path)


# Documents


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x.json: is empty"),
        (" \n", "x.json: is empty"),
        ("hello", "x.json:1: is no valid JSON: expected value (column 1)"),
        (
            '{"images": [\n{"id": 1',
            "x.json:2: is no valid JSON: EOF while parsing an object (column 8)\n"
            "  hint: the text ends early: was it copied whole?",
        ),
        (
            '{"images": [{"id": "1',
            "x.json:1: is no valid JSON: EOF while parsing a string (column 21)\n"
            "  hint: the text ends early: was it copied whole?",
        ),
        ('{"images" []}', "x.json:1: is no valid JSON: expected `:` (column 11)"),
        ("[" * 100_000, "x.json:1: is no valid JSON: recursion limit exceeded (column 202)"),
        ('{"images": ' * 100_000, "x.json:1: is no valid JSON: recursion limit exceeded (column 2212)"),
        ('{"images": [' + "1" * 5000 + "]}", "x.json:1: is no valid JSON: number out of range (column 4314)"),
        ("null", "x.json: expected the keys images, annotations and categories; found None"),
        ("{}", "x.json: expected the keys images, annotations and categories; found []"),
        (
            '{"a": 1, "b": 2}',
            "x.json: expected the keys images, annotations and categories; found ['a', 'b']",
        ),
        ('{"images": {}}', "x.json: images: expected a list; found {}"),
        ('{"images": null}', "x.json: images: expected a list; found None"),
        ('{"images": [], "annotations": 5}', "x.json: annotations: expected a list; found 5"),
        ('{"images": [], "annotations": [[]]}', "x.json: annotations[0]: expected an object; found []"),
        ('{"images": [null]}', "x.json: images[0]: expected an object; found None"),
        ('{"images": [], "categories": ["cat"]}', "x.json: categories[0]: expected an object; found 'cat'"),
        ('{"images": [], "categories": [{"id": 1}]}', "x.json: categories[0].name: is missing"),
        (
            '{"images": [], "categories": [{"id": 1, "name": 5}]}',
            "x.json: categories[0].name: expected text; found 5",
        ),
        ('{"images": [], "categories": [{"name": "a"}]}', "x.json: categories[0].id: is missing"),
        (
            '{"images": [], "categories": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]}',
            "x.json: categories[1].id: two categories have the id 1",
        ),
        (
            '{"images": [], "categories": [{"id": 1, "name": "\\ud800"}]}',
            "x.json:1: is no valid JSON: unexpected end of hex escape (column 56)",
        ),
        (
            '{"images": [{"id": 1.5, "file_name": "a"}]}',
            "x.json: images[0].id: expected an integer or text; found 1.5",
        ),
        (
            '{"images": [{"id": 1, "file_name": "a"}, {"id": 1, "file_name": "b"}]}',
            "x.json: images[1].id: two images have the id 1",
        ),
        (
            '{"images": [{"id": "a", "file_name": "a"}, {"id": 1, "file_name": "b"}]}',
            "x.json: images[1].id: 1 is an integer; the ids before it are text",
        ),
        ('{"images": [{"id": 1}]}', "x.json: images[0].file_name: is missing"),
        ('{"images": [{"id": 1, "file_name": ""}]}', "x.json: images[0].file_name: expected text; found ''"),
        (
            '{"images": [{"id": 1, "file_name": ["a"]}]}',
            "x.json: images[0].file_name: expected text; found ['a']",
        ),
        (
            '{"images": [{"id": 1, "file_name": "a", "width": "wide", "height": 5}]}',
            "x.json: images[0]: width: 'wide' is not a finite number",
        ),
        (
            '{"images": [{"id": 1, "file_name": "a", "width": 5, "height": 1e30}]}',
            "x.json: images[0]: height: 1e+30 is no number of pixels",
        ),
    ],
)
def test_a_document_that_is_no_coco_is_named(tmp_path: Path, text: str, message: str):
    store(tmp_path / "x.json", text)
    with pytest.raises(AnnotationError) as caught:
        list(read(tmp_path / "x.json", "coco"))
    assert str(caught.value) == message


def test_results_alone_are_an_error(tmp_path: Path):
    store(tmp_path / "results.json", RESULTS)
    assert not sniff(tmp_path)
    with pytest.raises(AnnotationError) as caught:
        read(tmp_path, "coco")
    assert str(caught.value) == (
        "results.json: expected the keys images, annotations and categories;"
        " found [{'image_id': 1, 'category_id': 1, 'bbox': [1, 2, 3, 4], 'sc…\n"
        "  hint: a bare list is how COCO keeps results; name the file that lists the images"
    )


def test_bytes_that_are_no_utf8_are_an_error(tmp_path: Path):
    (tmp_path / "x.json").write_bytes(b'{"images": "\xe9"}')
    with pytest.raises(AnnotationError) as caught:
        read(tmp_path / "x.json", "coco")
    assert str(caught.value) == "x.json:1: is no valid JSON: invalid unicode code point (column 13)"


def test_a_byte_order_mark_and_windows_lines_are_no_problem(tmp_path: Path):
    text = json.dumps(document("a.jpg"), indent=1).replace("\n", "\r\n")
    (tmp_path / "x.json").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert [record.path for record in read(tmp_path)] == ["a.jpg"]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5_000_000,
        '{"images": [' + '{"a":' * 1_000_000,
        '{"images": [], "categories": [], "x": ' + "9" * 5_000_000 + "}",
        '{"images": [{"id": 1, "file_name": "' + "a/" * 1_000_000 + '"}]}',
        '{"images": [{"id": 1, "file_name": "a"}], "categories": [{"id": 1, "name": "a"}], "annotations":'
        ' [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1], "segmentation":'
        ' {"size": [5, 5], "counts": "' + "o" * 5_000_000 + '"}}]}',
    ],
)
def test_a_hostile_file_costs_little(tmp_path: Path, text: str):
    store(tmp_path / "x.json", text)
    tracemalloc.start()
    begin = time.process_time()
    try:
        list(read(tmp_path / "x.json", "coco"))
    except AnnotationError as error:
        assert len(str(error)) < 300
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - begin < 2
    assert peak < 200 << 20


# Images


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("../a.jpg", "leaves its folder"),
        ("/etc/a.jpg", "is absolute"),
        ("C:\\data\\a.jpg", "is absolute"),
        ("\\\\server\\a.jpg", "is absolute"),
        ("http://x/a.jpg", "is a URL"),
        ("a\0.jpg", "holds a NUL character"),
    ],
)
def test_an_unsafe_file_name_is_an_error(tmp_path: Path, name: str, fact: str):
    store(tmp_path / "x.json", document(name))
    with pytest.raises(AnnotationError) as caught:
        list(read(tmp_path))
    shown = name.replace("\\", "/") if name.startswith(("C:", "\\")) else name
    assert str(caught.value) == f"x.json: images[0].file_name: unsafe path {shown!r}: {fact}"


def test_a_path_written_on_windows_leads_to_the_image(tmp_path: Path):
    store(tmp_path / "x.json", document("night\\a.jpg"))
    image(tmp_path / "images/night/a.jpg")
    [record] = read(tmp_path)
    assert (record.path, record.file is None) == ("night/a.jpg", False)


def test_a_name_in_another_case_is_found_and_reported(tmp_path: Path):
    store(tmp_path / "x.json", document("a.JPG"))
    image(tmp_path / "images/a.jpg")
    dataset = read(tmp_path)
    assert [record.path for record in dataset] == ["a.jpg"]
    assert [str(problem) for problem in dataset.problems] == [
        "x.json: images[0].file_name: image_renamed: no file 'a.JPG'; 'a.jpg' is there (that file is taken)"
    ]


def test_a_missing_image_is_kept_with_the_declared_size(tmp_path: Path):
    store(tmp_path / "x.json", document("a.jpg"))
    dataset = read(tmp_path)
    [record] = dataset
    assert (record.width, record.height, len(record.boxes), record.file) == (100, 80, 1, None)
    assert [str(problem) for problem in dataset.problems] == [
        "x.json: images[0].file_name: missing_image: no image 'a.jpg'"
        " (kept; a writer that needs pixels skips it)"
    ]


@pytest.mark.parametrize(
    ("size", "code"),
    [
        ({"width": 80, "height": 100}, "size_mismatch"),
        ({"width": 0, "height": 0}, "size_mismatch"),
        ({}, "missing_field"),
        ({"width": "100", "height": 80.0}, None),
    ],
)
def test_the_image_knows_its_size_best(tmp_path: Path, size: dict[str, object], code: str | None):
    images = [{"id": 1, "file_name": "a.jpg", **size}]
    store(tmp_path / "x.json", document(images=images, annotations=[]))
    image(tmp_path / "a.jpg")
    dataset = read(tmp_path)
    [record] = dataset
    assert (record.width, record.height) == (100, 80)
    assert [problem.code for problem in dataset.problems] == ([code] if code else [])
    assert all(problem.where == "images[0]" for problem in dataset.problems)


def test_boxes_drawn_on_the_displayed_image_are_mapped_to_the_stored_one(tmp_path: Path):
    image(tmp_path / "a.jpg", (80, 100), orientation=6)
    content = document("a.jpg")
    content["annotations"] = [
        {
            "image_id": 0,
            "category_id": 1,
            "bbox": [90, 0, 10.0001, 20],
            "segmentation": [[90, 0, 100, 0, 100, 20]],
        }
    ]
    store(tmp_path / "x.json", content)
    dataset = read(tmp_path)
    [record] = dataset
    assert record.boxes[0].edges == (0, 0, 20, 10)
    assert record.boxes[0].polygons == (((0, 10), (0, 0), (20, 0)),)
    assert [problem.code for problem in dataset.problems] == ["exif_orientation"]


def test_unknown_keys_of_an_image_are_attributes(tmp_path: Path):
    images = [{"id": 1, "file_name": "a.jpg", "license": 3, "group": "v1", "attributes": {"night": True}}]
    store(tmp_path / "x.json", document(images=images, annotations=[]))
    [record] = read(tmp_path)
    assert (record.attributes, record.group) == ({"license": 3, "night": True}, "v1")


# Ids and categories


@pytest.mark.parametrize("ids", [[900, -3, 0], ["a", "007", "é"]])
def test_ids_may_be_sparse_unsorted_and_text(tmp_path: Path, ids: list[int | str]):
    images = [{"id": id, "file_name": f"{n}.jpg"} for n, id in enumerate(ids)]
    boxes = [{"image_id": id, "category_id": id, "bbox": [n, 0, 1, 1]} for n, id in enumerate(ids)][::-1]
    categories = [{"id": id, "name": f"label {id}"} for id in ids]
    store(tmp_path / "x.json", {"annotations": boxes, "categories": categories, "images": images})
    records = list(read(tmp_path))
    assert [record.source_id for record in records] == [str(id) for id in ids]
    assert [(box.label, box.x_min) for record in records for box in record.boxes] == [
        (f"label {id}", n) for n, id in enumerate(ids)
    ]


def test_without_annotations_all_images_are_negatives(tmp_path: Path):
    store(tmp_path / "x.json", {"images": [{"id": 1, "file_name": "a.jpg"}], "categories": [CATEGORY]})
    image(tmp_path / "a.jpg")
    dataset = read(tmp_path)
    assert [record.boxes for record in dataset] == [()]
    assert dataset.labels == ("cat",)


def test_an_annotation_of_no_image_is_dropped(tmp_path: Path):
    content = document("a.jpg")
    content["annotations"] = [{"image_id": 5, "category_id": 1, "bbox": [0, 0, 1, 1]}]
    store(tmp_path / "x.json", content)
    image(tmp_path / "a.jpg")
    dataset = read(tmp_path)
    assert [record.boxes for record in dataset] == [()]
    assert [str(problem) for problem in dataset.problems] == [
        "x.json: annotations[0].image_id: unknown_image_id: no image has the id 5 (annotation dropped)"
    ]


@pytest.mark.parametrize(("action", "boxes"), [("keep", 2), ("skip", 1)])
def test_two_annotations_with_one_id_are_reported(tmp_path: Path, action: str, boxes: int):
    content = document("a.jpg")
    content["annotations"] = [
        {"id": 9, "image_id": 0, "category_id": 1, "bbox": [n, 0, 1, 1]} for n in range(2)
    ]
    store(tmp_path / "x.json", content)
    image(tmp_path / "a.jpg")
    dataset = read(tmp_path, on={"duplicate_id": action})  # type: ignore[dict-item]
    [record] = dataset
    assert len(record.boxes) == boxes
    [problem] = dataset.problems
    assert (problem.where, problem.message) == ("annotations[1].id", "two annotations have the id 9")


def test_two_images_with_one_name_both_stay(tmp_path: Path):
    store(tmp_path / "x.json", document("a.jpg", "a.jpg"))
    image(tmp_path / "a.jpg")
    dataset = read(tmp_path)
    assert [record.source_id for record in dataset] == ["0", "1"]
    assert [str(problem) for problem in dataset.problems] == [
        "x.json: images[1]: duplicate_image: a.jpg stands here twice (both stay)"
    ]


def test_an_image_in_two_splits_is_reported(tmp_path: Path):
    stored(tmp_path, {"train.json": document("a.jpg"), "val.json": document("a.jpg")})
    image(tmp_path / "images/a.jpg")
    dataset = read(tmp_path)
    assert [record.split for record in dataset] == ["train", "val"]
    assert [str(problem) for problem in dataset.problems] == [
        "val.json: images[0]: split_overlap: a.jpg is in the splits train and val (kept)"
    ]


def test_categories_with_one_name_are_merged(tmp_path: Path):
    categories = [{"id": 0, "name": "cat"}, {"id": 1, "name": "dog"}, {"id": 5, "name": "cat"}]
    store(tmp_path / "x.json", document(categories=categories))
    dataset = read(tmp_path)
    assert (dataset.labels, list(dataset)) == (("cat", "dog"), [])
    assert [str(problem) for problem in dataset.problems] == [
        "x.json: categories[2]: duplicate_category: ids 0 and 5 are both 'cat' (merged by name)"
    ]


def test_categories_of_several_files_are_joined_by_name(tmp_path: Path):
    val = [{"id": 1, "name": "dog"}, {"id": 2, "name": "cat"}]
    stored(tmp_path, {"train.json": document("a.jpg"), "val.json": document("b.jpg", categories=val)})
    dataset = read(tmp_path)
    assert dataset.labels == ("cat", "dog")
    assert [record.boxes[0].label for record in dataset] == ["cat", "dog"]


@pytest.mark.parametrize(("used", "labels"), [(1, ("hand",)), (0, ("hands", "hand"))])
def test_roboflows_category_0_is_no_label_unless_it_is_used(
    tmp_path: Path, used: int, labels: tuple[str, ...]
):
    categories = [
        {"id": 0, "name": "hands", "supercategory": "none"},
        {"id": 1, "name": "hand", "supercategory": "hands"},
    ]
    content = document("a.jpg", categories=categories)
    content["annotations"] = [{"image_id": 0, "category_id": used, "bbox": [0, 0, 1, 1]}]
    store(tmp_path / "train/_annotations.coco.json", content)
    assert read(tmp_path).labels == labels


def test_name_version_and_licence_are_read(tmp_path: Path):
    info = {"description": "Cats", "version": "2", "url": "http://cats", "year": 2017}
    licences = [{"id": 1, "name": "CC BY"}, {"id": 2, "name": "CC0"}, "?"]
    store(tmp_path / "x.json", document(info=info, licenses=licences))
    found = read(tmp_path).info
    assert (found.name, found.version, found.source, found.licence) == (
        *("Cats", "2", "http://cats", "CC BY; CC0"),
    )


def test_every_pass_gives_the_same(tmp_path: Path):
    stored(tmp_path, {"train.json": document("a.jpg"), "val.json": document("b.jpg")})
    dataset = read(tmp_path)
    assert list(dataset) == list(dataset)


@pytest.mark.parametrize("name", ["annotations/instances_val.json", "val/_annotations.coco.json"])
def test_a_damaged_file_of_a_split_is_not_passed_over(tmp_path, name):
    good = name.replace("val", "train")
    stored(tmp_path, {good: document("a.jpg"), name: '{"images": [{"id": 1'})
    with pytest.raises(AnnotationError) as caught:
        list(read(tmp_path, "coco"))
    assert str(caught.value) == (
        f"{name}:1: is no valid JSON: EOF while parsing an object (column 20)\n"
        "  hint: the text ends early: was it copied whole?"
    )
