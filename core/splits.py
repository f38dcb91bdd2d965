"""Splits: the source's own, a data set's official one, or one made here, by group unless told otherwise.

Frames of one video that land on both sides make a validation score meaningless, so a made split keeps
each record's group whole. Only the method named `random` does not, as the EgoHands tutorial splits.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from boxwright.core.errors import OptionError, nearest
from boxwright.core.schema import Dataset, ImageRecord
from boxwright.core.transforms import lot

METHODS = ("source", "none", "group", "stratified", "random")
SYNONYMS = {"session": "group"}  # EgoHands' groups are sessions
DEFAULT_SIZES = {"val": 0.2}
REMAINDER = "train"
ROUNDING = 1e-6  # what sums of decimal shares may miss the whole by

Assign = Callable[[ImageRecord], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """How to split.

    method   one of METHODS, or the name of one of the data set's own splits
    sizes    split name to size: a share of the images below 1, or a count of groups (of images, where the
             method is random or images have no group); what is left becomes `train`
    """

    method: str = "source"
    sizes: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_SIZES))


def parse_split(text: str) -> Split:
    """Read `group`, `random:val=500`, `stratified:val=0.1,test=0.1`; raises OptionError for anything else."""
    method, _, sizes = text.partition(":")
    method = SYNONYMS.get(method, method)
    if not sizes:
        return Split(method=method)
    stated = [_size(part.strip(), text) for part in sizes.split(",")]
    if len(dict(stated)) < len(stated):
        raise OptionError(f"--split {text}: a split stands here twice")
    return Split(method=method, sizes=dict(stated))


def _size(part: str, text: str) -> tuple[str, float]:
    name, _, size = part.partition("=")
    try:
        number = float(size)
    except ValueError:
        number = -1
    if not name or not (0 < number < 1 or (1 <= number < math.inf and number == int(number))):
        raise OptionError(f"--split {text}: {part!r} is no size", "val=0.1 is a share, val=500 a count")
    return name, number


def split(dataset: Dataset, wanted: Split, seed: int, own: Mapping[str, Assign] | None = None) -> Dataset:
    """The data set with every record's split set; a made split costs one pass over the records, now.

    own      the data set's own named splits, from its adapter
    raises   OptionError for an unknown method, or sizes that do not fit the data or leave a split empty
    """
    if wanted.method in ("source", "none", *(own or ())) and wanted.sizes != DEFAULT_SIZES:
        raise OptionError(f"split {wanted.method!r} takes no sizes", "group, stratified and random do")
    if wanted.method == "source":
        return dataset
    assign = _assignment(dataset, wanted, seed, own or {})

    def scan() -> Iterator[ImageRecord]:
        for record in dataset:
            yield replace(record, split=assign(record))

    return dataset.derive(scan, dataset.declared_labels)


def _assignment(dataset: Dataset, wanted: Split, seed: int, own: Mapping[str, Assign]) -> Assign:
    if wanted.method in own:
        return own[wanted.method]
    if wanted.method == "none":
        return lambda record: None
    if wanted.method not in METHODS:
        known = (*METHODS, *own)
        raise OptionError(
            f"no split {wanted.method!r}{nearest(wanted.method, known) or ';'} known: {', '.join(known)}"
        )
    unit = _image if wanted.method == "random" else _group
    units = _survey(dataset, unit, seed)
    there_are = f"there are {len(units)} {'images' if unit is _image else 'groups'}"
    _check_sizes(wanted.sizes, len(units), there_are)
    make = _by_label if wanted.method == "stratified" else _in_order
    splits = make(units, wanted.sizes)
    for name in (*wanted.sizes, REMAINDER):
        if units and name not in splits.values():
            raise OptionError(f"split sizes {_stated(wanted.sizes)} leave nothing for {name}: {there_are}")
    return lambda record: splits[lot(seed, unit(record))]


def _image(record: ImageRecord) -> str:
    return record.path


def _group(record: ImageRecord) -> str:
    return record.path if record.group is None else f"group {record.group}"


@dataclass(slots=True)
class _Unit:
    """What must stay together: how many images, and how many boxes of each label."""

    images: int = 0
    labels: Counter[str] = field(default_factory=Counter)


def _survey(dataset: Dataset, unit: Callable[[ImageRecord], str], seed: int) -> dict[int, _Unit]:
    """Units by their lots, in the order of the lots: the order in which they are drawn."""
    units: dict[int, _Unit] = {}
    for record in dataset:
        found = units.setdefault(lot(seed, unit(record)), _Unit())
        found.images += 1
        found.labels.update(box.label for box in record.boxes)
    return dict(sorted(units.items()))


def _stated(sizes: Mapping[str, float]) -> str:
    return ", ".join(f"{name}={size:g}" for name, size in sizes.items())


def _check_sizes(sizes: Mapping[str, float], units: int, there_are: str) -> None:
    shares = {name: _share(size, units) for name, size in sizes.items()}
    rest = 1 - sum(share for name, share in shares.items() if name != REMAINDER)
    if rest <= 0:
        raise OptionError(f"split sizes {_stated(sizes)} leave nothing for {REMAINDER}: {there_are}")
    if abs(shares.get(REMAINDER, rest) - rest) > ROUNDING:
        raise OptionError(
            f"split sizes {_stated(sizes)} do not add up to the whole",
            f"leave {REMAINDER} out: it gets the rest",
        )


def _share(size: float, units: int) -> float:
    return size if size < 1 else size / max(units, 1)


def _in_order(units: Mapping[int, _Unit], sizes: Mapping[str, float]) -> dict[int, str]:
    """Fill one split after the other in the order of the lots, as nearly as whole units allow."""
    images = sum(unit.images for unit in units.values())
    splits = dict.fromkeys(units, REMAINDER)
    left = dict(units)
    for name, size in sizes.items():
        for key in _drawn(left, size, images) if name != REMAINDER else ():
            splits[key] = name
            del left[key]
    return splits


def _drawn(units: Mapping[int, _Unit], size: float, images: int) -> list[int]:
    """So many units; or, for a share, each that brings it nearer to its size, at least the smallest one."""
    if size >= 1:
        return list(units)[: int(size)]
    drawn: list[int] = []
    lacking = size * images
    for key, unit in units.items():
        if abs(lacking - unit.images) < lacking:
            drawn.append(key)
            lacking -= unit.images
    return drawn or sorted(units, key=lambda key: units[key].images)[:1]


def _by_label(units: Mapping[int, _Unit], sizes: Mapping[str, float]) -> dict[int, str]:
    """Give each unit to the split that lacks most of the unit's rarest label, rarest labels first.

    Iterative stratification: Sechidis, Tsoumakas, Vlahavas, "On the Stratification of Multi-Label Data",
    ECML PKDD 2011, section 3, here with groups instead of single examples.
    """
    targets = {name: _share(size, len(units)) for name, size in sizes.items() if name != REMAINDER}
    targets[REMAINDER] = 1 - sum(targets.values())
    totals: Counter[str] = Counter()
    for unit in units.values():
        totals.update(unit.labels)
    images = sum(unit.images for unit in units.values())
    lacking = {
        name: Counter({label: share * total for label, total in totals.items()})
        for name, share in targets.items()
    }
    room = {name: share * images for name, share in targets.items()}
    splits: dict[int, str] = {}
    for key in sorted(units, key=lambda key: _rarity(units[key], totals)):
        unit = units[key]
        rarest = min(unit.labels, key=lambda label: (totals[label], label), default=None)
        name = _neediest(lacking, room, rarest)
        splits[key] = name
        room[name] -= unit.images
        lacking[name].subtract(unit.labels)
    return splits


def _rarity(unit: _Unit, totals: Mapping[str, int]) -> tuple[int, int]:
    """Rarest label first, big units first among those; units without boxes last."""
    rarest = min((totals[label] for label in unit.labels), default=max(totals.values(), default=0) + 1)
    return rarest, -unit.images


def _neediest(
    lacking: Mapping[str, Mapping[str, float]], room: Mapping[str, float], label: str | None
) -> str:
    def need(name: str) -> tuple[float, float]:
        return (lacking[name][label] if label is not None else 0.0), room[name]

    order: Sequence[str] = list(lacking)
    return max(order, key=need)
