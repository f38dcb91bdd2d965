"""Boxes on an image's grid: mapped from the displayed to the stored grid, checked, clipped or dropped."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from boxwright.core.errors import AnnotationError
from boxwright.core.frame import Frame, shown
from boxwright.core.images.image_file import ImageFile
from boxwright.core.problems import Action, Policy, Problem
from boxwright.core.reporter import Reporter
from boxwright.core.schema import Edges, ImageRecord

ORIENTATION = 0x0112
WIDTH, HEIGHT = 100, 50


def frame(
    width: int | None = WIDTH,
    height: int | None = HEIGHT,
    orientation: int = 1,
    labels: tuple[str, ...] | None = None,
    **actions: Action,
) -> tuple[Frame, list[Problem]]:
    """A frame of the annotation a.xml, and the list that its problems go to."""
    found: list[Problem] = []
    reporter = Reporter(root=Path("/data"), policy=Policy(actions=actions), sink=found.append, labels=labels)
    return Frame(reporter, Path("/data/a.xml"), width, height, orientation), found


def told(problems: list[Problem]) -> list[tuple[str, str, str, str, str]]:
    return [(found.code, found.path, found.where, found.message, found.action) for found in problems]


# Problems, with every action.


@pytest.mark.parametrize(
    "edges", [(0, 0, WIDTH, HEIGHT), (0, 0, 1, 1), (99.5, 49.5, 100, 50), (12.25, 3, 12.5, 4)]
)
def test_a_box_inside_is_left_as_it_is(edges: Edges):
    there, problems = frame()
    box = there.box("cat", edges, where=3)
    assert box is not None and (box.label, box.edges) == ("cat", edges) and problems == []


OUTSIDE = ("box_outside_image", "a.xml", "3", "[-1, 2, 101.5, 50] in an image of 100 x 50")


@pytest.mark.parametrize(
    "action, edges", [("repair", (0, 2, 100, 50)), ("keep", (-1, 2, 101.5, 50)), ("skip", None)]
)
def test_a_box_partly_outside_is_treated_as_wanted(action: Action, edges: Edges | None):
    there, problems = frame(box_outside_image=action)
    box = there.box("cat", (-1, 2, 101.5, 50), where=3)
    assert (box and box.edges) == edges
    assert told(problems) == [(*OUTSIDE, action)]


def test_a_box_partly_outside_is_clipped_by_default():
    there, problems = frame()
    box = there.box("cat", (-1, 2, 101.5, 50), where=3)
    assert box is not None and box.edges == (0, 2, 100, 50)
    assert told(problems) == [(*OUTSIDE, "repair")]


@pytest.mark.parametrize(
    "edges", [(-5, 0, 0, 9), (100, 0, 110, 9), (0, -9, 9, 0), (0, 50, 9, 51), (-9, -9, -1, -1)]
)
def test_a_box_without_a_pixel_inside_is_dropped_where_others_are_clipped(edges: Edges):
    there, problems = frame()
    assert there.box("cat", edges, where=3) is None
    assert [(found.code, found.action) for found in problems] == [("box_outside_image", "skip")]


def test_a_box_without_a_pixel_inside_is_kept_where_that_is_wanted():
    there, _ = frame(box_outside_image="keep")
    box = there.box("cat", (-5, 0, 0, 9), where=3)
    assert box is not None and box.edges == (-5, 0, 0, 9)


@pytest.mark.parametrize("edges", [(5, 1, 5, 9), (1, 5, 9, 5), (5, 5, 5, 5)])
@pytest.mark.parametrize("action", ["skip", "keep"])
def test_a_box_without_area_is_treated_as_wanted(edges: Edges, action: Action):
    there, problems = frame(box_empty=action)
    box = there.box("cat", edges, where="object[0]")
    assert (box and box.edges) == (edges if action == "keep" else None)
    assert told(problems) == [("box_empty", "a.xml", "object[0]", f"{shown(edges)} has no area", action)]


@pytest.mark.parametrize("edges", [(9, 1, 5, 4), (5, 4, 9, 1), (9, 4, 5, 1)])
@pytest.mark.parametrize("action", ["skip", "repair"])
def test_an_inverted_box_is_treated_as_wanted(edges: Edges, action: Action):
    there, problems = frame(box_inverted=action)
    box = there.box("cat", edges, where=3)
    assert (box and box.edges) == ((5, 1, 9, 4) if action == "repair" else None)
    message = f"{shown(edges)} has a minimum above its maximum"
    assert told(problems) == [("box_inverted", "a.xml", "3", message, action)]


def test_an_inverted_box_is_empty_or_outside_too_once_it_is_put_right():
    there, problems = frame(box_inverted="repair")
    there.box("cat", (9, 4, 5, 4), where=3)
    box = there.box("cat", (120, 1, 5, 4), where=4)
    assert box is not None and box.edges == (5, 1, 100, 4)
    assert [found.code for found in problems] == [
        "box_inverted",
        "box_empty",
        "box_inverted",
        "box_outside_image",
    ]


@pytest.mark.parametrize("action, count", [("keep", 2), ("skip", 1)])
def test_the_same_box_again_is_treated_as_wanted(action: Action, count: int):
    there, problems = frame(duplicate_box=action)
    boxes = [there.box("cat", (1, 2, 3, 4.5), where=where) for where in (3, 4)]
    assert len([box for box in boxes if box]) == count
    assert told(problems) == [("duplicate_box", "a.xml", "4", "cat [1, 2, 3, 4.5] stands here twice", action)]


def test_a_long_label_is_cut_where_thousands_of_boxes_could_repeat_it():
    there, problems = frame()
    for where in (3, 4):
        there.box("x" * 61, (1, 2, 3, 4), where=where)
    message = f"{'x' * 60}… [1, 2, 3, 4] stands here twice"
    assert told(problems) == [("duplicate_box", "a.xml", "4", message, "keep")]


def test_another_label_other_edges_and_another_frame_make_no_duplicate():
    for _ in range(2):
        there, problems = frame()
        for label, edges in (("cat", (1, 2, 3, 4)), ("dog", (1, 2, 3, 4)), ("cat", (1, 2, 3, 5))):
            assert there.box(label, edges, where=3)
        assert problems == []


@pytest.mark.parametrize(
    "edges, fact",
    [
        ((-1, 2, 3, 4), "box_outside_image: [-1, 2, 3, 4] in an image of 100 x 50"),
        ((-9, 2, -1, 4), "box_outside_image: [-9, 2, -1, 4] in an image of 100 x 50"),
        ((1, 2, 1, 4), "box_empty: [1, 2, 1, 4] has no area"),
        ((3, 2, 1, 4), "box_inverted: [3, 2, 1, 4] has a minimum above its maximum"),
        ((7, 7, 8, 8), "duplicate_box: cat [7, 7, 8, 8] stands here twice"),
    ],
)
def test_each_problem_can_be_an_error(edges: Edges, fact: str):
    found: list[Problem] = []
    there = Frame(
        Reporter(root=Path("/data"), policy=Policy(strict=True), sink=found.append), "a.xml", WIDTH, HEIGHT
    )
    there.box("cat", (7, 7, 8, 8), where=2)
    with pytest.raises(AnnotationError) as caught:
        there.box("cat", edges, where=3)
    assert str(caught.value) == f"a.xml:3: {fact}"
    assert found == []


def test_where_nobody_knows_the_size_nothing_is_outside():
    there, problems = frame(None, None)
    box = there.box("cat", (-1, 2, 5000, 50), where=3)
    assert box is not None and box.edges == (-1, 2, 5000, 50) and problems == []


def test_other_fields_reach_the_box_and_are_checked():
    there, _ = frame()
    box = there.box("cat", (1, 2, 3, 4), where=3, occluded=2, polygons=[[(1, 2), (3, 4), (1, 4)]])
    assert box is not None and (box.occluded, box.polygons) == (2, (((1, 2), (3, 4), (1, 4)),))
    with pytest.raises(AnnotationError) as caught:
        there.box("cat", (1, 2, 3, 5), where=4, occluded=7)
    assert caught.value.fact == "occluded = 7: input should be less than or equal to 3"
    assert caught.value.where == "4"


def test_a_field_that_no_box_has_is_an_error_and_not_dropped():
    there, _ = frame()
    with pytest.raises(AnnotationError) as caught:
        there.box("cat", (1, 2, 3, 4), where=4, trucated=0.5)
    assert caught.value.fact == "trucated = 0.5: unexpected keyword argument"


def test_a_label_outside_the_closed_list_is_an_error():
    there, _ = frame(labels=("cat", "dog"))
    with pytest.raises(AnnotationError) as caught:
        there.box("dgo", (1, 2, 3, 4), where=3)
    assert str(caught.value) == "a.xml:3: label 'dgo' is not in the list cat, dog; did you mean 'dog'?"


def test_a_region_is_no_class_and_may_repeat_but_is_checked_like_a_box():
    there, problems = frame(labels=("cat",))
    regions = [
        there.region("DontCare", edges, where=3) for edges in [(-1, 2, 3, 4), (0, 2, 3, 4), (5, 5, 5, 6)]
    ]
    assert [region and region.edges for region in regions] == [(0, 2, 3, 4), (0, 2, 3, 4), None]
    assert [found.code for found in problems] == ["box_outside_image", "box_empty"]


def test_a_record_has_the_size_the_file_and_the_boxes_that_were_not_dropped():
    there, _ = frame(box_empty="skip")
    boxes = [there.box("cat", edges, where=3) for edges in [(1, 2, 3, 4), (5, 5, 5, 5)]]
    record = there.record("a.jpg", boxes, split="train")
    assert record == ImageRecord(path="a.jpg", width=WIDTH, height=HEIGHT, boxes=(boxes[0],), split="train")
    image = ImageFile(Path("/data/a.jpg"))
    assert Frame(there.reporter, "a.xml", None, None, file=image).record("a.jpg").file is image


def test_a_field_that_no_record_can_have_is_an_error_with_its_place():
    there, _ = frame()
    with pytest.raises(AnnotationError) as caught:
        there.record("../a.jpg", where=7)
    assert str(caught.value) == "/data/a.xml:7: path '../a.jpg' leaves its folder"
    with pytest.raises(AnnotationError) as caught:
        there.record("a.jpg", spilt="train")
    assert str(caught.value) == "/data/a.xml: spilt = 'train': unexpected keyword argument"


def test_edges_are_shown_exactly():
    assert shown((12, 30.5, -40.0, 1280.0000000000002)) == "[12, 30.5, -40, 1280.0000000000002]"
    assert shown((1234567.25, 0.1, 1e300, 0)) == "[1234567.25, 0.1, 1e+300, 0]"


# Geometry.

NUMBERS = st.floats(-300, 300)
BOXES = st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS)


@given(BOXES)
def test_a_clipped_box_lies_in_the_image_and_clipping_again_changes_nothing(edges: Edges):
    there, problems = frame()
    box = there.box("cat", edges, where=1)
    if box is None:
        assert len(problems) == 1 and problems[0].action == "skip"
        return
    x_min, y_min, x_max, y_max = box.edges
    assert 0 <= x_min < x_max <= WIDTH and 0 <= y_min < y_max <= HEIGHT
    again, none = frame()
    same = again.box("cat", box.edges, where=1)
    assert same == box and none == []


@given(BOXES, st.floats(0, WIDTH), st.floats(0, HEIGHT))
def test_clipping_keeps_every_point_of_the_image(edges: Edges, x: float, y: float):
    box = frame()[0].box("cat", edges, where=1)
    inside = edges[0] < x < edges[2] and edges[1] < y < edges[3]
    clipped = box is not None and box.x_min < x < box.x_max and box.y_min < y < box.y_max
    assert clipped == (inside and 0 < x < WIDTH and 0 < y < HEIGHT)


@st.composite
def marks(draw: st.DrawFn) -> tuple[int, int, tuple[int, int, int, int]]:
    """A stored image's width and height, and a box of whole pixels on it."""
    width, height = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    x_min, y_min = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    x_max, y_max = draw(st.integers(x_min + 1, width)), draw(st.integers(y_min + 1, height))
    return width, height, (x_min, y_min, x_max, y_max)


def displayed(width: int, height: int, mark: tuple[int, int, int, int], orientation: int) -> Image.Image:
    """What Pillow shows of a stored black image with a white mark and this EXIF orientation."""
    stored = Image.new("L", (width, height))
    stored.paste(255, mark)
    stored.getexif()[ORIENTATION] = orientation
    return ImageOps.exif_transpose(stored)


@pytest.mark.parametrize("orientation", range(1, 9))
@given(marks())
def test_a_box_drawn_on_the_displayed_image_lands_on_the_stored_mark(
    orientation: int, given_mark: tuple[int, int, tuple[int, int, int, int]]
):
    width, height, mark = given_mark
    on_display = displayed(width, height, mark, orientation).getbbox()
    assert on_display is not None
    there, problems = frame(width, height, orientation)
    box = there.box("mark", on_display, where=1)
    assert box is not None and box.edges == mark and problems == []


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("make", ["box", "region"])
def test_polygons_are_mapped_with_their_edges(orientation: int, make: str):
    there, _ = frame(40, 30, orientation)
    polygon = ((3, 5), (11, 7), (4, 9))
    box = getattr(there, make)("cat", (3, 5, 11, 9), where=1, polygons=[polygon])
    [outline] = box.polygons
    xs, ys = zip(*outline, strict=True)
    assert (min(xs), min(ys), max(xs), max(ys)) == box.edges
    # The corner (3, 5) is the polygon's alone, so mirroring cannot hide: it must stay a corner of the box.
    assert outline[0] in [(x, y) for x in (box.x_min, box.x_max) for y in (box.y_min, box.y_max)]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("edges", [(9, 1, 5, 4), (5, 4, 9, 1), (9, 4, 5, 1)])
def test_a_mapped_box_that_was_inverted_still_is(orientation: int, edges: Edges):
    there, problems = frame(40, 30, orientation)
    assert there.box("cat", edges, where=1) is None
    assert [found.code for found in problems] == ["box_inverted"]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_inverted_box_put_right_is_the_one_that_was_meant(orientation: int):
    repaired, _ = frame(40, 30, orientation, box_inverted="repair")
    right, _ = frame(40, 30, orientation)
    found, meant = repaired.box("cat", (9, 1, 5, 4), where=1), right.box("cat", (5, 1, 9, 4), where=1)
    assert found == meant is not None


def test_a_box_outside_the_displayed_image_is_clipped_on_the_stored_one():
    there, problems = frame(40, 30, 6)  # displayed: 30 x 40
    box = there.box("cat", (-3, 1, 5, 4), where=1)
    assert box is not None and box.edges == (1, 25, 4, 30)
    assert [found.message for found in problems] == ["[1, 25, 4, 33] in an image of 40 x 30"]


@pytest.mark.parametrize(
    "orientation, grid", [(1, (WIDTH, HEIGHT)), (3, (WIDTH, HEIGHT)), (6, (HEIGHT, WIDTH))]
)
def test_float_noise_beyond_the_border_of_the_grid_that_was_drawn_on_is_taken_away(
    orientation: int, grid: tuple[int, int]
):
    there, _ = frame(orientation=orientation)
    assert there.snapped((-1e-9, -1e-4, grid[0] + 1e-9, grid[1] + 1e-4), 1e-3) == (0, 0, *grid)
    for edges in ((-0.01, -1.0, grid[0] + 0.01, grid[1] + 1.0), (0.0001, 1.0, 2.0, grid[1] - 0.0001)):
        assert there.snapped(edges, 1e-3) == edges


def test_without_a_size_nothing_is_noise():
    there, _ = frame(None, None)
    assert there.snapped((-1e-9, 0, 1, 1), 1e-3) == (-1e-9, 0, 1, 1)
