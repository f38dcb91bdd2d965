"""Finds records that training could not use, before it begins: rather than a crash after hours."""

import math
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeVar

import tensorflow as tf

from boxwright.core.detector.input.examples import EDGES, decoded_image
from boxwright.core.detector.input.records import record_places
from boxwright.core.errors import AnnotationError
from boxwright.core.tfrecord.example import Values, decode, value_of, values_of
from boxwright.core.tfrecord.framing import FOOTER, HEADER, unframed

Place = tuple[str, int, int, int]  # a record's file, number, offset and length
# file: cut; record: damaged, or no Example; image, objects, classes: what of it cannot be used
Kind = Literal["file", "record", "image", "objects", "classes"]
Taken = TypeVar("Taken")

AT_ONCE = 1024  # records whose places are held; their bytes are read by the threads
TEXTS, LABELS = "image/object/class/text", "image/object/class/label"
# What objects may state: as many values as there are boxes, or none.
_OPTIONAL_FLOATS = ("image/object/weight", "image/object/area")
_OPTIONAL_INTEGERS = (
    LABELS,
    "image/object/difficult",
    "image/object/is_crowd",
    "image/object/group_of",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRecord:
    """A record that training could not use: its file, its number there from 0, and what is wrong."""

    path: str
    number: int
    kind: Kind
    fact: str

    def __str__(self) -> str:
        return f"{self.path}: record[{self.number}]: {self.fact}"


def checked(
    places: Iterable[Place | BadRecord],
    take: Callable[[Values], Taken],
    *,
    by_text: bool,
    classes: int,
    decoding: bool = True,
) -> Iterator[Taken | BadRecord]:
    """For each record, in order, what `take` makes of its features, or what is wrong with it.

    places    as `record_places_of` gives them
    take      called in several threads at once, for records that can be used; a ValueError makes one bad
    by_text   whether a class is what its text means to a label map, if it has one; else its label
    classes   how many there are
    decoding  false: images are not looked at
    """

    def one(place: Place | BadRecord) -> Taken | BadRecord:
        if isinstance(place, BadRecord):
            return place
        return _taken(place, take, by_text=by_text, classes=classes, decoding=decoding)

    rest = iter(places)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        while some := list(islice(rest, AT_ONCE)):
            yield from threads.map(one, some)


def record_places_of(paths: Iterable[str]) -> Iterator[Place | BadRecord]:
    """Every record's place; a file that is cut ends with what is wrong, and the next file follows."""
    for path in paths:
        number = -1
        try:
            for number, offset, length in record_places(path):
                yield path, number, offset, length
        except AnnotationError as error:
            yield BadRecord(path=path, number=number + 1, kind="file", fact=error.fact)


def _taken(
    place: Place, take: Callable[[Values], Taken], *, by_text: bool, classes: int, decoding: bool
) -> Taken | BadRecord:
    """What is made of a record, or what is wrong with it."""
    kind: Kind = "record"
    try:
        features = decode(_data(place))
        kind = "image"
        if decoding:
            _check_image(features)
        kind = "objects"
        count = _check_boxes(features)
        kind = "classes"
        _check_classes(features, count, by_text=by_text, classes=classes)
        kind = "record"
        return take(features)
    except ValueError as error:
        return BadRecord(path=place[0], number=place[1], kind=kind, fact=str(error))


def _data(place: Place) -> bytes:
    path, _, offset, length = place
    with open(path, "rb") as file:
        file.seek(offset)
        _, data = next(unframed(file, HEADER.size + length + FOOTER.size))
    return data


def _check_image(features: Values) -> None:
    encoded = value_of(features, "image/encoded", bytes)
    if not encoded:
        raise ValueError("image/encoded: holds no image")
    try:
        decoded_image(tf.constant(encoded))
    except tf.errors.OpError as error:
        told = str(error.message).splitlines()[0]
        raise ValueError(f"image/encoded: cannot be decoded: {told}") from None


def _check_boxes(features: Values) -> int:
    """How many boxes a record has; raises ValueError for lists of different lengths, and inverted boxes."""
    edges = [values_of(features, f"image/object/bbox/{edge}", float) for edge in EDGES]
    if len(set(map(len, edges))) > 1:
        raise ValueError(
            f"image/object/bbox: {', '.join(map(str, map(len, edges)))} values of {', '.join(EDGES)}"
        )
    for number, box in enumerate(zip(*edges, strict=True)):
        y_min, x_min, y_max, x_max = box
        if not all(map(math.isfinite, box)) or y_min > y_max or x_min > x_max:
            raise ValueError(f"image/object[{number}]: no box: {dict(zip(EDGES, box, strict=True))}")
    for key in _OPTIONAL_FLOATS:
        values_of(features, key, float, len(edges[0]))
    for key in _OPTIONAL_INTEGERS:
        values_of(features, key, int, len(edges[0]))
    values_of(features, TEXTS, bytes, len(edges[0]))
    return len(edges[0])


def _check_classes(features: Values, count: int, *, by_text: bool, classes: int) -> None:
    """Raise ValueError for objects of no class; a text that a label map lacks is for `take` to judge."""
    labels = values_of(features, LABELS, int)
    if count == 0 or (by_text and values_of(features, TEXTS, bytes)):
        return
    if not labels:
        instead = f" or {TEXTS}" if by_text else f", and no label map for {TEXTS}"
        raise ValueError(f"objects without {LABELS}{instead}")
    for number, label in enumerate(labels):
        if not 1 <= label <= classes:
            raise ValueError(f"image/object[{number}]: class {label} is no label of {classes} classes")
