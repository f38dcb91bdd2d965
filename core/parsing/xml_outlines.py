"""Outlines of objects in XML, as annotation tools write them beside a box or instead of it.

LabelMe:     <polygon><pt><x>2</x><y>3</y></pt>…</polygon>
Roboflow:    <polygon><x1>2</x1><y1>3</y1><x2>9</x2>…</polygon>
roLabelImg:  <robndbox><cx>21</cx><cy>21</cy><w>20</w><h>10</h><angle>1.57</angle></robndbox>
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from boxwright.core.frame import Frame
from boxwright.core.parsing.derived_edges import turned_point
from boxwright.core.parsing.xml_document import children, coordinate
from boxwright.core.problems import Action
from boxwright.core.schema import FEWEST_VERTICES, Point, Polygon

if TYPE_CHECKING:
    from lxml.etree import _Element

OUTLINES = frozenset({"polygon", "robndbox"})
NOT_FINITE = frozenset({"nan", "inf", "infinity"})
NUMBERED_X = re.compile(r"x\d+")


def polygons(
    outlines: "Iterable[_Element]", place: str, frame: Frame, by: int, *, alone: bool
) -> tuple[Polygon, ...] | None:
    """The outlines that enclose an area; None when a problem's action drops the object.

    by      what moves the file's coordinates to our origin, in whole pixels
    alone   nothing else tells where the object is: an outline without area drops the object with it
    """
    found: list[Polygon] = []
    for outline in outlines:
        where = f"{place}/{outline.tag}"
        polygon = _rotated if outline.tag == "robndbox" else _finite
        vertices = polygon(outline, where, frame, by)
        if vertices is None:
            return None
        if len(vertices) >= FEWEST_VERTICES:
            found.append(vertices)
        elif vertices or alone:  # tools leave an empty one beside a box
            default: Action = "skip" if alone else "repair"
            if _drops("degenerate_polygon", frame, where, f"{len(vertices)} vertices", default):
                return None
    return tuple(found)


def _finite(outline: "_Element", where: str, frame: Frame, by: int) -> Polygon | None:
    """The finite vertices of a polygon; None when a problem's action drops the object."""
    vertices: list[Point] = []
    for x, y in _vertices(outline, where, frame):
        if NOT_FINITE.isdisjoint((_unsigned(x), _unsigned(y))):
            vertices.append((coordinate(x, by, frame.path, where), coordinate(y, by, frame.path, where)))
        elif _drops("invalid_vertex", frame, where, f"{x.text}, {y.text} is no vertex"):
            return None
    return tuple(vertices)


def _vertices(outline: "_Element", where: str, frame: Frame) -> "Iterator[tuple[_Element, _Element]]":
    for point in outline.iterchildren("pt"):
        found = children(point, ("x", "y"), frame.path, where)
        yield found["x"], found["y"]
    numbered = [child.tag for child in outline if NUMBERED_X.fullmatch(child.tag)]
    pairs = [(tag, f"y{tag[1:]}") for tag in numbered]
    found = children(outline, chain.from_iterable(pairs), frame.path, where)  # once: there may be thousands
    yield from ((found[x], found[y]) for x, y in pairs)


def _rotated(outline: "_Element", where: str, frame: Frame, by: int) -> Polygon:
    """The corners of a rotated box: its centre, its size, and an angle in radians, clockwise."""
    found = children(outline, ("cx", "cy", "w", "h", "angle"), frame.path, where)
    x, y = (coordinate(found[name], by, frame.path, where) for name in ("cx", "cy"))
    width, height, angle = (coordinate(found[name], 0, frame.path, where) for name in ("w", "h", "angle"))
    return rotated_corners((x, y), (width, height), angle)


def rotated_corners(centre: Point, size: tuple[float, float], angle: float) -> Polygon:
    """The corners of a box of a width and height that is turned by an angle in radians, clockwise."""
    (x, y), right, down = centre, size[0] / 2, size[1] / 2
    corners = ((-right, -down), (right, -down), (right, down), (-right, down))
    return tuple(turned_point(x, y, *corner, angle) for corner in corners)


def _unsigned(element: "_Element") -> str:
    return (element.text or "").strip().lower().lstrip("+-")


def _drops(code: str, frame: Frame, place: str, message: str, default: Action | None = None) -> bool:
    return frame.reporter.problem(code, frame.path, place, message, default) == "skip"
