"""Which boxes of one image were added, removed, moved, relabelled or otherwise changed."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from boxwright.core.schema import Box, Edges

Kind = Literal["added", "removed", "moved", "relabelled", "changed"]
KINDS: tuple[Kind, ...] = ("added", "removed", "moved", "relabelled", "changed")

# Pixels: TFRecord holds edges as float32 fractions and its reader rounds them to thousandths.
SAME_PIXEL = 2e-3
SAME_NUMBER = 1e-6  # relative, for areas and scores: TFRecord has float32 for them
# PASCAL VOC takes a box for the same object from half of the union on: IJCV 2010, section 4.4.
SAME_OBJECT = 0.5


@dataclass(frozen=True, slots=True)
class BoxChange:
    """One box that is not in both versions as it is.

    old, new   the box before and after; None: it is not there
    fields     names of what differs, `edges` for any of the four
    """

    old: Box | None
    new: Box | None
    fields: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What happened, in one word; a box that was moved too is `relabelled`."""
        if self.old is None or self.new is None:
            return "added" if self.old is None else "removed"
        if "label" in self.fields:
            return "relabelled"
        return "moved" if "edges" in self.fields else "changed"


def box_changes(old: Sequence[Box], new: Sequence[Box], fields: Collection[str]) -> Iterator[BoxChange]:
    """The changes from one list of boxes to another; their order says nothing.

    fields   the optional fields of Box that are compared
    Boxes are paired by their overlap, the nearest first; from an intersection over union of 0.5 on they are
    one object. Of boxes that overlap as well, those with one label are a pair, then those that differ least.
    """
    pairs = _unchanged(old, new, fields)
    pairs |= _nearest(_left(old, pairs.keys()), _left(new, pairs.values()), fields)
    for i, j in sorted(pairs.items()):
        if differing := _differing(old[i], new[j], fields):
            yield BoxChange(old[i], new[j], differing)
    yield from (BoxChange(box, None) for box in _left(old, pairs.keys()).values())
    yield from (BoxChange(None, box) for box in _left(new, pairs.values()).values())


def _left(boxes: Sequence[Box], taken: Collection[int]) -> dict[int, Box]:
    """The boxes that no pair has yet, by their places."""
    gone = set(taken)
    return {number: box for number, box in enumerate(boxes) if number not in gone}


def _unchanged(old: Sequence[Box], new: Sequence[Box], fields: Collection[str]) -> dict[int, int]:
    """Boxes that are in both as they are: nearly all, and found without comparing each with each."""
    places: dict[object, list[int]] = {}
    for j, box in enumerate(new):
        places.setdefault((box.label, box.edges), []).append(j)
    pairs: dict[int, int] = {}
    for i, box in enumerate(old):
        alike = places.get((box.label, box.edges), [])
        found = next((j for j in alike if not _differing(box, new[j], fields)), None)
        if found is not None:
            alike.remove(found)
            pairs[i] = found
    return pairs


def _nearest(old: dict[int, Box], new: dict[int, Box], fields: Collection[str]) -> dict[int, int]:
    """The box of `new` that each box of `old` has become; no box twice."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for *_, i, j in sorted(_candidates(old, new, fields)):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


def _candidates(
    old: dict[int, Box], new: dict[int, Box], fields: Collection[str]
) -> Iterator[tuple[float, bool, int, int, int]]:
    """Pairs that may be one object, as they sort: overlap, label, number of other differences, places."""
    ordered = sorted(new.items(), key=lambda item: item[1].x_min)
    lefts = [box.x_min for _, box in ordered]
    for i, box in old.items():
        # What two boxes have in common is at least half of what they cover, so that their left edges differ
        # by no more than a width.
        reach = box.x_max - box.x_min + SAME_PIXEL
        first, last = bisect_left(lefts, box.x_min - reach), bisect_right(lefts, box.x_min + reach)
        for j, other in ordered[first:last]:
            overlap = _overlap(box.edges, other.edges)
            if overlap >= SAME_OBJECT:
                differing = len(_differing(box, other, fields))
                yield -overlap, box.label != other.label, differing, i, j


def _overlap(one: Edges, other: Edges) -> float:
    """Intersection over union; 1 for equal edges, which may enclose nothing."""
    if _same_edges(one, other):
        return 1.0
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / (_area(one) + _area(other) - both)


def _area(edges: Edges) -> float:
    return (edges[2] - edges[0]) * (edges[3] - edges[1])


def _same_edges(one: Edges, other: Edges) -> bool:
    return all(abs(a - b) <= SAME_PIXEL for a, b in zip(one, other, strict=True))


def _differing(old: Box, new: Box, fields: Collection[str]) -> tuple[str, ...]:
    found = [] if old.label == new.label else ["label"]
    if not _same_edges(old.edges, new.edges):
        found.append("edges")
    return (*found, *(name for name in fields if not same(getattr(old, name), getattr(new, name))))


def same(old: object, new: object) -> bool:
    """Whether two values of a field are equal, numbers up to what a float32 holds."""
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=SAME_NUMBER)
    if isinstance(old, tuple) and isinstance(new, tuple) and len(old) == len(new):
        return all(same(a, b) for a, b in zip(old, new, strict=True))
    return old == new
