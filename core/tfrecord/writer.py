"""Writes a data set as TFRecord shards: two passes, several processes, the same bytes for any number of them.

The first pass counts, so that each shard's records are known beforehand; the second writes them in order.
A complete shard gets its facts written beside it; a run that goes on after a kill keeps such shards.
"""

import hashlib
import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from boxwright.core.errors import BoxwrightError, WriteError
from boxwright.core.images.image_header import read_header
from boxwright.core.schema import Dataset, ImageRecord, unsafe_path
from boxwright.core.tfrecord.encoding import Framed, encoded
from boxwright.core.tfrecord.example import lost
from boxwright.core.tfrecord.label_map import label_ids, label_map_text
from boxwright.core.tfrecord.shards import Shard, shards
from boxwright.core.write_context import WriteContext

FACTS = ".shards"  # in the work folder: one JSON file for each complete shard
PART = ".part"  # ending of a shard that is being written


@dataclass(slots=True)
class Survey:
    """What the first pass found: records to write by split, labels, and which records have no pixels.

    unreadable   numbers of records, counted over the whole pass from 0
    """

    counts: Counter[str | None] = field(default_factory=Counter)
    labels: set[str] = field(default_factory=set)
    unreadable: set[int] = field(default_factory=set)


def write_tfrecords(dataset: Dataset, context: WriteContext, count: int) -> None:
    """Write `count` shards for each split, the label map, and the shards' facts into the manifest."""
    survey = _survey(dataset)
    plan = [
        shard
        for split in sorted(survey.counts, key=str)
        for shard in shards(context.name, split, survey.counts[split], count)
    ]
    _check_names(plan)
    # Declared ones first; a TFRecord's boxes may carry names that its label map lacks.
    labels = dict.fromkeys((*(dataset.declared_labels or ()), *sorted(survey.labels)))
    ids = label_ids(tuple(labels))
    _write_shards(_writable(dataset, survey, context), plan, ids, context)
    label_map = f"{context.name}_label_map.pbtxt"
    (context.root / label_map).write_text(label_map_text(tuple(ids)), encoding="utf-8")
    context.summary.update(
        classes=ids,
        label_map=label_map,
        skipped=len(survey.unreadable),
        shards=[_facts(context.root, shard) for shard in plan],
    )
    _clear_facts(context.root)


def _check_names(plan: Sequence[Shard]) -> None:
    """Raise WriteError for a shard whose name would lead out of its folder, or is none."""
    for shard in plan:
        if "/" in shard.name or unsafe_path(shard.name):
            raise WriteError(
                f"{shard.name!a} is no file name", "it is made of the data set's name and the split's"
            )


def _survey(dataset: Dataset) -> Survey:
    survey = Survey()
    for number, record in enumerate(dataset):
        survey.labels.update(box.label for box in record.boxes)
        if _has_pixels(record):
            survey.counts[record.split] += 1
        else:
            survey.unreadable.add(number)
    if not survey.counts:
        raise BoxwrightError(
            f"none of {len(survey.unreadable)} images has readable pixels: there is nothing to write",
            "boxwright inspect tells what is wrong with them",
        )
    return survey


def _has_pixels(record: ImageRecord) -> bool:
    if record.file is None:
        return False
    try:
        with record.file.open() as (file, length):
            read_header(file, length)
    except (ValueError, OSError):
        return False
    return True


def _writable(dataset: Dataset, survey: Survey, context: WriteContext) -> Iterator[ImageRecord]:
    """The records that have pixels, without the outlines, which workers need not be sent."""
    for number, record in enumerate(dataset):
        if number in survey.unreadable:
            context.skip()
            continue
        for field_name, reason in lost(record):
            context.lose(field_name, reason)
        if any(box.polygons for box in record.boxes):
            record = replace(record, boxes=tuple(replace(box, polygons=()) for box in record.boxes))
        yield record


def _write_shards(
    records: Iterable[ImageRecord], plan: Sequence[Shard], ids: Mapping[str, int], context: WriteContext
) -> None:
    complete = {shard.name for shard in plan if _is_complete(context.root, shard)}
    files: dict[str, _ShardFile] = {}
    try:
        for shard in plan:
            if shard.name not in complete and shard.first == shard.end:
                _ShardFile(context.root, shard).finish()
        wanted = ((shard, record) for shard, record in _placed(records, plan) if shard.name not in complete)
        for shard, parts in encoded(wanted, ids, context.workers):
            if shard.name not in files:
                files[shard.name] = _ShardFile(context.root, shard)
            if files[shard.name].add(parts):
                files.pop(shard.name).finish()
    finally:
        for file in files.values():
            file.close()


def _placed(records: Iterable[ImageRecord], plan: Sequence[Shard]) -> Iterator[tuple[Shard, ImageRecord]]:
    """Each record with the shard it goes into: a split's records fill its shards one after the other."""
    left: dict[str | None, deque[Shard]] = {}
    for shard in plan:
        left.setdefault(shard.split, deque()).append(shard)
    seen: Counter[str | None] = Counter()
    for record in records:
        queue = left.get(record.split, deque())
        while queue and seen[record.split] >= queue[0].end:
            queue.popleft()
        if not queue:
            raise BoxwrightError(
                "the source has changed while it was converted: more images than a moment ago"
            )
        seen[record.split] += 1
        yield queue[0], record


class _ShardFile:
    """A shard being written under a temporary name; `finish` makes it a complete one."""

    def __init__(self, root: Path, shard: Shard) -> None:
        self._root, self._shard = root, shard
        self._digest = hashlib.sha256()
        self._records = self._bytes = 0
        self._file: BinaryIO = open(root / (shard.name + PART), "wb")  # noqa: SIM115 (closed by finish)

    def add(self, parts: Framed) -> bool:
        """Append a record; says whether it was the shard's last one."""
        for part in parts:
            self._file.write(part)
            self._digest.update(part)
            self._bytes += len(part)
        self._records += 1
        return self._records == self._shard.end - self._shard.first

    def close(self) -> None:
        """Close the file; what was written stays under its temporary name."""
        self._file.close()

    def finish(self) -> None:
        """Give the shard its name, then write its facts: with them it counts as complete."""
        self.close()
        name = self._shard.name
        (self._root / (name + PART)).replace(self._root / name)
        facts = {
            "file": name,
            "split": self._shard.split,
            "records": self._records,
            "bytes": self._bytes,
            "sha256": self._digest.hexdigest(),
        }
        path = _facts_path(self._root, self._shard)
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(PART).write_text(json.dumps(facts))
        path.with_suffix(PART).replace(path)


def _is_complete(root: Path, shard: Shard) -> bool:
    path = root / shard.name
    if not (_facts_path(root, shard).is_file() and path.is_file()):
        return False
    facts = _facts(root, shard)
    return (facts["records"], facts["bytes"]) == (shard.end - shard.first, path.stat().st_size)


def _facts(root: Path, shard: Shard) -> dict[str, object]:
    path = _facts_path(root, shard)
    if not path.is_file():
        raise BoxwrightError("the source has changed while it was converted: fewer images than a moment ago")
    facts: dict[str, object] = json.loads(path.read_text())
    return facts


def _facts_path(root: Path, shard: Shard) -> Path:
    return root / FACTS / f"{shard.name}.json"


def _clear_facts(root: Path) -> None:
    for path in (root / FACTS).iterdir():
        path.unlink()
    (root / FACTS).rmdir()
