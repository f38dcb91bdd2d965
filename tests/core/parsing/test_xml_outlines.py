"""Outlines as LabelMe, Roboflow and roLabelImg write them."""

import time
from pathlib import Path

import pytest
from lxml import etree

from boxwright.core.errors import AnnotationError
from boxwright.core.frame import Frame
from boxwright.core.parsing.xml_outlines import polygons
from boxwright.core.problems import Policy, Problem
from boxwright.core.reporter import Reporter


@pytest.fixture
def problems() -> list[Problem]:
    return []


@pytest.fixture
def frame(problems: list[Problem]) -> Frame:
    return Frame(Reporter(root=Path("/"), policy=Policy(), sink=problems.append), "a.xml", None, None)


def outlines(text: str):
    return list(etree.fromstring(f"<object>{text}</object>"))


POINTS = "<pt><x>2</x><y>3</y></pt><pt><x>9</x><y>3</y></pt><pt><x>9.5</x><y>8</y></pt>"
NUMBERED = "<x1>2</x1><y1>3</y1><x2>9</x2><y2>3</y2><x3>9.5</x3><y3>8</y3>"


@pytest.mark.parametrize("text", [POINTS, NUMBERED])
def test_vertices_are_moved_to_our_origin(frame: Frame, text: str):
    found = polygons(outlines(f"<polygon>{text}</polygon><polygon/>"), "object[0]", frame, -1, alone=False)
    assert found == (((1, 2), (8, 2), (8.5, 7)),)


def test_thousands_of_numbered_vertices_take_no_longer_than_their_text(frame: Frame):
    text = "".join(f"<x{number}>1</x{number}><y{number}>{number}</y{number}>" for number in range(20_000))
    [outline] = outlines(f"<polygon>{text}</polygon>")
    start = time.process_time()
    [vertices] = polygons([outline], "o", frame, 0, alone=True) or ()
    assert time.process_time() - start < 5  # a minute when each vertex looked for its own
    assert vertices[-1] == (1, 19_999)


def test_a_rotated_box_is_its_four_corners(frame: Frame):
    turned = "<robndbox><cx>21</cx><cy>21</cy><w>20</w><h>10</h><angle>0</angle></robndbox>"
    found = polygons(outlines(turned), "o", frame, -1, alone=True)
    assert found == (((10, 15), (30, 15), (30, 25), (10, 25)),)


@pytest.mark.parametrize("alone, found, action", [(True, None, "skip"), (False, (), "repair")])
def test_a_vertex_that_is_not_finite_is_dropped_and_reported(
    frame: Frame, problems: list[Problem], alone: bool, found: object, action: str
):
    text = f"<polygon>{POINTS.replace('9.5', '-inf')}</polygon>"
    assert polygons(outlines(text), "object[0]", frame, 0, alone=alone) == found
    assert [(each.code, each.where, each.action) for each in problems] == [
        ("invalid_vertex", "object[0]/polygon", "repair"),
        ("degenerate_polygon", "object[0]/polygon", action),
    ]


@pytest.mark.parametrize(
    "text, fact",
    [
        ("<polygon><x1>1</x1></polygon>", "o/polygon: missing y1"),
        ("<polygon><x1>1</x1><y1>1</y1><x1>2</x1></polygon>", "o/polygon/x1: stands here twice"),
        ("<polygon><x1>1</x1><y1>1</y1><y1>2</y1></polygon>", "o/polygon/y1: stands here twice"),
        ("<polygon><pt><x>1</x></pt></polygon>", "o/polygon: missing y"),
        ("<robndbox><cx>1</cx></robndbox>", "o/robndbox: missing cy"),
        ("<polygon><pt><x>a</x><y>1</y></pt></polygon>", "o/polygon/x: 'a' is not a finite number"),
    ],
)
def test_what_is_missing_is_named(frame: Frame, text: str, fact: str):
    with pytest.raises(AnnotationError) as caught:
        polygons(outlines(text), "o", frame, 0, alone=True)
    assert str(caught.value) == f"a.xml: {fact}"
