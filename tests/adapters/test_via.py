"""VGG Image Annotator: objects, projects and tables, shapes, labels, what is refused, and what is written."""

import json

import pytest
from PIL import Image

import boxwright
from boxwright.core.errors import AnnotationError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.plugins import adapters
from boxwright.core.schema import Box, Dataset, ImageRecord

RECT = {"name": "rect", "x": 10, "y": 20, "width": 30, "height": 5}
HEADER = (
    "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n"
)


@pytest.fixture
def data(tmp_path):
    """Writes a file and an image a.png of 64 x 48 beside it; gives the data set."""

    def write(content, name="via_region_data.json"):
        file = tmp_path / "set" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 48)).save(file.parent / "a.png")
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return tmp_path / "set"

    return write


def entry(*regions, name="a.png", **attributes):
    """An object with one image."""
    image = {"filename": name, "size": 99, "regions": list(regions), "file_attributes": attributes}
    return {f"{name}99": image}


def region(shape=RECT, **attributes):
    return {"shape_attributes": shape, "region_attributes": attributes}


def read(path, **options):
    dataset = boxwright.read(path, "via", **options)
    return list(dataset), [str(problem) for problem in dataset.problems]


def test_a_rectangle_with_its_label_and_other_attributes(data):
    path = data(entry(region(kind="hand", side="left", age=3), weather="rain"))
    [record], problems = read(path)
    assert (record.path, record.width, record.height) == ("a.png", 64, 48)
    assert record.attributes == {"weather": "rain"}
    [box] = record.boxes
    assert (box.label, box.edges, box.attributes) == ("hand", (10, 20, 40, 25), {"side": "left", "age": 3})
    assert problems == [] and adapters()["via"].sniff(path)


def test_a_project_holds_the_same_under_its_own_key(data):
    path = data({"_via_settings": {}, "_via_img_metadata": entry(region(kind="hand"))}, "project.json")
    [record], _ = read(path)
    assert [box.label for box in record.boxes] == ["hand"]


def test_a_project_beside_its_export_is_not_read_twice(data):
    data({"_via_img_metadata": entry(region(kind="hand"))}, "project.json")
    records, problems = read(data(entry(region(kind="face"))))
    assert [box.label for record in records for box in record.boxes] == ["face"] and problems == []


def test_version_1_numbers_its_regions(data):
    content = entry()
    content["a.png99"]["regions"] = {"0": region(name="balloon")}
    [record], _ = read(data(content))
    assert [box.label for box in record.boxes] == ["balloon"]


def test_a_table_gives_the_same_whatever_its_order(data):
    shape, attributes = (json.dumps(value).replace('"', '""') for value in (RECT, {"kind": "hand"}))
    rows = (
        f'a.png,99,"{{}}",2,1,"{shape}","{attributes}"\n'
        'b.png,7,"{}",0,0,"{}","{}"\n'
        f'a.png,99,"{{}}",2,0,"{shape.replace("10", "11")}","{attributes}"\n'
    )
    path = data("#" + HEADER + rows, "via_region_data.csv")
    (first, second), problems = read(path)
    assert [box.edges for box in first.boxes] == [(10, 20, 40, 25), (11, 20, 41, 25)]
    assert (second.path, second.boxes) == ("b.png", ())
    assert problems == [
        "via_region_data.csv:3: missing_image: no image 'b.png' (kept; a writer that needs pixels skips it)"
    ]
    assert [name for name, adapter in adapters().items() if adapter.sniff and adapter.sniff(path)] == ["via"]


def test_a_polygon_is_an_outline_and_its_extent_the_box(data):
    shape = {"name": "polygon", "all_points_x": [10, 20.5, 12], "all_points_y": [8, 9, 30]}
    [record], problems = read(data(entry(region(shape, kind="hand"))))
    [box] = record.boxes
    assert box.edges == (10, 8, 20.5, 30) and box.polygons == (((10, 8), (20.5, 9), (12, 30)),)
    assert problems == []


@pytest.mark.parametrize(
    ("shape", "edges"),
    [
        ({"name": "circle", "cx": 20, "cy": 21, "r": 5}, (15, 16, 25, 26)),
        ({"name": "ellipse", "cx": 20, "cy": 21, "rx": 5, "ry": 3}, (15, 18, 25, 24)),
        (
            {"name": "ellipse", "cx": 20, "cy": 20, "rx": 5, "ry": 3, "theta": 1.5707963267948966},
            (17, 15, 23, 25),
        ),
    ],
)
def test_the_extent_of_a_round_shape_is_derived(data, shape, edges):
    [record], problems = read(data(entry(region(shape, kind="hand"))))
    assert record.boxes[0].edges == pytest.approx(edges, abs=1e-12) and len(problems) == 1
    assert problems[0].startswith(
        'via_region_data.json: ["a.png99"].regions[0].shape_attributes: derived_box: '
    )


@pytest.mark.parametrize(
    "shape",
    [
        {"name": "point", "cx": 20, "cy": 21},
        {"name": "polyline", "all_points_x": [1, 2], "all_points_y": [1, 5]},
        {"name": "polygon", "all_points_x": [1, 2], "all_points_y": [1, 5]},
    ],
)
def test_a_shape_that_encloses_nothing_is_dropped_and_told(data, shape):
    [record], problems = read(data(entry(region(shape, kind="hand"))))
    assert record.boxes == () and len(problems) == 1


def test_the_option_names_the_label_and_what_regions_without_one_are(data):
    path = data(entry(region(side="left", kind="hand"), region(side="", kind=""), region()))
    [record], _ = read(path, label="kind", default_label="thing")
    assert [box.label for box in record.boxes] == ["hand", "thing", "thing"]
    assert record.boxes[0].attributes == {"side": "left"}


def test_the_one_ticked_box_of_a_checkbox_is_the_label(data):
    ticked = {"hand": True, "face": False}
    [record], _ = read(data(entry(region(kind=ticked, quality={"good": True, "sharp": False}))))
    assert record.boxes[0].label == "hand"
    assert record.boxes[0].attributes == {"quality.good": True, "quality.sharp": False}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"a": 3}, '["a"]: expected an object; found 3'),
        ({"a": {"regions": []}}, '["a"].filename: is missing'),
        ({"a": {"filename": "a.png"}}, '["a"].regions: is missing'),
        (entry({}), '["a.png99"].regions[0].shape_attributes: is missing'),
        (
            entry(region({"name": "rect", "x": 1, "y": 2, "width": "w"}, k="a")),
            "[\"a.png99\"].regions[0].shape_attributes: width: 'w' is not a finite number",
        ),
        (
            entry(region({"name": "star"}, k="a")),
            "[\"a.png99\"].regions[0].shape_attributes: name: 'star' is none of "
            "rect, polygon, polyline, circle, ellipse, point",
        ),
        (
            entry(region({"name": "polygon", "all_points_x": [1, 2, 3]}, k="a")),
            '["a.png99"].regions[0].shape_attributes: '
            "expected the lists all_points_x and all_points_y, equally long",
        ),
        (
            entry(region()),
            '["a.png99"].regions[0].region_attributes: no label: found {}\n'
            "  hint: --option label=KEY names its attribute, "
            "--option default_label=NAME is for regions without",
        ),
        (entry(region(k=[1])), '["a.png99"].regions[0].region_attributes: label: [1] is no text'),
    ],
)
def test_what_cannot_be_is_named_with_its_place(data, content, problem):
    path = data(content)
    with pytest.raises(AnnotationError) as caught:
        read(path)
    assert str(caught.value) == f"via_region_data.json: {problem}"


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (HEADER + "a.png,9,{}\n", ":2: expected 7 columns; found 3"),
        (HEADER + "a.png,9,{},1,0,{x,{}\n", ":2: is no valid JSON: key must be a string (column 2)"),
        (
            "filename,file_size\n",
            ":1: no column region_shape_attributes; VIA has filename, file_size, "
            "region_shape_attributes, region_attributes, file_attributes",
        ),
        (HEADER + 'a.png,9,"{"a"}",1,0,{},{}\n', ":2: is no valid CSV: ',' expected after '\"'"),
    ],
)
def test_a_table_that_cannot_be_is_named_with_its_line(data, table, problem):
    path = data(table, "via.csv")
    with pytest.raises(AnnotationError) as caught:
        read(path / "via.csv")
    assert str(caught.value) == f"via.csv{problem}"


def test_an_absolute_path_is_never_opened_but_its_last_part_found(data):
    [record], problems = read(data(entry(name="/home/me/a.png")))
    assert (record.path, record.width) == ("a.png", 64)
    assert problems == [
        'via_region_data.json: ["/home/me/a.png99"].filename: unsafe_path: '
        "'/home/me/a.png' is absolute; 'a.png' is taken (the annotation's own name is used)"
    ]


def test_what_is_written_is_what_via_reads(tmp_path):
    Image.new("RGB", (64, 48)).save(tmp_path / "a.png")
    image = ImageFile(tmp_path / "a.png")
    outline = ((1.5, 2), (9, 2), (9, 8.25))
    drawn = {"name": "polygon", "all_points_x": [1.5, 9, 9], "all_points_y": [2, 2, 8.25]}
    boxes = (
        Box(label="hand", x_min=10, y_min=20, x_max=40, y_max=25, attributes={"age": 3}),
        Box(label="face", x_min=1.5, y_min=2, x_max=9, y_max=8.25, polygons=(outline,)),
    )
    record = ImageRecord(
        path="a.png", width=64, height=48, boxes=boxes, split="val", attributes={"n": 1}, file=image
    )
    boxwright.write(Dataset(None, lambda: iter([record])), tmp_path / "out", format="via")
    size = (tmp_path / "a.png").stat().st_size
    assert json.loads((tmp_path / "out/val/via_region_data.json").read_text()) == {
        f"a.png{size}": {
            "filename": "a.png",
            "size": size,
            "regions": [region(label="hand", age=3), region(drawn, label="face")],
            "file_attributes": {"n": 1},
        }
    }
    assert read(tmp_path / "out") == ([record], [])


def test_outlines_that_are_not_the_box_are_lost_and_told(tmp_path):
    outline = ((1, 2), (9, 2), (9, 8))
    box = Box(label="hand", x_min=0, y_min=0, x_max=9, y_max=9, polygons=(outline,), attributes={"label": 1})
    record = ImageRecord(path="a.png", width=64, height=48, boxes=(box,))
    report = boxwright.write(Dataset(None, lambda: iter([record])), tmp_path / "out", format="via")
    assert [str(loss) for loss in report.losses] == [
        "1 attributes: 'label' is the name of the label",
        "1 polygons: only one whose extent is the box",
        "1 width: VIA states no size: without its image it is unknown",
    ]
