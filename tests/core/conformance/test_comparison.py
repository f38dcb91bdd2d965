"""Comparing records: up to what is lost, and up to rounding."""

from dataclasses import replace

import pytest

from boxwright.core.conformance.comparison import changed, difference, erased, in_order
from boxwright.core.schema import Box, ImageRecord

BOX = Box(label="cat", x_min=1, y_min=2, x_max=5, y_max=6, polygons=(((1, 2), (5, 2), (5, 6)),))
RECORD = ImageRecord(path="a1.jpg", width=8, height=8, boxes=(BOX,), split="train")


def with_box(**said) -> ImageRecord:
    return replace(RECORD, boxes=(replace(BOX, **said),))


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (RECORD, None),
        (with_box(x_min=1 + 1e-9), None),
        (with_box(polygons=(((1 + 1e-9, 2), (5, 2), (5, 6)),)), None),
        (with_box(x_min=1.5), ("edges of a box", "(1.0, 2.0, 5.0, 6.0)", "(1.5, 2.0, 5.0, 6.0)")),
        (with_box(truncated=0.5), ("truncated of a box", "None", "0.5")),
        (with_box(label="dog"), ("label of a box", "'cat'", "'dog'")),
        (replace(RECORD, split=None), ("split of an image", "'train'", "None")),
        (replace(RECORD, width=9), ("width of an image", "8", "9")),
        (replace(RECORD, boxes=()), ("the number of boxes of an image", "1: cat", "0: ")),
        (replace(RECORD, ignored=(BOX,)), ("the number of ignored of an image", "0: ", "1: cat")),
    ],
)
def test_the_first_difference_is_told(other, found):
    assert difference([RECORD], [other], tolerance=1e-6) == found


def test_another_number_of_images_is_told():
    assert difference([RECORD], [], tolerance=0) == ("the number of images", "1: a1.jpg", "0: ")


def test_records_are_ordered_by_the_number_in_their_path():
    renamed = [replace(RECORD, path=path) for path in ("a10.jpg", "night/a2.jpg", "x.jpg")]
    assert [record.path for record in in_order(renamed)] == ["x.jpg", "night/a2.jpg", "a10.jpg"]


@pytest.mark.parametrize(
    ("lost", "other"),
    [
        ("truncated", with_box(truncated=0.5)),
        ("edges", with_box(x_min=0, x_max=8)),
        ("split", replace(RECORD, split=None)),
        ("path", replace(RECORD, path="night_a1.png")),
        ("width", replace(RECORD, width=None, height=None)),
        ("ignored", replace(RECORD, ignored=(BOX,))),
    ],
)
def test_what_is_lost_makes_no_difference(lost, other):
    assert erased([RECORD], []) != erased([other], [])
    assert erased([RECORD], [lost]) == erased([other], [lost])


def test_what_changed_are_the_fields_that_said_something():
    other = replace(with_box(x_min=0, pose="Left"), split=None, group="g1")
    assert changed([RECORD], [other], tolerance=0) == {"edges", "split"}


def test_boxes_in_another_order_are_compared_by_label():
    dog = replace(BOX, label="dog")
    before, after = replace(RECORD, boxes=(dog, BOX)), replace(RECORD, boxes=(BOX, dog))
    assert changed([before], [after], tolerance=0) == {"order"}
    assert erased([before], ["order"]) == erased([after], ["order"])
