"""An annotation of Pascal VOC as a tree of elements, in whatever order and with whatever else is in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from boxwright.core.errors import AnnotationError
from boxwright.core.frame import Frame, Size
from boxwright.core.numbers import finite, pixels, shortened
from boxwright.core.parsing.xml_attributes import CORNERS, attributes
from boxwright.core.parsing.xml_document import (
    Children,
    children,
    coordinate,
    parsed,
    sorted_children,
    text_of,
)
from boxwright.core.parsing.xml_outlines import OUTLINES, polygons
from boxwright.core.reporter import Reporter
from boxwright.core.schema import Box, Edges, Polygon, Scalar, extent

if TYPE_CHECKING:
    from lxml.etree import _Element

ROOT = "annotation"
# What other tools write about files and themselves; it says nothing about the image.
NOISE = frozenset({"folder", "path", "source", "owner", "segmented", "verified"})
FIELDS = frozenset({"name", "bndbox", "pose", "truncated", "occluded", "difficult"})
ONCE = frozenset({"filename", "size"})
OBJECTS = frozenset({"object"})
FLAGS = {"0": 0.0, "1": 1.0, "true": 1.0, "false": 0.0, "": None}


@dataclass(frozen=True, slots=True)
class VocElements:
    """What one file says."""

    path: Path
    children: Children

    @property
    def filename(self) -> str:
        """The image's name as it is stated; empty where it is not."""
        found = self.children.once.get("filename")
        return "" if found is None else text_of(found)

    def size(self, reporter: Reporter) -> Size | None:
        """Width and height as <size> states them; None where one is absent or unreadable."""
        sides: dict[str, int] = {}
        for child in self.children.once.get("size", ()):
            text = text_of(child)
            if child.tag in ("width", "height") and text:
                try:
                    sides[child.tag] = pixels(text, child.tag)
                except ValueError as error:
                    reporter.problem("invalid_attribute", self.path, f"size/{child.tag}", str(error))
        return (sides["width"], sides["height"]) if len(sides) == 2 else None

    def boxes(self, frame: Frame, origin: int) -> list[Box | None]:
        """The boxes of the objects, None for those that a problem's action drops.

        origin   number of the first pixel
        """
        objects = enumerate(self.children.repeated)
        return [_box(each, f"object[{index}]", frame, origin) for index, each in objects]

    def attributes(self, frame: Frame) -> dict[str, Scalar]:
        """What else is said of the image."""
        unknown = [child for child in self.children.unknown if child.tag not in NOISE]
        return attributes(unknown, "", frame)


def voc_elements(data: bytes, path: Path) -> VocElements:
    """The annotation in a file's bytes; raises AnnotationError for what is no VOC annotation."""
    return VocElements(path, sorted_children(parsed(data, path, ROOT), ONCE, OBJECTS, path, ""))


def _box(element: "_Element", place: str, frame: Frame, origin: int) -> Box | None:
    """The box of one <object>; None when a problem's action drops it."""
    children = sorted_children(element, FIELDS, OUTLINES, frame.path, f"{place}/")
    found, outlines = children.once, children.repeated
    label = _label(found.get("name"), place, frame)
    fields = _fields(found, place, frame)
    if children.unknown:
        fields["attributes"] = attributes(children.unknown, f"{place}/", frame)
    outline = polygons(outlines, place, frame, -origin, alone="bndbox" not in found) if outlines else ()
    if outline is None:
        return None
    if outline:
        fields["polygons"] = outline
    if "bndbox" not in found:
        edges = _derived(outline, place, frame)
        return None if edges is None else frame.box(label, edges, where=place, **fields)
    place = f"{place}/bndbox"
    return frame.box(label, _edges(found["bndbox"], place, frame.path, origin), where=place, **fields)


def _derived(outline: tuple[Polygon, ...], place: str, frame: Frame) -> Edges | None:
    """The extent of an object that has an outline and no box; None when the policy drops it."""
    if not outline:
        raise AnnotationError(frame.path, place, "missing bndbox")
    message = "no bndbox, but an outline"
    if frame.reporter.problem("derived_box", frame.path, place, message) == "skip":
        return None
    return extent(chain.from_iterable(outline))


def _label(name: "_Element | None", place: str, frame: Frame) -> str:
    if name is None:
        raise AnnotationError(frame.path, place, "missing name")
    label = text_of(name)
    if not label:
        raise AnnotationError(frame.path, f"{place}/name", "is empty")
    return label


def _fields(found: "Mapping[str, _Element]", place: str, frame: Frame) -> dict[str, object]:
    """What an object states of pose, truncated, occluded and difficult."""
    fields: dict[str, object] = {}
    if "pose" in found:
        fields["pose"] = text_of(found["pose"])
    if "truncated" in found:
        fields["truncated"] = _flag(found["truncated"], 1, place, frame, share=True)
    if "occluded" in found:
        level = _flag(found["occluded"], 3, place, frame)  # VOC's flag, or one of KITTI's levels
        fields["occluded"] = None if level is None else int(level)
    if "difficult" in found:
        fields["difficult"] = bool(_flag(found["difficult"], 1, place, frame))
    return fields


def _flag(element: "_Element", most: int, place: str, frame: Frame, *, share: bool = False) -> float | None:
    """A flag or level from 0 to `most`; None where nothing or nonsense stands.

    share   whether fractions count: some tools write KITTI's share of truncation
    """
    text = element.text or ""
    if text not in FLAGS:
        text = text.strip().lower()
    if text in FLAGS:
        return FLAGS[text]
    found = finite(text)
    if found is not None and 0 <= found <= most and (share or found == int(found)):
        return found
    message = f"{shortened(text)} is no number from 0 to {most}"
    frame.reporter.problem("invalid_attribute", frame.path, f"{place}/{element.tag}", message)
    return None


def _edges(bndbox: "_Element", place: str, path: Path | str, origin: int) -> Edges:
    """The canonical edges of a <bndbox>: its last pixel is part of it, whatever the first one's number."""
    corners = children(bndbox, CORNERS, path, place)
    minimum, maximum = -origin, 1 - origin
    return (
        coordinate(corners["xmin"], minimum, path, place),
        coordinate(corners["ymin"], minimum, path, place),
        coordinate(corners["xmax"], maximum, path, place),
        coordinate(corners["ymax"], maximum, path, place),
    )
