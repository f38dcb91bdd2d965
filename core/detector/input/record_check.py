"""Finds records that training could not use, before it begins: rather than a crash after hours."""

import math
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import tensorflow as tf

from boxwright.core.detector.input.class_names import ClassNames
from boxwright.core.detector.input.examples import EDGES, decoded_image
from boxwright.core.detector.input.records import record_places
from boxwright.core.errors import AnnotationError
from boxwright.core.tfrecord.example import Values, decode, value_of, values_of
from boxwright.core.tfrecord.framing import FOOTER, HEADER, unframed

Place = tuple[str, int, int, int]  # a record's file, number, offset and length

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
    fact: str

    def __str__(self) -> str:
        return f"{self.path}: record[{self.number}]: {self.fact}"


def undecodable(
    paths: Iterable[Path | str], names: ClassNames | None = None, *, classes: int | None = None
) -> list[BadRecord]:
    """The records of files that are damaged, are no Example, hold no image, or objects that do not fit.

    names     what classes are called; None: a text may be any
    classes   how many there are; None: a label may be any
    """
    found: list[BadRecord] = []
    places = _places(map(str, paths), found)

    def fact(place: Place) -> str | None:
        return _fact(place, names, classes)

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        while some := list(islice(places, AT_ONCE)):
            for place, wrong in zip(some, threads.map(fact, some), strict=True):
                if wrong is not None:
                    found.append(BadRecord(path=place[0], number=place[1], fact=wrong))
    return found


def _places(paths: Iterable[str], found: list[BadRecord]) -> Iterator[Place]:
    """Every record's place; that a file is cut is added to what was found, and the next file follows."""
    for path in paths:
        number = -1
        try:
            for number, offset, length in record_places(path):
                yield path, number, offset, length
        except AnnotationError as error:
            found.append(BadRecord(path=path, number=number + 1, fact=error.fact))


def _fact(place: Place, names: ClassNames | None, classes: int | None) -> str | None:
    """What is wrong with a record, or None."""
    try:
        features = decode(_data(place))
        _check_image(features)
        count = _check_boxes(features)
        _check_classes(features, count, names, classes)
    except ValueError as error:
        return str(error)
    return None


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


def _check_classes(features: Values, count: int, names: ClassNames | None, classes: int | None) -> None:
    texts, labels = values_of(features, TEXTS, bytes), values_of(features, LABELS, int)
    if count and not (texts or labels):
        raise ValueError(f"{count} boxes without {TEXTS} or {LABELS}")
    known = None if names is None else {text.encode() for text, _ in names.pairs}
    if texts and known:
        _check_each(texts, lambda text: text in known, "is not in the label map")
    elif labels:
        _check_each(
            labels, lambda label: 1 <= label <= (classes or label), f"is no label of {classes} classes"
        )


def _check_each(values: list[Any], fits: Callable[[Any], bool], fact: str) -> None:
    for number, value in enumerate(values):
        if not fits(value):
            shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
            raise ValueError(f"image/object[{number}]: class {shown!r} {fact}")
