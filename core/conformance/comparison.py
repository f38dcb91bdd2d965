"""Comparing what was written with what came back: up to losses that were reported, and to rounding."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from boxwright.core.adapter import BOX_FIELDS, RECORD_FIELDS
from boxwright.core.losses import NOTHING
from boxwright.core.schema import Box, ImageRecord

V = TypeVar("V", Box, ImageRecord)

NUMBER = re.compile(r"[0-9]+")
# Any: these stand among fields of other types.
NO_EDGES: dict[str, Any] = {"x_min": 0.0, "y_min": 0.0, "x_max": 1.0, "y_max": 1.0}
RECORD_NAMES = ("path", "width", "height", *(name for name in RECORD_FIELDS if name != "ignored"))
BOX_NAMES = ("label", "edges", *BOX_FIELDS)


def in_order(records: Iterable[ImageRecord]) -> list[ImageRecord]:
    """Records by the last number in their path, which stays where folders or extensions are lost."""
    return sorted(records, key=lambda record: (number_of(record.path), record.path))


def number_of(path: str) -> int:
    """The last number in an image's path, which tells it from the others of a made data set; -1: none."""
    found = NUMBER.findall(path)
    return int(found[-1]) if found else -1


def erased(records: Iterable[ImageRecord], lost: Iterable[str]) -> list[ImageRecord]:
    """The records in order, with every lost field made to say nothing."""
    names = frozenset(lost)
    return [_erased_record(record, names) for record in in_order(records)]


def _erased_record(record: ImageRecord, lost: frozenset[str]) -> ImageRecord:
    unsized: dict[str, Any] = {"width": None, "height": None} if "width" in lost else {}
    return replace(
        _erased(record, lost, RECORD_FIELDS),
        **unsized,
        path=f"{number_of(record.path)}" if "path" in lost else record.path,
        boxes=tuple(_erased_box(box, lost) for box in ordered(record.boxes, lost)),
        ignored=() if "ignored" in lost else tuple(_erased_box(box, lost) for box in record.ignored),
    )


def _erased_box(box: Box, lost: frozenset[str]) -> Box:
    return replace(_erased(box, lost, BOX_FIELDS), **(NO_EDGES if "edges" in lost else {}))


def _erased(value: V, lost: frozenset[str], names: Iterable[str]) -> V:
    # Any: the fields differ in type.
    nothing: dict[str, Any] = {name: NOTHING[name] for name in names if name in lost}
    return replace(value, **nothing)


def ordered(boxes: Sequence[Box], lost: Iterable[str]) -> tuple[Box, ...]:
    """The boxes by label where their order is lost, else as they are."""
    return tuple(sorted(boxes, key=lambda box: box.label)) if "order" in lost else tuple(boxes)


def difference(
    before: Sequence[ImageRecord], after: Sequence[ImageRecord], tolerance: float
) -> tuple[str, str, str] | None:
    """The first thing that differs, what it was and what it is; None where nothing does."""
    if len(before) != len(after):
        return "the number of images", _paths(before), _paths(after)
    for old, new in zip(before, after, strict=True):
        found = _record_difference(old, new, tolerance)
        if found is not None:
            return found
    return None


def _paths(records: Sequence[ImageRecord]) -> str:
    return f"{len(records)}: {', '.join(record.path for record in records)}"


def _record_difference(old: ImageRecord, new: ImageRecord, tolerance: float) -> tuple[str, str, str] | None:
    for name in RECORD_NAMES:
        if not same(old, new, name, tolerance):
            return f"{name} of an image", repr(getattr(old, name)), repr(getattr(new, name))
    for side, what in (("boxes", "a box"), ("ignored", "an ignored region")):
        olds, news = getattr(old, side), getattr(new, side)
        if len(olds) != len(news):
            return f"the number of {side} of an image", _labels(olds), _labels(news)
        for old_box, new_box in zip(olds, news, strict=True):
            for name in BOX_NAMES:
                if not same(old_box, new_box, name, tolerance):
                    return f"{name} of {what}", repr(getattr(old_box, name)), repr(getattr(new_box, name))
    return None


def _labels(boxes: Sequence[Box]) -> str:
    return f"{len(boxes)}: {', '.join(box.label for box in boxes)}"


def changed(before: Iterable[ImageRecord], after: Iterable[ImageRecord], tolerance: float) -> set[str]:
    """The fields that said something before and say something else, or nothing, now."""
    found = set()
    for old, new in zip(in_order(before), in_order(after), strict=True):
        found |= {name for name in (*RECORD_FIELDS, "path") if _changes(old, new, name, tolerance)}
        if [box.label for box in old.boxes] != [box.label for box in new.boxes]:
            found.add("order")
            old, new = (replace(one, boxes=ordered(one.boxes, found)) for one in (old, new))
        for olds, news in ((old.boxes, new.boxes), (old.ignored, new.ignored)):
            pairs = list(zip(olds, news, strict=False))
            found |= {name for name in BOX_NAMES for pair in pairs if _changes(*pair, name, tolerance)}
    return found


def _changes(old: Box | ImageRecord, new: Box | ImageRecord, name: str, tolerance: float) -> bool:
    return getattr(old, name) != NOTHING.get(name) and not same(old, new, name, tolerance)


def same(old: object, new: object, name: str, tolerance: float) -> bool:
    """Whether a field says the same in two boxes or records; edges and vertices may be off by a tolerance."""
    a, b = getattr(old, name), getattr(new, name)
    if name == "edges":
        return _near(a, b, tolerance)
    if name == "polygons":
        pairs = zip(a, b, strict=False)
        return len(a) == len(b) and all(_near(_flat(one), _flat(two), tolerance) for one, two in pairs)
    return bool(a == b)


def _flat(polygon: Iterable[Iterable[float]]) -> list[float]:
    return [number for point in polygon for number in point]


def _near(a: Sequence[float], b: Sequence[float], tolerance: float) -> bool:
    if len(a) != len(b):
        return False
    return all(math.isclose(x, y, rel_tol=0, abs_tol=tolerance) for x, y in zip(a, b, strict=True))
