"""The frame that one record's boxes live in: maps them to the stored grid, checks each, makes the record."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from boxwright.core.errors import AnnotationError, facts
from boxwright.core.images.image_file import ImageFile
from boxwright.core.reporter import Reporter
from boxwright.core.schema import Box, Edges, ImageRecord, Point, Polygon

# EXIF orientations from 5 on exchange width and height (EXIF 2.32, tag 0x0112).
FIRST_SWAPPING_ORIENTATION = 5

MOST_SHOWN = 60  # characters of a label in a message

Size = tuple[int, int]  # width, height

# What `Box(**fields)` does in two thirds of the time: nothing is handed through Python's keyword arguments.
VALIDATED: Callable[[dict[str, Any]], Box] = TypeAdapter(Box).validator.validate_python


class Frame:
    """An image's pixel grid, the checks for boxes on it, and its record.

    path            the annotation file, for messages
    width, height   of the stored image in pixels, or None where nobody knows
    orientation     EXIF orientation of the grid that the annotation was drawn on; 1: the stored grid
    drawn_size      width and height of the grid that the annotation was drawn on; None: nobody knows
    file            where the image's bytes are; None: it is missing
    """

    def __init__(
        self,
        reporter: Reporter,
        path: Path | str,
        width: int | None,
        height: int | None,
        orientation: int = 1,
        file: ImageFile | None = None,
    ) -> None:
        self.reporter, self.path, self.file = reporter, path, file
        self.width, self.height, self.orientation = width, height, orientation
        self.drawn_size = _drawn_size(width, height, orientation)
        self._seen: set[tuple[str, Edges]] = set()

    def box(self, label: str, edges: Edges, *, where: str | int, **fields: Any) -> Box | None:
        """Make a checked box of what a parser read; None when a problem's action drops it.

        edges    x_min, y_min, x_max, y_max in canonical pixels of the grid that was drawn on; finite
        where    the box's place in the annotation file
        fields   the other fields of Box (Any: pydantic checks them); polygons on the same grid as the edges
        raises   AnnotationError for a label outside the closed list or a field that cannot be
        """
        if self.reporter.labels is not None:
            self.reporter.check_label(label, self.path, where)
        checked = self._checked(edges if self.orientation == 1 else self._mapped(edges), where)
        if checked is None or self._repeated(label, checked, where):
            return None
        return self._made(label, checked, where, fields)

    def region(self, label: str, edges: Edges, *, where: str | int, **fields: Any) -> Box | None:
        """A region to ignore: checked as a box is, but its label is no class and repeats are fine."""
        checked = self._checked(self._mapped(edges), where)
        return None if checked is None else self._made(label, checked, where, fields)

    def record(
        self, path: str, boxes: Iterable[Box | None] = (), *, where: str | int = "", **fields: Any
    ) -> ImageRecord:
        """The image's record, with the boxes that no problem's action dropped.

        path     of the image in the data set
        where    the record's place in the annotation file
        fields   the other fields of ImageRecord (Any: pydantic checks them)
        raises   AnnotationError for a field that cannot be
        """
        try:
            return ImageRecord(
                path=path,
                width=self.width,
                height=self.height,
                boxes=tuple(box for box in boxes if box is not None),
                file=self.file,
                **fields,
            )
        except ValidationError as error:
            raise AnnotationError(self.path, where, facts(error)) from None

    def snapped(self, edges: Edges, noise: float) -> Edges:
        """Edges of the grid that was drawn on, on its border where they leave it by less than `noise`."""
        if self.drawn_size is None:
            return edges
        x_min, y_min, x_max, y_max = edges
        width, height = self.drawn_size
        if x_min >= 0 and y_min >= 0 and x_max <= width and y_max <= height:
            return edges
        return (
            0.0 if -noise < x_min < 0 else x_min,
            0.0 if -noise < y_min < 0 else y_min,
            width if width < x_max < width + noise else x_max,
            height if height < y_max < height + noise else y_max,
        )

    def _made(self, label: str, edges: Edges, where: str | int, fields: dict[str, Any]) -> Box:
        fields["label"] = label
        fields["x_min"], fields["y_min"], fields["x_max"], fields["y_max"] = edges
        try:  # not `with reading(...)`, which costs half a box
            box = VALIDATED(fields)
        except ValidationError as error:
            raise AnnotationError(self.path, where, facts(error)) from None
        if self.orientation == 1 or not box.polygons:
            return box
        return replace(box, polygons=tuple(self._mapped_polygon(polygon) for polygon in box.polygons))

    def _checked(self, edges: Edges, where: str | int) -> Edges | None:
        x_min, y_min, x_max, y_max = edges
        if x_min > x_max or y_min > y_max:
            if self._drops("box_inverted", f"{shown(edges)} has a minimum above its maximum", where):
                return None
            edges = min(x_min, x_max), min(y_min, y_max), max(x_min, x_max), max(y_min, y_max)
            x_min, y_min, x_max, y_max = edges
        if (x_min == x_max or y_min == y_max) and self._drops(
            "box_empty", f"{shown(edges)} has no area", where
        ):
            return None
        if self.width is None or self.height is None:
            return edges
        if x_min >= 0 and y_min >= 0 and x_max <= self.width and y_max <= self.height:
            return edges
        return self._clipped(edges, (self.width, self.height), where)

    def _drops(self, code: str, message: str, where: str | int) -> bool:
        return self.reporter.problem(code, self.path, where, message) == "skip"

    def _clipped(self, edges: Edges, size: Size, where: str | int) -> Edges | None:
        width, height = size
        x_min, y_min, x_max, y_max = edges
        inside = max(x_min, 0), max(y_min, 0), min(x_max, width), min(y_max, height)
        message = f"{shown(edges)} in an image of {width} x {height}"
        action = self.reporter.policy.action("box_outside_image")
        if action == "repair" and (inside[0] >= inside[2] or inside[1] >= inside[3]):
            action = "skip"
        self.reporter.apply("box_outside_image", self.path, where, message, action)
        return {"repair": inside, "keep": edges}.get(action)

    def _repeated(self, label: str, edges: Edges, where: str | int) -> bool:
        key = (label, edges)
        if key not in self._seen:
            self._seen.add(key)
            return False
        # Thousands of boxes may share one hostile label, and every message would repeat it.
        name = label if len(label) <= MOST_SHOWN else f"{label[:MOST_SHOWN]}…"
        return self._drops("duplicate_box", f"{name} {shown(edges)} stands here twice", where)

    def _mapped(self, edges: Edges) -> Edges:
        if self.orientation == 1:
            return edges
        (ax, ay), (bx, by) = self._stored(edges[:2]), self._stored(edges[2:])
        # A box whose minimum lies above its maximum must stay recognisable as one.
        if edges[0] > edges[2] or edges[1] > edges[3]:
            return max(ax, bx), max(ay, by), min(ax, bx), min(ay, by)
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    def _mapped_polygon(self, polygon: Sequence[Point]) -> Polygon:
        return tuple(self._stored(point) for point in polygon)

    def _stored(self, point: Point) -> Point:
        """Where a point of the displayed grid lies on the stored one (EXIF 2.32, tag 0x0112)."""
        if self.width is None or self.height is None:
            return point
        x, y = point
        width, height = self.width, self.height
        return {
            2: (width - x, y),
            3: (width - x, height - y),
            4: (x, height - y),
            5: (y, x),
            6: (y, height - x),
            7: (width - y, height - x),
            8: (width - y, x),
        }.get(self.orientation, point)


def _drawn_size(width: int | None, height: int | None, orientation: int) -> Size | None:
    if width is None or height is None:
        return None
    return (height, width) if orientation >= FIRST_SWAPPING_ORIENTATION else (width, height)


def shown(edges: Sequence[float]) -> str:
    """Edges for a message, exactly, as `[12, 30.5, 40, 62]`: 1280.0000000000002 lies outside of 1280."""
    return f"[{', '.join(repr(float(edge)).removesuffix('.0') for edge in edges)}]"
