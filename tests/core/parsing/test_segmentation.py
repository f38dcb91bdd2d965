"""Outlines: polygons and masks, and what becomes of those that are none."""

from pathlib import Path

import pytest

from boxwright.core.errors import AnnotationError
from boxwright.core.frame import Frame
from boxwright.core.parsing.rle import Mask
from boxwright.core.parsing.segmentation import (
    Outline,
    extent_of,
    outline_of,
    outlines_tell,
    polygons_text,
)
from boxwright.core.problems import Action, Policy, Problem
from boxwright.core.reporter import Reporter
from boxwright.core.schema import Box, Polygon

TRIANGLE = ((10.0, 20.0), (30.5, 20.0), (30.0, 60.0))
FLAT = [10.0, 20.0, 30.5, 20.0, 30.0, 60.0]
NAN = float("nan")


def outline(value: object, *, alone: bool = False, **actions: Action) -> tuple[Outline | None, list[str]]:
    found: list[Problem] = []
    reporter = Reporter(root=Path(), policy=Policy(actions=actions), sink=found.append)
    result = outline_of(value, Frame(reporter, "x", 100, 80), Path("x"), "s", alone=alone)
    return result, [f"{problem.where}: {problem.code}: {problem.effect}" for problem in found]


@pytest.mark.parametrize("value", [None, [], {}, "", [[]]])
def test_nothing_is_no_outline(value: object):
    assert outline(value) == ((), [])


@pytest.mark.parametrize("value", [FLAT, [FLAT], [FLAT, []], [[10, 20, "30.5", 20, 30, 60]]])
def test_flat_lists_are_polygons(value: object):
    assert outline(value) == ((TRIANGLE,), [])


def test_runs_are_a_mask():
    assert outline({"size": [80, 100], "counts": [0, 10, 7990]}) == (
        Mask(height=80, width=100, counts="0:fi7"),
        [],
    )


@pytest.mark.parametrize(
    "value, alone, actions, kept, problems",
    [
        ([[1, 2]], False, {}, (), ["s[0]: degenerate_polygon: polygon dropped"]),
        ([FLAT, [1, 2]], False, {}, (TRIANGLE,), ["s[1]: degenerate_polygon: polygon dropped"]),
        ([FLAT, [1, 2]], True, {}, None, ["s[1]: degenerate_polygon: object dropped"]),
        ([[1, 2]], False, {"degenerate_polygon": "skip"}, None, ["s[0]: degenerate_polygon: object dropped"]),
        ([[*FLAT, NAN, 5]], True, {}, (TRIANGLE,), ["s[0]: invalid_vertex: vertices dropped"]),
        ([[*FLAT, NAN, 5]], True, {"invalid_vertex": "skip"}, None, ["s[0]: invalid_vertex: box dropped"]),
        ([[1e308, 1e308, 1e308, 0, 0, 0]], True, {}, (((1e308, 1e308), (1e308, 0), (0, 0)),), []),
        ({"counts": []}, False, {}, (), ["s: invalid_attribute: value repaired or taken as unknown"]),
    ],
)
def test_a_part_that_cannot_be_is_dropped_or_its_object(
    value: object, alone: bool, actions: dict[str, Action], kept: object, problems: list[str]
):
    assert outline(value, alone=alone, **actions) == (kept, problems)


@pytest.mark.parametrize(
    "value, alone, problem",
    [
        ([[1, 2, 3]], False, "x: s[0]: expected x, y, x, y, …; found [1, 2, 3]"),
        ([[1, 2], "x"], False, "x: s[1]: expected x, y, x, y, …; found 'x'"),
        ([[1, None]], False, "x: s[0]: vertex: None is not a finite number"),
        (5, False, "x: s: expected polygons, or a mask with size and counts; found 5"),
        ({"counts": []}, True, "x: s: size: expected [height, width]; found None"),
    ],
)
def test_what_cannot_be_understood_is_an_error(value: object, alone: bool, problem: str):
    with pytest.raises(AnnotationError) as caught:
        outline(value, alone=alone)
    assert str(caught.value) == problem


def test_the_extent_is_that_of_all_polygons():
    assert extent_of((TRIANGLE, ((1, 2), (3, 4), (5, 99)))) == (1, 2, 30.5, 99)
    assert extent_of(()) is None


def test_polygons_are_written_with_the_shortest_numbers():
    assert polygons_text((TRIANGLE, TRIANGLE)) == "[[10, 20, 30.5, 20, 30, 60], [10, 20, 30.5, 20, 30, 60]]"
    assert polygons_text((TRIANGLE[:2],)) == "[]"
    assert polygons_text(()) == "[]"


@pytest.mark.parametrize(
    ("right", "polygons", "told"),
    [
        (30.5, (TRIANGLE,), True),
        (30.5 + 1e-7, (TRIANGLE,), True),
        (30.501, (TRIANGLE,), False),
        (30.5, (TRIANGLE[:2], TRIANGLE), False),
        (30.5, (), False),
    ],
)
def test_outlines_tell_a_box_that_is_their_extent(right: float, polygons: tuple[Polygon, ...], told: bool):
    box = Box(label="x", x_min=10, y_min=20, x_max=right, y_max=60, polygons=polygons)
    assert outlines_tell(box) is told
