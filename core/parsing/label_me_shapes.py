"""The shapes of LabelMe: what their points draw. The format is described in boxwright.adapters.label_me."""

import math
from itertools import chain
from pathlib import Path
from typing import Any

from boxwright.core.errors import AnnotationError, reading
from boxwright.core.frame import Frame
from boxwright.core.numbers import number, shortened
from boxwright.core.parsing.derived_edges import derived, of_ellipse
from boxwright.core.parsing.json_document import Object
from boxwright.core.parsing.json_values import list_at
from boxwright.core.parsing.segmentation import polygon_of
from boxwright.core.schema import Edges, Point, Polygon, extent

RECTANGLE, POLYGON = "rectangle", "polygon"
# X-AnyLabeling calls a turned rectangle a rotation; LabelMe 3 had polygons only, and no type.
OUTLINES = (POLYGON, "oriented_rectangle", "rotation")
LOOSE = ("point", "points", "line", "linestrip")
LONGEST_KIND = 40  # characters of a type in a message


def drawn(shape: Object, frame: Frame, path: Path, where: str) -> tuple[Edges, Polygon | None] | None:
    """The extent of a shape, and its outline where it is one; None where the policy drops it."""
    kind, place = shape.get("shape_type") or POLYGON, f"{where}.points"
    points = list_at(shape.get("points"), path, place)
    if not points:
        raise AnnotationError(path, place, "expected [[x, y], …]; found []")
    if kind in OUTLINES:
        outline = polygon_of(_flat(points, path, place), frame, path, place, "skip")
        return (extent(outline), outline) if outline else None
    vertices = [_point(point, path, f"{place}[{index}]") for index, point in enumerate(points)]
    if kind == RECTANGLE:
        if len(vertices) not in (2, 4):
            raise AnnotationError(path, place, f"a rectangle has 2 corners, or 4; found {len(vertices)}")
        return extent(vertices), None
    named = kind if isinstance(kind, str) and len(kind) < LONGEST_KIND else shortened(kind)
    edges = derived(f"a {named}", _extent(named, vertices), frame, path, place, loose=named in LOOSE)
    return None if edges is None else (edges, None)


def _extent(kind: str, vertices: list[Point]) -> Edges:
    if kind == "circle" and len(vertices) == 2:  # its centre, and a point on it
        radius = math.dist(*vertices)
        return of_ellipse(*vertices[0], radius, radius)
    x_min, y_min, x_max, y_max = extent(vertices)
    if kind == "mask":  # its first and its last pixel
        return x_min, y_min, x_max + 1, y_max + 1
    return x_min, y_min, x_max, y_max


def _flat(points: list[Any], path: Path, place: str) -> list[Any]:
    """Points as one list of numbers (Any: checked where they become vertices)."""
    for index, point in enumerate(points):
        if not isinstance(point, list) or len(point) != 2:
            raise AnnotationError(path, f"{place}[{index}]", f"expected [x, y]; found {shortened(point)}")
    return list(chain.from_iterable(points))


def _point(value: object, path: Path, where: str) -> Point:
    x, y = _flat([value], path, where.rpartition("[")[0])
    with reading(path, where):
        return number(x, "x"), number(y, "y")
