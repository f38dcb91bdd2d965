"""Boxes, records and data sets: what they refuse, and what a pass over them gives."""

import math
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from boxwright.core.errors import facts
from boxwright.core.images.image_file import ImageFile
from boxwright.core.schema import Box, Cuboid, Dataset, ImageRecord, Info, extent, unsafe_path


def box(label: str = "cat", **fields: object) -> Box:
    return Box(**{"label": label, "x_min": 1, "y_min": 2, "x_max": 3, "y_max": 4, **fields})


def record(path: str = "a.jpg", *labels: str) -> ImageRecord:
    return ImageRecord(path=path, width=10, height=10, boxes=tuple(map(box, labels)))


def test_edges_are_floats_in_the_stated_order():
    edges = box().edges
    assert edges == (1, 2, 3, 4) and all(isinstance(edge, float) for edge in edges)


@pytest.mark.parametrize(
    "fields, fact",
    [
        ({"x_min": math.nan}, "x_min = nan: input should be a finite number"),
        ({"y_max": math.inf}, "y_max = inf: input should be a finite number"),
        ({"x_min": 3.5}, "a minimum is above its maximum in (3.5, 2.0, 3.0, 4.0)"),
        ({"y_min": 5}, "a minimum is above its maximum in (1.0, 5.0, 3.0, 4.0)"),
        (
            {"x_min": -2e150, "x_max": 1e150},
            "an edge lies beyond 1e+150 pixels in (-2e+150, 2.0, 1e+150, 4.0)",
        ),
        ({"label": ""}, "label = '': string should have at least 1 character"),
        ({"truncated": 1.5}, "truncated = 1.5: input should be less than or equal to 1"),
        ({"truncated": -1}, "truncated = -1: input should be greater than or equal to 0"),
        ({"occluded": 4}, "occluded = 4: input should be less than or equal to 3"),
        ({"area": -0.5}, "area = -0.5: input should be greater than or equal to 0"),
        ({"score": math.nan}, "score = nan: input should be a finite number"),
        ({"polygons": [[(0, 1), (2, math.nan)]]}, "polygons.0.1.1 = nan: input should be a finite number"),
        ({"colour": "red"}, "colour = 'red': unexpected keyword argument"),
    ],
)
def test_a_box_that_cannot_be_is_refused(fields: dict[str, object], fact: str):
    with pytest.raises(ValidationError) as caught:
        box(**fields)
    assert facts(caught.value) == fact


def test_a_box_may_be_empty_since_one_pixel_line_drawings_exist():
    assert box(x_max=1).edges == (1, 2, 1, 4)


def test_a_cuboid_holds_no_nan():
    with pytest.raises(ValidationError) as caught:
        Cuboid(x=math.nan)
    assert facts(caught.value) == "x = nan: input should be a finite number"


def test_an_extent_goes_around_all_points():
    assert extent(iter([(3, 9), (1, 2), (5, 4)])) == (1, 2, 5, 9)
    with pytest.raises(ValueError):
        extent(())


def test_boxes_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        box().label = "dog"  # type: ignore[misc]


def test_replacing_an_edge_checks_the_box_again():
    with pytest.raises(ValidationError):
        replace(box(), x_min=99)


def test_attributes_keep_the_types_of_their_values():
    values = {"flag": True, "count": 1, "share": 1.0, "text": "1"}
    found = box(attributes=values).attributes
    assert {key: type(value) for key, value in found.items()} == {
        "flag": bool,
        "count": int,
        "share": float,
        "text": str,
    }


@pytest.mark.parametrize(
    "fields, fact",
    [
        ({"width": 0}, "width = 0: input should be greater than or equal to 1"),
        ({"height": 10**9 + 1}, "height = 1000000001: input should be less than or equal to 1000000000"),
        ({"height": -1}, "height = -1: input should be greater than or equal to 1"),
        ({"path": "../a.jpg"}, "path '../a.jpg' leaves its folder"),
    ],
)
def test_a_record_that_cannot_be_is_refused(fields: dict[str, object], fact: str):
    with pytest.raises(ValidationError) as caught:
        ImageRecord(**{"path": "a.jpg", "width": 1, "height": 1, **fields})
    assert facts(caught.value) == fact


def test_where_the_bytes_are_takes_no_part_in_comparisons():
    assert replace(record(), file=ImageFile(Path("x"))) == record()
    assert replace(record(), group="g") != record()


@pytest.mark.parametrize(
    "path, fact",
    [
        ("", "is empty"),
        ("a\0.jpg", "holds a NUL character"),
        ("/a.jpg", "is absolute"),
        ("\\a.jpg", "is absolute"),
        ("C:\\photos\\a.jpg", "is absolute"),
        ("c:a.jpg", "is absolute"),
        ("\\\\server\\share\\a.jpg", "is absolute"),
        ("//server/share/a.jpg", "is absolute"),
        ("https://example.org/a.jpg", "is a URL"),
        ("..", "leaves its folder"),
        ("../a.jpg", "leaves its folder"),
        ("a/../../b.jpg", "leaves its folder"),
        ("a\\..\\..\\b.jpg", "leaves its folder"),
        (".", "names a folder"),
        ("./", "names a folder"),
    ],
)
def test_an_unsafe_path_is_told_why(path: str, fact: str):
    assert unsafe_path(path) == fact


@pytest.mark.parametrize(
    "path", ["a.jpg", "a/b c.jpg", "..a/b..jpg", "...", "ü%#[]{}'.png", "a\\b.jpg", "./a.jpg", "~/a.jpg"]
)
def test_a_path_inside_is_safe(path: str):
    assert unsafe_path(path) is None


@given(st.lists(st.sampled_from(["..", ".", "a", "/", "\\", "C:", ""])).map("".join))
def test_what_is_called_safe_stays_below_its_folder(path: str):
    if unsafe_path(path) is None:
        for separated in (path, path.replace("\\", "/")):
            assert Path("/root/x").joinpath(separated).resolve().is_relative_to("/root/x")


def test_each_iteration_is_a_fresh_scan():
    dataset = Dataset(["cat"], lambda: iter([record("a.jpg"), record("b.jpg")]))
    assert [found.path for found in dataset] == [found.path for found in dataset] == ["a.jpg", "b.jpg"]


def test_declared_labels_keep_their_order_and_cost_no_pass():
    def scan() -> Iterator[ImageRecord]:
        raise AssertionError("nobody may scan")

    assert Dataset(["dog", "cat"], scan).labels == ("dog", "cat")


def test_labels_that_nobody_declared_are_alphabetical_and_found_once():
    passes = []

    def scan() -> Iterator[ImageRecord]:
        passes.append(1)
        yield record("a.jpg", "dog", "cat")
        yield record("b.jpg", "ant")

    dataset = Dataset(None, scan)
    assert dataset.labels == dataset.labels == ("ant", "cat", "dog")
    assert len(passes) == 1


def test_a_declared_empty_list_of_labels_is_a_list():
    assert Dataset([], lambda: iter([record("a.jpg", "cat")])).labels == ()


def test_a_derived_data_set_shares_info_and_problems_alone():
    dataset = Dataset(["cat"], lambda: iter([record()]), Info(name="pets"))
    derived = dataset.derive(lambda: iter([]))
    assert derived.info is dataset.info and derived.problems is dataset.problems
    assert list(derived) == [] and derived.declared_labels is None
