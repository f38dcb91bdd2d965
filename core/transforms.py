"""Transforms of a data set: select, rename and merge labels, drop small boxes, take a part of the images.

Each is lazy and changes no record in place. What they drop is what the user asked for; it is counted all
the same, in `Dropped`.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from heapq import nsmallest

from boxwright.core.errors import OptionError, nearest
from boxwright.core.schema import Box, Dataset, ImageRecord

Dropped = Counter[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transforms:
    """What to do to the records between reading and writing, in this order.

    map         label to new label; several labels may become one
    only        the labels to keep, in the order they shall have; boxes of others are dropped
    min_size    least length in pixels of a box's shorter side
    drop_empty  whether images without boxes are left out (after all of the above)
    sample      so many images, or this share of them, chosen by seed; in reading order
    limit       at most so many images, the first ones
    """

    map: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    min_size: float = 0
    drop_empty: bool = False
    sample: float | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.min_size < math.inf:
            raise OptionError(f"min_size = {self.min_size}: a length in pixels, 0 or more")
        if self.sample is not None and not (0 < self.sample < 1 or _is_count(self.sample)):
            raise OptionError(f"sample = {self.sample}: a share below 1, or a number of images")
        if self.limit is not None and not _is_count(self.limit):
            raise OptionError(f"limit = {self.limit}: a number of images, 1 or more")


def _is_count(number: float) -> bool:
    return 1 <= number < math.inf and number == int(number)


def transform(dataset: Dataset, transforms: Transforms, seed: int, dropped: Dropped) -> Dataset:
    """The data set after all transforms; `dropped` counts what they leave out, by reason.

    raises   OptionError, when a pass ends, for a label in `map` or `only` that no box has
    """
    if transforms.map:
        _check_names(transforms.map)
        dataset = _renamed(dataset, transforms.map)
    if transforms.only:
        dataset = _selected(dataset, transforms.only, dropped)
    if transforms.min_size:
        dataset = _filtered(
            dataset, lambda box: _shorter_side(box) >= transforms.min_size, "small boxes", dropped
        )
    if transforms.drop_empty:
        dataset = _filtered_records(
            dataset, lambda record: bool(record.boxes), "images without boxes", dropped
        )
    if transforms.sample is not None:
        dataset = _sampled(dataset, transforms.sample, seed, dropped)
    if transforms.limit is not None:
        dataset = _limited(dataset, transforms.limit, dropped)
    return dataset


def lot(seed: int, name: str) -> int:
    """A number drawn for a name: 64 bits that depend on the seed and the name alone, on every machine."""
    return int.from_bytes(
        hashlib.sha256(f"{seed}\0{name}".encode("utf-8", "surrogatepass")).digest()[:8], "big"
    )


def _renamed(dataset: Dataset, names: Mapping[str, str]) -> Dataset:
    def rename(box: Box) -> Box:
        return replace(box, label=names[box.label]) if box.label in names else box

    def scan() -> Iterator[ImageRecord]:
        seen: set[str] = set()
        for record in dataset:
            seen.update(box.label for box in record.boxes)
            yield replace(record, boxes=tuple(map(rename, record.boxes)))
        _check_known(names, seen.union(dataset.declared_labels or ()))

    declared = dataset.declared_labels
    labels = None if declared is None else tuple(dict.fromkeys(names.get(name, name) for name in declared))
    return dataset.derive(scan, labels)


def _selected(dataset: Dataset, labels: tuple[str, ...], dropped: Dropped) -> Dataset:
    wanted = frozenset(labels)

    def scan() -> Iterator[ImageRecord]:
        seen: set[str] = set()
        yield from _filtered(dataset, lambda box: box.label in wanted, "boxes of other labels", dropped, seen)
        _check_known(labels, seen.union(dataset.declared_labels or ()))

    return dataset.derive(scan, dict.fromkeys(labels))


def _check_names(names: Mapping[str, str]) -> None:
    for old, new in names.items():
        if not new:
            raise OptionError(
                f"label {old!r} cannot be renamed to nothing", "--only keeps the labels you want"
            )


def _check_known(names: Iterable[str], seen: set[str]) -> None:
    for name in names:
        if name not in seen:
            known = ", ".join(sorted(seen)) or "none"
            raise OptionError(f"no box is labelled {name!r}{nearest(name, seen) or ';'} labels are {known}")


def _filtered(
    dataset: Dataset, keep: Callable[[Box], bool], reason: str, dropped: Dropped, seen: set[str] | None = None
) -> Dataset:
    def scan() -> Iterator[ImageRecord]:
        dropped[reason] = 0
        for record in dataset:
            if seen is not None:
                seen.update(box.label for box in record.boxes)
            boxes = tuple(filter(keep, record.boxes))
            dropped[reason] += len(record.boxes) - len(boxes)
            yield record if len(boxes) == len(record.boxes) else replace(record, boxes=boxes)

    return dataset.derive(scan, dataset.declared_labels)


def _filtered_records(
    dataset: Dataset, keep: Callable[[ImageRecord], bool], reason: str, dropped: Dropped
) -> Dataset:
    def scan() -> Iterator[ImageRecord]:
        dropped[reason] = 0
        for record in dataset:
            if keep(record):
                yield record
            else:
                dropped[reason] += 1

    return dataset.derive(scan, dataset.declared_labels)


def _sampled(dataset: Dataset, size: float, seed: int, dropped: Dropped) -> Dataset:
    """Keep the records whose lots are the smallest: one pass draws, the next ones choose."""
    lots = [lot(seed, record.path) for record in dataset]
    count = round(size * len(lots)) if size < 1 else int(size)
    chosen = frozenset(nsmallest(count, lots))
    return _filtered_records(
        dataset, lambda record: lot(seed, record.path) in chosen, "images not sampled", dropped
    )


def _limited(dataset: Dataset, most: int, dropped: Dropped) -> Dataset:
    """The first `most` records; the rest is still read, so that problems and labels are those of all."""

    def scan() -> Iterator[ImageRecord]:
        dropped["images beyond the limit"] = 0
        for number, record in enumerate(dataset):
            if number < most:
                yield record
            else:
                dropped["images beyond the limit"] += 1

    return dataset.derive(scan, dataset.declared_labels)


def _shorter_side(box: Box) -> float:
    return min(box.x_max - box.x_min, box.y_max - box.y_min)
