"""Outlines of objects as COCO and its relatives have them: polygons as flat lists, or a mask.

[[x, y, x, y, …], …]     {"size": [height, width], "counts": …}
"""

import math
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from boxwright.core.errors import AnnotationError
from boxwright.core.frame import Frame
from boxwright.core.numbers import decimal, number, shortened
from boxwright.core.parsing.rle import Mask, mask_of
from boxwright.core.problems import Action
from boxwright.core.schema import FEWEST_VERTICES, Box, Edges, Polygon, extent
from boxwright.core.write_context import WriteContext

Outline = tuple[Polygon, ...] | Mask

# Of an edge of a box and its outline, in pixels: what formats with fractions lose on the way.
SAME_EDGE = 1e-6


def outline_of(value: object, frame: Frame, path: Path, where: str, *, alone: bool) -> Outline | None:
    """Polygons, or a mask of the frame's size; None where a problem's action drops the object.

    alone    nothing else tells where the object is: a polygon without area drops the object with it, and
             a mask that cannot be is an AnnotationError; otherwise the object stays without either
    """
    if not value:
        return ()
    if isinstance(value, list):
        # pycocotools takes a single flat list for a polygon, too.
        return _polygons(value if isinstance(value[0], list) else [value], frame, path, where, alone)
    try:
        return mask_of(value, frame.width, frame.height)
    except ValueError as error:
        if alone or not isinstance(value, dict):
            raise AnnotationError(path, where, str(error)) from None
        frame.reporter.problem("invalid_attribute", path, where, str(error))
        return ()


def extent_of(outline: Outline) -> Edges | None:
    """The edges x_min, y_min, x_max, y_max around an outline; None where there is nothing of it."""
    if isinstance(outline, Mask):
        return outline.extent()
    return extent(chain.from_iterable(outline)) if outline else None


def outlines_tell(box: Box) -> bool:
    """Whether a box has outlines that enclose areas, and is what is read back from them."""
    if not box.polygons or any(len(polygon) < FEWEST_VERTICES for polygon in box.polygons):
        return False
    around = extent(chain.from_iterable(box.polygons))
    return all(abs(a - b) <= SAME_EDGE for a, b in zip(around, box.edges, strict=True))


def lose_rounding(box: Box, context: WriteContext) -> None:
    """Report that the edges of a box become those of its outlines, where these are not quite the same."""
    if extent(chain.from_iterable(box.polygons)) != box.edges:
        context.lose("edges", "the outline is not quite as wide: float noise")


def polygons_text(polygons: Sequence[Polygon]) -> str:
    """The polygons that enclose an area as JSON: pycocotools takes two vertices for a box."""
    if not polygons:
        return "[]"
    whole = (polygon for polygon in polygons if len(polygon) >= FEWEST_VERTICES)
    flat = [", ".join(map(decimal, chain.from_iterable(polygon))) for polygon in whole]
    return f"[{', '.join([f'[{numbers}]' for numbers in flat])}]"


def _polygons(
    values: Sequence[object], frame: Frame, path: Path, where: str, alone: bool
) -> tuple[Polygon, ...] | None:
    polygons = []
    for index, value in enumerate(values):
        if value != []:
            polygon = polygon_of(value, frame, path, f"{where}[{index}]", "skip" if alone else "repair")
            if polygon is None:
                return None
            polygons.append(polygon)
    return tuple(filter(None, polygons))


def polygon_of(value: object, frame: Frame, path: Path, where: str, degenerate: Action) -> Polygon | None:
    """A polygon of finite vertices; () where it alone is dropped, None where its object is."""
    try:
        numbers = _coordinates(value)
    except ValueError as error:
        raise AnnotationError(path, where, str(error)) from None
    vertices: Polygon = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    if not math.isfinite(sum(numbers)):
        finite = tuple((x, y) for x, y in vertices if math.isfinite(x) and math.isfinite(y))
        message = f"{len(vertices) - len(finite)} of {len(vertices)} vertices are not finite"
        if finite != vertices and frame.reporter.problem("invalid_vertex", path, where, message) == "skip":
            return None
        vertices = finite
    if len(vertices) >= FEWEST_VERTICES:
        return vertices
    message = f"{len(vertices)} vertices"
    action = frame.reporter.problem("degenerate_polygon", path, where, message, degenerate)
    return None if action == "skip" else ()


def _coordinates(value: object) -> list[float]:
    """Numbers of which some may be NaN or infinite, as JSON's extensions write them."""
    if not isinstance(value, list) or len(value) % 2:
        raise ValueError(f"expected x, y, x, y, …; found {shortened(value)}")
    return value if set(map(type, value)) == {float} else [_number(entry) for entry in value]


def _number(value: object) -> float:
    return value if type(value) is float else number(value, "vertex")
