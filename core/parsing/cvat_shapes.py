"""The shapes of CVAT's XML: what their attributes draw. The format is told in boxwright.adapters.cvat."""

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

from boxwright.core.errors import AnnotationError, reading
from boxwright.core.frame import Frame
from boxwright.core.numbers import number, shortened
from boxwright.core.parsing.derived_edges import derived, of_ellipse
from boxwright.core.parsing.segmentation import polygon_of
from boxwright.core.parsing.xml_outlines import rotated_corners
from boxwright.core.schema import Edges, Polygon, extent

if TYPE_CHECKING:
    from lxml.etree import _Element

CORNERS = ("xtl", "ytl", "xbr", "ybr")
ELLIPSE = ("cx", "cy", "rx", "ry")
MASK = ("left", "top", "width", "height")
CUBOID = re.compile(r"[xy][tb][lr][12]")  # xtl1, ybr2 …: four corners of the front, four of the back
LOOSE = frozenset({"polyline", "points", "skeleton"})
GEOMETRY = frozenset({"label", "occluded", "rotation", "points", "rle", *CORNERS, *ELLIPSE, *MASK})


def drawn(shape: "_Element", where: str, frame: Frame, path: Path) -> tuple[Edges | None, Polygon | None]:
    """The extent of a shape, None where the policy drops it, and its outline where it is one."""
    kind = shape.tag
    if kind == "polygon":
        outline = polygon_of(_points(shape, where, path), frame, path, f"{where}/@points", "skip")
        return (extent(outline), outline) if outline else (None, None)
    turned = math.radians(_number(shape, "rotation", where, path)) if shape.get("rotation") else 0.0
    if kind == "box":
        x_min, y_min, x_max, y_max = edges = _four(shape, CORNERS, where, path)
        if not turned:
            return edges, None
        centre = (x_min + x_max) / 2, (y_min + y_max) / 2
        corners = rotated_corners(centre, (x_max - x_min, y_max - y_min), turned)
        return derived("a rotated one", extent(corners), frame, path, where), corners
    edges = _extent(shape, turned, where, path)
    return derived(f"a {kind}", edges, frame, path, where, loose=kind in LOOSE), None


def _extent(shape: "_Element", turned: float, where: str, path: Path) -> Edges:
    """The edges around a shape that is neither a box nor an outline."""
    if shape.tag == "ellipse":
        return of_ellipse(*_four(shape, ELLIPSE, where, path), turned)
    if shape.tag == "mask":
        left, top, width, height = _four(shape, MASK, where, path)
        return left, top, left + width, top + height
    if shape.tag == "skeleton":
        joints = [_points(joint, where, path) for joint in shape.iterchildren("points")]
        flat = [value for joint in joints for value in joint]
    elif shape.tag == "cuboid":
        corners = [str(name) for name in shape.keys() if CUBOID.fullmatch(str(name))]  # noqa: SIM118
        flat = [_number(shape, f"{axis}{corner[1:]}", where, path) for corner in corners for axis in "xy"]
    elif shape.get("points") is not None:
        flat = _points(shape, where, path)
    else:
        raise AnnotationError(path, where, "is no shape of CVAT 1.1: it has no points")
    if not flat:
        raise AnnotationError(path, where, "has no points")
    return extent(zip(flat[::2], flat[1::2], strict=True))


def _four(shape: "_Element", names: tuple[str, ...], where: str, path: Path) -> Edges:
    a, b, c, d = (_number(shape, name, where, path) for name in names)
    return a, b, c, d


def _number(shape: "_Element", name: str, where: str, path: Path) -> float:
    text = shape.get(name)
    if text is None:
        raise AnnotationError(path, f"{where}/@{name}", "is missing")
    with reading(path, where):
        return number(text, name)


def _points(shape: "_Element", where: str, path: Path) -> list[float]:
    """The coordinates of x,y;x,y;… one after another."""
    text = shape.get("points") or ""
    flat: list[float] = []
    try:
        for pair in text.split(";"):
            x, y = pair.split(",")
            flat += number(x, "x"), number(y, "y")
    except ValueError as error:
        wrong = text.split(";")[len(flat) // 2]
        fact = str(error) if wrong.count(",") == 1 else f"expected x,y; found {shortened(wrong)}"
        raise AnnotationError(path, f"{where}/@points[{len(flat) // 2}]", fact) from None
    return flat
