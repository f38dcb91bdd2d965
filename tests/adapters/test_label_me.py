"""LabelMe: shapes, groups, where the image is, what is refused, and writing it back."""

import json
from pathlib import Path

import pytest
from PIL import Image

import boxwright
from boxwright.adapters.label_me import sniff
from boxwright.core.errors import AnnotationError, WriteError
from boxwright.core.schema import Box, Dataset, ImageRecord

CORNERS = [[30, 4], [10, 20.5]]


def shape(points=CORNERS, **keys):
    return {
        "label": "cat",
        "points": points,
        "shape_type": "rectangle",
        "group_id": None,
        "flags": {},
        **keys,
    }


class LabelMe:
    """A folder of images, each with its JSON file beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[str] = []

    def image(self, name: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 48)).save(path)
        return path

    def add(self, *shapes, name="a.json", **keys) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        size = {"imagePath": "a.jpg", "imageData": None, "imageHeight": 48, "imageWidth": 64}
        path.write_text(json.dumps({"version": "5.5.0", "flags": {}, "shapes": shapes, **size, **keys}))
        return path

    def read(self, path: Path | None = None, **options) -> list[ImageRecord]:
        dataset = boxwright.read(path or self.root, "label_me", **options)
        found = list(dataset)
        self.problems = [str(problem) for problem in dataset.problems]
        return found

    def box(self, *shapes, **options) -> Box:
        self.image("a.jpg")
        self.add(*shapes)
        [record] = self.read(**options)
        [box] = record.boxes
        return box


@pytest.fixture
def label_me(tmp_path: Path) -> LabelMe:
    return LabelMe(tmp_path / "set")


@pytest.mark.parametrize(
    "points", [CORNERS, [[10, 4], [30, 4], [30, 20.5], [10, 20.5]], [["10", "4"], [30, 20.5]]]
)
def test_the_corners_of_a_rectangle_come_in_any_order(label_me: LabelMe, points):
    assert label_me.box(shape(points)).edges == (10, 4, 30, 20.5)
    assert label_me.problems == []


@pytest.mark.parametrize("kind", ["polygon", "rotation", "oriented_rectangle", None])
def test_an_outline_is_kept_and_its_extent_is_the_box(label_me: LabelMe, kind):
    box = label_me.box(shape([[1, 2], [9, 2], [5, 8]], shape_type=kind))
    assert (box.edges, box.polygons) == ((1, 2, 9, 8), (((1, 2), (9, 2), (5, 8)),))
    assert label_me.problems == []


@pytest.mark.parametrize(
    "kind, points, edges",
    [("circle", [[20, 20], [23, 24]], "[15, 15, 25, 25]"), ("mask", [[5, 6], [7, 9]], "[5, 6, 8, 10]")],
)
def test_a_shape_that_no_field_holds_is_known_by_its_extent(label_me: LabelMe, kind, points, edges):
    label_me.box(shape(points, shape_type=kind, mask="iVBORw0KGgo="))
    assert label_me.problems == [
        f"a.json: shapes[0].points: derived_box: no box, but a {kind}; its extent is {edges} "
        "(box is its extent)"
    ]


def test_a_line_has_no_box_unless_it_is_wanted(label_me: LabelMe):
    assert label_me.box(shape(), shape([[1, 2], [5, 8]], shape_type="line")).edges == (10, 4, 30, 20.5)
    assert label_me.problems == [
        "a.json: shapes[1].points: derived_box: no box, but a line; its extent is [1, 2, 5, 8] "
        "(object dropped)"
    ]
    [record] = label_me.read(on={"derived_box": "repair"})
    assert [box.edges for box in record.boxes] == [(10, 4, 30, 20.5), (1, 2, 5, 8)]


def test_shapes_of_one_label_and_one_group_are_one_object(label_me: LabelMe):
    parts = [[[1, 2], [9, 2], [5, 8]], [[20, 30], [25, 30], [25, 40]]]
    box = label_me.box(*(shape(part, shape_type="polygon", group_id=7) for part in parts))
    assert (box.edges, len(box.polygons), box.attributes) == ((1, 2, 25, 40), 2, {})
    assert label_me.problems == []


def test_flags_descriptions_and_unknown_keys_are_attributes_and_difficult_is_a_field(label_me: LabelMe):
    flags = {"flags": {"wet": True}, "description": "left one", "group_id": 3}
    box = label_me.box(
        shape(**flags, difficult=True, score=0.5, attributes={"age": "2"}, kie_linking=[], x=1)
    )
    assert (box.difficult, box.score) == (True, 0.5)
    assert box.attributes == {"wet": True, "description": "left one", "group_id": 3, "age": "2", "x": 1}
    assert label_me.problems == []


@pytest.mark.parametrize(
    "json_name, image_name, stated",
    [
        ("a.json", "a.jpg", "a.jpg"),
        ("annotations/a.json", "images/a.jpg", "..\\images\\a.jpg"),
        ("annotations/a.json", "images/a.jpg", "a.jpg"),
        ("night/a.json", "night/a.jpg", "a.jpg"),
        ("labels/a.json", "imgs/a.jpg", "../imgs/a.jpg"),
    ],
)
def test_the_image_is_where_its_path_leads_seen_from_the_json_file(label_me, json_name, image_name, stated):
    label_me.image(image_name)
    label_me.add(shape(), name=json_name, imagePath=stated)
    for path in (label_me.root, (label_me.root / image_name).parent, (label_me.root / json_name).parent):
        [record] = label_me.read(path)
        assert (record.width, record.file is not None, label_me.problems) == (64, True, [])


@pytest.mark.parametrize("stated", ["C:\\x\\other.jpg", "/etc/passwd", "../../secret.jpg"])
def test_an_unsafe_path_is_never_opened_the_json_files_own_name_is_taken(label_me: LabelMe, stated):
    label_me.image("a.jpg")
    (label_me.root.parent.parent / "secret.jpg").write_bytes(b"secret") if ".." in stated else None
    label_me.add(shape(), imagePath=stated)
    [record] = label_me.read()
    assert record.path == "a.jpg"
    assert [problem.split(": ")[2] for problem in label_me.problems] == ["unsafe_path"]


def test_an_image_that_is_only_inside_the_file_is_missing_and_the_way_out_is_told(label_me: LabelMe):
    label_me.add(shape(), imageData="AAAA" * 1000)
    [record] = label_me.read()
    assert (record.width, record.file) == (64, None)
    assert label_me.problems == [
        "a.json: imagePath: missing_image: no image 'a.jpg'; imageData holds a copy; labelme_export_json "
        "takes it out (kept; a writer that needs pixels skips it)"
    ]


def test_folders_tell_splits_and_an_image_without_shapes_is_a_negative(label_me: LabelMe):
    label_me.image("train/a.jpg")
    label_me.image("val/a.jpg")
    label_me.add(name="train/a.json")
    label_me.add(shape(), name="val/a.json")
    assert [(record.path, record.split, len(record.boxes)) for record in label_me.read()] == [
        ("train/a.jpg", "train", 0),
        ("val/a.jpg", "val", 1),
    ]


def test_an_image_without_a_json_file_is_reported_or_a_negative(label_me: LabelMe):
    label_me.image("a.jpg")
    label_me.image("b.jpg")
    label_me.add(shape())
    assert [record.path for record in label_me.read()] == ["a.jpg"]
    assert label_me.problems == ["b.jpg: missing_annotation: 'b.jpg' has no JSON file (image skipped)"]
    assert [record.path for record in label_me.read(unlabelled="negative")] == ["a.jpg", "b.jpg"]


@pytest.mark.parametrize(
    "shapes, message",
    [
        ([{"points": CORNERS}], "shapes[0].label: is missing"),
        ([shape(points=None)], "shapes[0].points: is missing"),
        ([shape(points=[])], "shapes[0].points: expected [[x, y], …]; found []"),
        ([shape(points=[[1, 2, 3], [1, 2]])], "shapes[0].points[0]: expected [x, y]; found [1, 2, 3]"),
        ([shape(points=[[1, 2], [3, "x"]])], "shapes[0].points[1]: y: 'x' is not a finite number"),
        ([shape(points=[[1, 2]] * 3)], "shapes[0].points: a rectangle has 2 corners, or 4; found 3"),
        (5, "shapes: expected a list; found 5"),
        ([5], "shapes[0]: expected an object; found 5"),
    ],
)
def test_a_bad_shape_is_an_error_that_names_its_place(label_me: LabelMe, shapes, message):
    label_me.image("a.jpg")
    label_me.add()
    path = label_me.root / "a.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "shapes": shapes}))
    with pytest.raises(AnnotationError) as caught:
        label_me.read()
    assert str(caught.value) == f"a.json: {message}"


def test_another_tools_json_is_passed_over_and_a_folder_of_nothing_else_is_refused(label_me: LabelMe):
    label_me.root.mkdir()
    (label_me.root / "coco.json").write_text('{"images": []}')
    with pytest.raises(AnnotationError) as caught:
        label_me.read()
    assert str(caught.value) == (
        f"{label_me.root}: no JSON file here has shapes: another tool's files\n"
        "  hint: give the folder that holds the JSON files and the images"
    )
    label_me.image("a.jpg")
    label_me.add(shape())
    assert len(label_me.read()) == 1
    assert sniff(label_me.root) and sniff(label_me.root / "a.json")


def test_what_is_written_is_read_back(tmp_path: Path):
    outline = ((1.5, 2), (9, 2), (5, 8))
    boxes = (
        Box(label="é", x_min=1, y_min=2, x_max=9, y_max=8, attributes={"group_id": 4, "description": ""}),
        Box(label="é", x_min=1.5, y_min=2, x_max=9, y_max=8, polygons=(outline,), occluded=2, pose="Left"),
        Box(label="é", x_min=1.5, y_min=2, x_max=9, y_max=9, polygons=(outline, ((3, 9), (4, 9), (4, 5)))),
    )
    record = ImageRecord(
        path="train/a.jpg", width=64, height=48, boxes=boxes, group="g", attributes={"wet": True, "n": 1}
    )
    report = boxwright.write(Dataset(None, lambda: iter([record])), tmp_path / "out", format="label_me")
    assert list(boxwright.read(tmp_path / "out")) == [record]
    assert report.losses == ()
    assert json.loads((tmp_path / "out/train/a.json").read_text())["shapes"][2]["group_id"] == 7


def test_an_outline_that_the_box_is_not_around_is_lost_and_told(tmp_path: Path):
    box = Box(label="a", x_min=1, y_min=2, x_max=9, y_max=8, polygons=(((2, 3), (4, 3), (4, 5)),))
    record = ImageRecord(path="a.jpg", width=64, height=48, boxes=(box,))
    report = boxwright.write(Dataset(None, lambda: iter([record])), tmp_path / "out", format="label_me")
    assert [str(loss) for loss in report.losses] == [
        "1 polygons: LabelMe has a rectangle or outlines, and the box is not their extent"
    ]


def test_a_data_set_without_images_is_refused(tmp_path: Path):
    with pytest.raises(WriteError) as caught:
        boxwright.write(Dataset(None, lambda: iter(())), tmp_path / "out", format="label_me")
    assert str(caught.value) == (
        "no image: without one nothing tells a folder of LabelMe's\n"
        "  hint: formats with a list of images, as coco and csv, hold an empty data set"
    )
    assert not (tmp_path / "out").exists()


def test_an_outline_that_is_off_by_float_noise_is_kept_and_the_noise_told(tmp_path: Path):
    outline = ((1, 2), (9, 2), (9, 8))
    box = Box(label="a", x_min=1, y_min=2, x_max=9 + 1e-9, y_max=8, polygons=(outline,))
    record = ImageRecord(path="a.jpg", width=64, height=48, boxes=(box,))
    report = boxwright.write(Dataset(None, lambda: iter([record])), tmp_path / "out", format="label_me")
    [back] = boxwright.read(tmp_path / "out", on={"missing_image": "keep"})
    assert [(box.edges, box.polygons) for box in back.boxes] == [((1, 2, 9, 8), (outline,))]
    assert [str(loss) for loss in report.losses] == ["1 edges: the outline is not quite as wide: float noise"]


@pytest.mark.parametrize("none", ["", True])
def test_only_a_number_or_a_text_is_a_group(label_me: LabelMe, none: object):
    label_me.image("a.jpg")
    label_me.add(*(shape(points, group_id=none) for points in ([[1, 1], [5, 5]], [[20, 20], [30, 30]])))
    [record] = label_me.read()
    assert [box.edges for box in record.boxes] == [(1, 1, 5, 5), (20, 20, 30, 30)]
    assert [box.attributes for box in record.boxes] == [{}, {}]
    assert label_me.problems == []


def test_a_backslash_is_part_of_a_name_where_an_image_has_it_and_else_one_of_windows(label_me: LabelMe):
    label_me.image(r"a\b.jpg")
    label_me.image("c/d.jpg")
    label_me.add(name="x.json", imagePath=r"a\b.jpg")
    label_me.add(name="y.json", imagePath=r"c\d.jpg")
    assert [(record.path, record.file is not None) for record in label_me.read()] == [
        (r"a\b.jpg", True),
        ("c/d.jpg", True),
    ]
    assert label_me.problems == []
