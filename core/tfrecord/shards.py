"""Shard files: their names, and which split and place a name tells."""

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath

EXTENSION = ".tfrecord"
KNOWN_SPLITS = ("train", "val", "test", "validation", "valid", "eval", "trainval", "minival", "testdev")
MOST_SHARDS = 99_999  # of a split: their names count with five digits
_SHARD = re.compile(r"(?P<base>.+?)-(?P<number>[0-9]{5})-of-(?P<count>[0-9]{5})", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One file of a split and the records it gets: those from `first` up to `end`, counted in the split."""

    name: str
    split: str | None
    first: int
    end: int


def shards(name: str, split: str | None, records: int, count: int) -> tuple[Shard, ...]:
    """The files of one split: `NAME_train.tfrecord`, or `NAME_train-00000-of-00010.tfrecord` and so on.

    Each holds a run of neighbours, so that reading them in order gives the records in order.
    """
    base = name if split is None else f"{name}_{split}"
    bounds = [records * number // count for number in range(count + 1)]
    return tuple(
        Shard(name=_file_name(base, number, count), split=split, first=first, end=end)
        for number, (first, end) in enumerate(pairwise(bounds))
    )


def _file_name(base: str, number: int, count: int) -> str:
    return f"{base}{EXTENSION}" if count == 1 else f"{base}-{number:05}-of-{count:05}{EXTENSION}"


def is_record_file(name: str) -> bool:
    """Whether a file name is a TFRecord's: `x.tfrecord`, `x.record`, `x.record-00000-of-00002`."""
    return _base(name) is not None


def split_of(name: str) -> str | None:
    """The split that a file name tells: its base is a split or ends in `_train`, `-train`, `.train`."""
    base = _base(name)
    if base is None:
        return None
    last = re.split(r"[_.-]", base)[-1]
    return last if last in KNOWN_SPLITS else None


def shard_set(name: str) -> tuple[str, int, int] | None:
    """The base, the shard's number and how many shards a file name promises, or None for a single file."""
    match = _SHARD.fullmatch(_without_extension(name))
    return (match["base"], int(match["number"]), int(match["count"])) if match else None


def _base(name: str) -> str | None:
    """A record file's name without extension and shard number, or None when it is no record file."""
    stem = _without_extension(name)
    match = _SHARD.fullmatch(stem)
    base = match["base"] if match else stem
    inner = _without_extension(base)
    return inner if inner != base or stem != name else None


def _without_extension(name: str) -> str:
    path = PurePath(name)
    return path.stem if path.suffix in (EXTENSION, ".record", ".tfrecords", ".records") else name
