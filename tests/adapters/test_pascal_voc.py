"""Objects of Pascal VOC: coordinates, flags, outlines, attributes, and what is wrong with them."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from boxwright.core.errors import AnnotationError
from boxwright.core.read import read
from boxwright.core.schema import Box, Dataset, ImageRecord

BOX = "<bndbox><xmin>2</xmin><ymin>3</ymin><xmax>10</xmax><ymax>20</ymax></bndbox>"
NAMED = f"<name>hand</name>{BOX}"
Read = Callable[..., Dataset]


@pytest.fixture
def voc(tmp_path: Path) -> Read:
    """Reads one 64 x 48 image whose annotation has these objects."""

    def reading(*objects: str, rest: str = "", size: str = "64 48", **options: object) -> Dataset:
        width, height = size.split() if size else ("", "")
        inner = "".join(f"<object>{each}</object>" for each in objects)
        declared = f"<size><width>{width}</width><height>{height}</height><depth/></size>" if size else ""
        (tmp_path / "Annotations").mkdir()
        (tmp_path / "Annotations/x.xml").write_text(
            f"<annotation><filename>x.png</filename>{declared}{inner}{rest}</annotation>", encoding="utf-8"
        )
        (tmp_path / "JPEGImages").mkdir()
        Image.new("RGB", (64, 48)).save(tmp_path / "JPEGImages/x.png")
        return read(tmp_path, "pascal_voc", **options)  # type: ignore[arg-type]

    return reading


def only(dataset: Dataset) -> Box:
    [record] = dataset
    [box] = record.boxes
    return box


def problems(dataset: Dataset) -> list[tuple[str, str, str, str]]:
    list(dataset)
    return [(problem.code, problem.path, problem.where, problem.action) for problem in dataset.problems]


def bndbox(x_min: object, y_min: object, x_max: object, y_max: object) -> str:
    corners = f"<xmin>{x_min}</xmin><ymin>{y_min}</ymin><xmax>{x_max}</xmax><ymax>{y_max}</ymax>"
    return f"<name>hand</name><bndbox>{corners}</bndbox>"


def test_pixels_counted_from_1_become_edges_counted_from_0(voc: Read) -> None:
    dataset = voc(bndbox(1, 1, 64, 48), bndbox(1, 1, 1, 1))
    [record] = dataset
    assert [box.edges for box in record.boxes] == [(0, 0, 64, 48), (0, 0, 1, 1)]
    assert dataset.problems == []


def test_pixels_counted_from_0_are_an_option(voc: Read) -> None:
    assert only(voc(bndbox(0, 0.5, 63, 47), origin=0)).edges == (0, 0.5, 64, 48)


def test_an_unfinished_float_is_moved_exactly(voc: Read) -> None:
    assert only(voc(bndbox("1.1", " 45.70000076293945\n", "10.30", "4.6e1"))).edges == (
        0.1,
        44.70000076293945,
        10.3,
        46,
    )


def test_children_stand_in_any_order_and_a_box_needs_no_flags(voc: Read) -> None:
    box = only(voc("<bndbox><xmax>9</xmax><ymax>8</ymax><ymin>2</ymin><xmin>1</xmin></bndbox><name>a</name>"))
    assert box == Box(label="a", x_min=0, y_min=1, x_max=9, y_max=8)


def test_flags_and_pose_are_kept(voc: Read) -> None:
    flags = "<pose>Unspecified</pose><truncated>1</truncated><occluded>0</occluded><difficult>1</difficult>"
    box = only(voc(flags + NAMED))
    assert (box.pose, box.truncated, box.occluded, box.difficult) == ("Unspecified", 1.0, 0, True)


@pytest.mark.parametrize(
    ("text", "value"),
    [("", None), (" ", None), ("true", 1), ("False", 0), ("1.0", 1), ("0.0", 0), ("0.25", 0.25)],
)
def test_a_flag_may_be_written_in_other_ways(voc: Read, text: str, value: float | None) -> None:
    dataset = voc(f"<truncated>{text}</truncated>{NAMED}")
    assert only(dataset).truncated == value
    assert dataset.problems == []


@pytest.mark.parametrize(
    "flag", ["truncated>2", "occluded>7", "occluded>0.5", "difficult>maybe", "truncated>nan"]
)
def test_a_flag_that_is_none_becomes_unknown(voc: Read, flag: str) -> None:
    name = flag.partition(">")[0]
    dataset = voc(f"<{flag}</{name}>{NAMED}")
    assert only(dataset) == Box(label="hand", x_min=1, y_min=2, x_max=10, y_max=20)
    assert problems(dataset) == [("invalid_attribute", "Annotations/x.xml", f"object[0]/{name}", "repair")]


def test_a_problem_says_what_it_did(voc: Read) -> None:
    dataset = voc(f"<occluded>7</occluded>{NAMED}")
    list(dataset)
    assert str(dataset.problems[0]) == (
        "Annotations/x.xml: object[0]/occluded: invalid_attribute: '7' is no number from 0 to 3"
        " (value repaired or taken as unknown)"
    )


@pytest.mark.parametrize(
    ("element", "fact"),
    [
        (NAMED.replace(">2<", ">nan<"), "object[1]/bndbox/xmin: 'nan' is not a finite number"),
        (NAMED.replace(">3<", ">inf<"), "object[1]/bndbox/ymin: 'inf' is not a finite number"),
        (NAMED.replace(">10<", ">1e999<"), "object[1]/bndbox/xmax: '1e999' is not a finite number"),
        (NAMED.replace(">20<", ">twelve<"), "object[1]/bndbox/ymax: 'twelve' is not a finite number"),
        (
            NAMED.replace(">2<", ">11,5<"),
            "object[1]/bndbox/xmin: '11,5' is not a finite number; fractions stand behind a point",
        ),
        (NAMED.replace(">2<", "><"), "object[1]/bndbox/xmin: '' is not a finite number"),
        (NAMED.replace(">2<", ">null<"), "object[1]/bndbox/xmin: 'null' is not a finite number"),
        (NAMED.replace(">2<", ">1_0<"), "object[1]/bndbox/xmin: '1_0' is not a finite number"),
        (NAMED.replace("<xmin>2</xmin>", ""), "object[1]/bndbox: missing xmin"),
        ("<name>hand</name>", "object[1]: missing bndbox"),
        (NAMED + BOX, "object[1]/bndbox: stands here twice"),
        (BOX, "object[1]: missing name"),
        (f"<name> </name>{BOX}", "object[1]/name: is empty"),
        ("", "object[1]: missing name"),
        (
            "<name>a</name><polygon><x1>1</x1><y1>1</y1><x2>5</x2></polygon>",
            "object[1]/polygon: missing y2",
        ),
        (
            "<name>a</name><polygon><pt><x>one</x><y>1</y></pt></polygon>",
            "object[1]/polygon/x: 'one' is not a finite number",
        ),
        ("<name>a</name><robndbox><cx>1</cx></robndbox>", "object[1]/robndbox: missing cy"),
    ],
)
def test_an_object_that_cannot_be_understood_is_named(voc: Read, element: str, fact: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        list(voc(NAMED, element))
    assert str(caught.value) == f"Annotations/x.xml: {fact}"


def test_a_number_of_a_million_digits_is_refused_not_computed(voc: Read) -> None:
    with pytest.raises(AnnotationError, match=r"xmin: '2\.11111.*… is not a finite number"):
        list(voc(NAMED.replace(">2<", f">2.{'1' * 1_000_000}<")))


def test_an_exponent_far_below_every_float_costs_nothing(voc: Read) -> None:
    assert only(voc(bndbox("1e-999999999", 1, 5, 5), on={"box_outside_image": "keep"})).x_min == -1


@pytest.mark.parametrize(
    ("corners", "code", "action", "edges"),
    [
        ((-9, 1, 70, 40), "box_outside_image", "repair", [(0, 0, 64, 40)]),
        ((70, 1, 80, 40), "box_outside_image", "skip", []),
        ((9, 1, 3, 40), "box_inverted", "skip", []),
        ((9, 1, 8, 40), "box_empty", "skip", []),
    ],
)
def test_a_bad_box_is_a_problem(
    voc: Read, corners: tuple[int, ...], code: str, action: str, edges: list[tuple[int, ...]]
) -> None:
    dataset = voc(bndbox(*corners))
    [record] = dataset
    assert [box.edges for box in record.boxes] == edges
    assert problems(dataset) == [(code, "Annotations/x.xml", "object[0]/bndbox", action)]


def test_a_repeated_box_is_reported_and_kept(voc: Read) -> None:
    dataset = voc(NAMED, NAMED)
    assert [len(record.boxes) for record in dataset] == [2]
    assert problems(dataset) == [("duplicate_box", "Annotations/x.xml", "object[1]/bndbox", "keep")]


def test_a_label_outside_the_closed_list_is_an_error(voc: Read) -> None:
    with pytest.raises(AnnotationError) as caught:
        list(voc(NAMED, labels=["hands", "foot"]))
    assert str(caught.value) == (
        "Annotations/x.xml: object[0]/bndbox: label 'hand' is not in the list hands, foot;"
        " did you mean 'hands'?"
    )


def test_parts_are_attributes_of_their_object(voc: Read) -> None:
    part = f"<part><name>thumb</name>{BOX}</part>"
    box = only(voc(NAMED + part + part.replace("thumb", "7")))
    corners = {"bndbox/xmin": 2, "bndbox/ymin": 3, "bndbox/xmax": 10, "bndbox/ymax": 20}
    assert box.attributes == {
        "part[0]/name": "thumb",
        **{f"part[0]/{name}": value for name, value in corners.items()},
        "part[1]/name": 7,
        **{f"part[1]/{name}": value for name, value in corners.items()},
    }


def test_other_elements_are_attributes_by_their_path(voc: Read) -> None:
    rest = (
        "<actions><jumping>1</jumping></actions><point><x>3.5</x></point><id>007</id><tag>a</tag><tag>b</tag>"
    )
    assert only(voc(NAMED + rest)).attributes == {
        "actions/jumping": 1,
        "point/x": 3.5,
        "id": "007",
        "tag[0]": "a",
        "tag[1]": "b",
    }


def test_attributes_of_cvat_go_by_their_names(voc: Read) -> None:
    pairs = (("age", "3"), ("is it", "true"), ("plate", "1e5"), ("empty", ""))
    attributes = "".join(
        f"<attribute><name>{name}</name><value>{value}</value></attribute>" for name, value in pairs
    )
    box = only(voc(f"{NAMED}<attributes>{attributes}</attributes>"))
    assert box.attributes == {"age": 3, "is it": True, "plate": "1e5", "empty": ""}
    assert box.attributes["is it"] is True


def test_an_attribute_that_stands_twice_is_reported(voc: Read) -> None:
    named = "<attributes><attribute><name>age</name><value>3</value></attribute></attributes>"
    dataset = voc(f"{NAMED}<age>4</age>{named}")
    assert only(dataset).attributes == {"age": 4}
    assert problems(dataset) == [("invalid_attribute", "Annotations/x.xml", "object[0]/age", "repair")]


def test_unknown_elements_of_the_image_are_its_attributes_and_noise_is_not(voc: Read) -> None:
    noise = "<folder>VOC</folder><path>/a/x.png</path><source><database>D</database></source><owner/>"
    [record] = voc(rest=f"{noise}<weather>rain</weather><attributes/>")
    assert record.attributes == {"weather": "rain"}


@pytest.mark.parametrize(
    "outline",
    [
        "<x1>2</x1><y1>3</y1><x2>9</x2><y2>3</y2><x3>9</x3><y3>8</y3>",
        "<username>me</username><pt><x>2</x><y>3</y></pt><pt><x>9</x><y>3</y></pt><pt><x>9</x><y>8</y></pt>",
    ],
)
def test_a_box_is_derived_from_a_polygon(voc: Read, outline: str) -> None:
    dataset = voc(f"<name>hand</name><polygon>{outline}</polygon>")
    assert only(dataset) == Box(
        label="hand", x_min=1, y_min=2, x_max=8, y_max=7, polygons=(((1, 2), (8, 2), (8, 7)),)
    )
    assert problems(dataset) == [("derived_box", "Annotations/x.xml", "object[0]", "repair")]


TWO_VERTICES = "<polygon><pt><x>2</x><y>3</y></pt><pt><x>9</x><y>3</y></pt></polygon>"
DEGENERATE = ("degenerate_polygon", "Annotations/x.xml", "object[0]/polygon")


def test_a_polygon_beside_a_box_leaves_the_box(voc: Read) -> None:
    vertices = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in [(2, 3), (9, 3), (9, 8)])
    dataset = voc(f"{NAMED}<polygon>{vertices}</polygon><polygon/>")
    assert only(dataset).edges == (1, 2, 10, 20)
    assert only(dataset).polygons == (((1, 2), (8, 2), (8, 7)),)
    assert dataset.problems == []


def test_a_polygon_of_two_vertices_beside_a_box_is_dropped_alone(voc: Read) -> None:
    dataset = voc(NAMED + TWO_VERTICES)
    assert only(dataset).polygons == ()
    assert problems(dataset) == [(*DEGENERATE, "repair")]


@pytest.mark.parametrize("outline", [TWO_VERTICES, "<polygon/>"])
def test_a_polygon_of_two_vertices_is_no_object(voc: Read, outline: str) -> None:
    dataset = voc(f"<name>a</name>{outline}")
    assert [record.boxes for record in dataset] == [()]
    assert problems(dataset) == [(*DEGENERATE, "skip")]


@pytest.mark.parametrize(("action", "count"), [("repair", 1), ("skip", 0)])
def test_a_vertex_that_is_not_finite_is_dropped(voc: Read, action: str, count: int) -> None:
    points = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in [(2, 3), ("nan", 3), (9, 3), (9, 8)])
    dataset = voc(f"<name>a</name><polygon>{points}</polygon>", on={"invalid_vertex": action})
    assert [len(record.boxes) for record in dataset] == [count]
    assert problems(dataset)[0] == ("invalid_vertex", "Annotations/x.xml", "object[0]/polygon", action)


def test_a_rotated_box_gives_its_extent_and_its_corners(voc: Read) -> None:
    turned = "<cx>21</cx><cy>21</cy><w>20</w><h>10</h><angle>1.5707963267948966</angle>"
    box = only(voc(f"<name>a</name><robndbox>{turned}</robndbox>"))
    assert box.edges == pytest.approx((15, 10, 25, 30))
    assert [pytest.approx(corner) for corner in box.polygons[0]] == [(25, 10), (25, 30), (15, 30), (15, 10)]


def test_an_image_without_objects_is_a_negative_and_no_problem(voc: Read) -> None:
    dataset = voc()
    [record] = dataset
    assert (record.boxes, record.width, record.height, dataset.problems) == ((), 64, 48, [])


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("", ("missing_field", "size")),
        ("64.0 48", None),
        ("0 0", ("size_mismatch", "size")),
        ("48 64", ("size_mismatch", "size")),
        ("wide 48", ("invalid_attribute", "size/width")),
        ("1e300 48", ("invalid_attribute", "size/width")),
    ],
)
def test_the_header_wins_over_the_declared_size(
    voc: Read, size: str, expected: tuple[str, str] | None
) -> None:
    dataset = voc(NAMED, size=size)
    [record] = dataset
    assert (record.width, record.height) == (64, 48)
    assert [problem[::2] for problem in problems(dataset)][:1] == ([expected] if expected else [])


def test_the_raccoons_are_read_without_a_problem(real_data: Path) -> None:
    dataset = read(real_data / "raccoon", "pascal_voc")
    records: dict[str, ImageRecord] = {record.path: record for record in dataset}
    assert dataset.problems == []
    assert sum(len(record.boxes) for record in records.values()) == 217
    assert Counter(record.split for record in records.values()) == {"train": 160, "val": 40}
    assert records["raccoon-1.jpg"].boxes[0].edges == (80, 87, 522, 408)
    assert records["raccoon-1.jpg"].attributes == {}
