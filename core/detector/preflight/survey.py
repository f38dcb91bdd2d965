"""One pass over the records of a split: what the checks ask for, and nothing as big as an image."""

import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from boxwright.core.detector.input.class_names import ClassNames
from boxwright.core.detector.input.examples import EDGES
from boxwright.core.detector.input.record_check import (
    LABELS,
    TEXTS,
    BadRecord,
    checked,
    record_places_of,
)
from boxwright.core.images.image_header import read_header
from boxwright.core.tfrecord.example import GROUP_KEY, Values, value_of, values_of

KEY = "image/key/sha256"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Survey:
    """What is in the usable ones of a split's records: N images, B boxes.

    sizes    (N, 2) int64: height and width of the stored images
    rows     (B,) int64: which image a box is on
    boxes    (B, 4) float32: y_min, x_min, y_max, x_max in shares of the image
    classes  (B,) int64, from 1
    groups   (N): the video or scene; None where none is stored
    keys     (N): the same for the same image bytes
    names    (N): what the image is called
    unknown  names that the label map lacks, and how many objects have them: B does not count these
    bad      the records that cannot be used
    """

    sizes: NDArray[np.int64]
    rows: NDArray[np.int64]
    boxes: NDArray[np.float32]
    classes: NDArray[np.int64]
    groups: tuple[str | None, ...]
    keys: tuple[str, ...]
    names: tuple[str, ...]
    unknown: Counter[str]
    bad: tuple[BadRecord, ...]

    @property
    def images(self) -> int:
        """How many images there are."""
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class _Record:
    size: tuple[int, int]
    boxes: NDArray[np.float32]
    classes: NDArray[np.int64]
    group: str | None
    key: str
    name: str
    unknown: list[str]


def survey(
    paths: Iterable[str],
    names: ClassNames,
    *,
    classes: int,
    every: int = 1,
    most: int | None = None,
    decoding: bool = True,
) -> Survey:
    """Read records, and decode their images.

    names     what the classes are called
    classes   how many there are
    every     2 takes every second record; most: no more than so many of those
    decoding  false: the images are known to be good
    """
    places = islice(islice(record_places_of(paths), 0, None, max(every, 1)), most)
    ids = {text.encode(): number for text, number in reversed(names.pairs)}  # of two alike the first counts
    found = list(
        checked(
            places,
            lambda values: _record(values, ids),
            by_text=bool(ids),
            classes=classes,
            decoding=decoding,
        )
    )
    records = [record for record in found if isinstance(record, _Record)]
    return Survey(
        sizes=np.array([record.size for record in records], np.int64).reshape(-1, 2),
        rows=np.repeat(np.arange(len(records)), [len(record.classes) for record in records]),
        boxes=np.concatenate([np.zeros((0, 4), np.float32), *(record.boxes for record in records)]),
        classes=np.concatenate([np.zeros(0, np.int64), *(record.classes for record in records)]),
        groups=tuple(record.group for record in records),
        keys=tuple(record.key for record in records),
        names=tuple(record.name for record in records),
        unknown=Counter(text for record in records for text in record.unknown),
        bad=tuple(record for record in found if isinstance(record, BadRecord)),
    )


def _record(values: Values, ids: dict[bytes, int]) -> _Record:
    encoded = value_of(values, "image/encoded", bytes) or b""
    edges = [values_of(values, f"image/object/bbox/{edge}", float) for edge in EDGES]
    texts = values_of(values, TEXTS, bytes) if ids else []
    classes = np.array([ids.get(text, 0) for text in texts] or values_of(values, LABELS, int), np.int64)
    return _Record(
        size=_size(values, encoded),
        boxes=np.array(edges, np.float32).T.reshape(-1, 4)[classes > 0],
        classes=classes[classes > 0],
        group=_text(values, GROUP_KEY),
        key=_text(values, KEY) or sha256(encoded).hexdigest(),
        name=_text(values, "image/source_id") or _text(values, "image/filename") or "",
        unknown=[text.decode("utf-8", "replace") for text in texts if text not in ids],
    )


def _size(values: Values, encoded: bytes) -> tuple[int, int]:
    """Height and width as stated, else as the image's header says."""
    height, width = (value_of(values, f"image/{side}", int) for side in ("height", "width"))
    if height and width:
        return height, width
    header = read_header(io.BytesIO(encoded), len(encoded))
    return header.height, header.width


def _text(values: Values, key: str) -> str | None:
    found = values.get(key)
    return found[0].decode("utf-8", "replace") if found and isinstance(found[0], bytes) else None
