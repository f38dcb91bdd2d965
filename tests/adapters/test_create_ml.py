"""Create ML: lists, centres, splits, what is refused, and what is written."""

import json

import pytest
from PIL import Image

import boxwright
from boxwright.core.errors import AnnotationError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.plugins import adapters
from boxwright.core.schema import Box, Dataset, ImageRecord

HAND = {"label": "hand", "coordinates": {"x": 30, "y": 20.5, "width": 20, "height": 5}}


@pytest.fixture
def data(tmp_path):
    """Writes a list and its images, 64 x 48, into a folder of a data set; gives the data set."""

    def write(entries, name="annotations.json", images=("a.png",)):
        file = tmp_path / "set" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        for image in images:
            Image.new("RGB", (64, 48)).save(file.parent / image)
        file.write_text(entries if isinstance(entries, str) else json.dumps(entries))
        return tmp_path / "set"

    return write


def read(path, **options):
    dataset = boxwright.read(path, "create_ml", **options)
    return list(dataset), [str(problem) for problem in dataset.problems]


def test_x_and_y_are_the_centre_of_the_box(data):
    [record], problems = read(data([{"image": "a.png", "annotations": [HAND]}]))
    assert record.path == "a.png" and (record.width, record.height) == (64, 48)
    assert [(box.label, box.edges) for box in record.boxes] == [("hand", (20, 18, 40, 23))]
    assert problems == []


def test_apples_own_names_of_the_keys_are_known(data):
    path = data([{"imagefilename": "a.png", "annotation": [HAND]}])
    [record], _ = read(path)
    assert [box.label for box in record.boxes] == ["hand"]
    assert adapters()["create_ml"].sniff(path)


def test_decimals_are_added_as_decimals(data):
    box = {"label": "a", "coordinates": {"x": 0.4, "y": 0.5, "width": 0.6, "height": 1.0}}
    [record], _ = read(data([{"image": "a.png", "annotations": [box]}]))
    assert record.boxes[0].edges == (0.1, 0, 0.7, 1)


def test_an_empty_list_is_a_negative(data):
    [record], problems = read(data([{"image": "a.png", "annotations": []}]))
    assert record.boxes == () and problems == []


def test_folders_with_a_list_each_are_splits(data):
    data([{"image": "a.png", "annotations": [HAND]}], "train/_annotations.createml.json")
    root = data([{"image": "b.png", "annotations": []}], "valid/_annotations.createml.json", ["b.png"])
    records, _ = read(root)
    assert [(record.path, record.split) for record in records] == [("a.png", "train"), ("b.png", "val")]


def test_images_of_one_name_in_two_splits_are_told_apart_by_the_split(data):
    data([{"image": "a.png", "annotations": [HAND]}], "train/_annotations.createml.json")
    root = data([{"image": "a.png", "annotations": []}], "test/_annotations.createml.json")
    records, problems = read(root)
    assert [record.path for record in records] == ["test/a.png", "train/a.png"]
    assert problems == []


def test_an_image_that_is_not_there_is_kept_without_size(data):
    [record], problems = read(data([{"image": "b.png", "annotations": [HAND]}]))
    assert (record.path, record.width, len(record.boxes)) == ("b.png", None, 1)
    assert problems == ["annotations.json: [0].image: missing_image: no image 'b.png' "
                        "(kept; a writer that needs pixels skips it)"]  # fmt: skip


@pytest.mark.parametrize("name", ["../a.png", "/etc/a.png", "C:\\x\\a.png", "http://host/a.png"])
def test_a_path_that_leaves_the_data_set_is_never_opened(data, name):
    [record], problems = read(data([{"image": name, "annotations": []}]))
    assert record.path == "a.png" and record.width == 64
    assert len(problems) == 1 and "[0].image: unsafe_path" in problems[0]


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ([{"annotations": []}], "[0].image: is missing"),
        ([3], "[0]: expected an object; found 3"),
        ([{"image": 3}], "[0].image: expected text; found 3"),
        ([{"image": "a.png", "annotations": {}}], "[0].annotations: expected a list; found {}"),
        ([{"image": "a.png", "annotations": [{}]}], "[0].annotations[0].label: is missing"),
        (
            [{"image": "a.png", "annotations": [{"label": "a"}]}],
            "[0].annotations[0].coordinates: is missing",
        ),
        (
            [{"image": "a.png", "annotations": [{"label": "a", "coordinates": {"x": 1, "y": None}}]}],
            "[0].annotations[0].coordinates: y: None is not a finite number",
        ),
    ],
)
def test_what_cannot_be_is_named_with_its_place(data, entries, problem):
    path = data(entries)
    with pytest.raises(AnnotationError) as caught:
        read(path)
    assert str(caught.value) == f"annotations.json: {problem}"


def test_a_cut_file_says_where(data):
    path = data('[{"image": "a.png",')
    with pytest.raises(AnnotationError) as caught:
        read(path)
    assert str(caught.value) == (
        "annotations.json:1: is no valid JSON: EOF while parsing a value (column 19)\n"
        "  hint: the text ends early: was it copied whole?"
    )


def test_a_box_without_area_or_outside_is_dropped_and_told(data):
    boxes = [
        {"label": "a", "coordinates": {"x": x, "y": 9, "width": w, "height": 4}} for x, w in ((9, 0), (99, 4))
    ]
    [record], problems = read(data([{"image": "a.png", "annotations": boxes}]))
    assert record.boxes == ()
    assert problems == [
        "annotations.json: [0].annotations[0].coordinates: "
        "box_empty: [9, 7, 9, 11] has no area (box dropped)",
        "annotations.json: [0].annotations[1].coordinates: box_outside_image: "
        "[97, 7, 101, 11] in an image of 64 x 48 (box dropped)",
    ]


def test_what_is_written_is_what_create_ml_takes(tmp_path):
    Image.new("RGB", (64, 48)).save(tmp_path / "a.png")
    box = Box(label="hand", x_min=0.1, y_min=18, x_max=0.7, y_max=23)
    record = ImageRecord(
        path="a.png", width=64, height=48, boxes=(box,), split="train", file=ImageFile(tmp_path / "a.png")
    )
    negative = ImageRecord(path="b/c.png", width=64, height=48, file=ImageFile(tmp_path / "a.png"))
    boxwright.write(Dataset(None, lambda: iter([record, negative])), tmp_path / "out", format="create_ml")
    assert (tmp_path / "out/train/_annotations.createml.json").read_text() == (
        '[\n{"image": "a.png", "annotations": [{"label": "hand", '
        '"coordinates": {"x": 0.4, "y": 20.5, "width": 0.6, "height": 5}}]}\n]\n'
    )
    assert (tmp_path / "out/images/_annotations.createml.json").read_text() == (
        '[\n{"image": "b/c.png", "annotations": []}\n]\n'
    )
    assert (tmp_path / "out/images/b/c.png").is_file()
    assert read(tmp_path / "out") == ([negative, record], [])


def test_an_empty_list_of_a_split_is_not_passed_over(data):
    data("", "train/_annotations.createml.json")
    path = data([{"image": "a.png", "annotations": []}], "test/_annotations.createml.json")
    with pytest.raises(AnnotationError) as caught:
        read(path)
    assert str(caught.value) == "train/_annotations.createml.json: is empty"
