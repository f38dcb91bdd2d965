"""Writes a data set as TFRecord shards: the same bytes for any number of workers.

The source is read once. Its records wait, but for their images' bytes, until it is known how many each shard
gets; then they are written in order. A complete shard gets its facts written beside it; a run that goes on
after a kill keeps such shards.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import BinaryIO

from boxwright.core.errors import BoxwrightError, WriteError
from boxwright.core.schema import Dataset, ImageRecord, unsafe_path
from boxwright.core.tfrecord.encoding import Framed, encoded
from boxwright.core.tfrecord.example import lost
from boxwright.core.tfrecord.label_map import label_ids, label_map_text
from boxwright.core.tfrecord.pending import Pending, PendingFile, pending
from boxwright.core.tfrecord.shards import Shard, shards
from boxwright.core.write_context import WriteContext

FACTS = ".shards"  # in the work folder: one JSON file for each complete shard
PART = ".part"  # ending of a shard that is being written


@dataclass(slots=True)
class Survey:
    """What the source holds: records to write by split, labels, and how many records have no pixels."""

    waiting: dict[str | None, PendingFile] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)
    unreadable: int = 0


def write_tfrecords(dataset: Dataset, context: WriteContext, count: int) -> None:
    """Write `count` shards for each split, the label map, and the shards' facts into the manifest."""
    with ExitStack() as files:
        survey = _survey(dataset, context, files)
        plan = [
            shard
            for split in sorted(survey.waiting, key=str)
            for shard in shards(context.name, split, survey.waiting[split].count, count)
        ]
        _check_names(plan)
        # Declared ones first; a TFRecord's boxes may carry names that its label map lacks.
        labels = dict.fromkeys((*(dataset.declared_labels or ()), *sorted(survey.labels)))
        ids = label_ids(tuple(labels))
        progress = Dataset(None, lambda: _written(survey, plan, ids, context))
        for _ in context.progress(progress):
            pass
    label_map = f"{context.name}_label_map.pbtxt"
    (context.root / label_map).write_text(label_map_text(tuple(ids)), encoding="utf-8")
    context.summary.update(
        classes=ids,
        label_map=label_map,
        skipped=survey.unreadable,
        shards=[_facts(context.root, shard) for shard in plan],
    )
    _clear_facts(context.root)


def _survey(dataset: Dataset, context: WriteContext, files: ExitStack) -> Survey:
    survey = Survey()
    for record in dataset:
        waiting = pending(record)
        if waiting is None:
            survey.unreadable += 1
            context.skip()
            continue
        if record.split not in survey.waiting:
            survey.waiting[record.split] = files.enter_context(closing(PendingFile(context.root)))
        survey.waiting[record.split].add(waiting)
        survey.labels.update(waiting.draft.labels)
        for field_name, reason in lost(record):
            context.lose(field_name, reason)
    if not survey.waiting:
        raise BoxwrightError(
            f"none of {survey.unreadable} images has readable pixels: there is nothing to write",
            "boxwright inspect tells what is wrong with them",
        )
    return survey


def _check_names(plan: Sequence[Shard]) -> None:
    """Raise WriteError for a shard whose name would lead out of its folder, or is none."""
    for shard in plan:
        if "/" in shard.name or unsafe_path(shard.name):
            raise WriteError(
                f"{shard.name!a} is no file name", "it is made of the data set's name and the split's"
            )


def _written(
    survey: Survey, plan: Sequence[Shard], ids: Mapping[str, int], context: WriteContext
) -> Iterator[ImageRecord]:
    """Write the shards that are not complete; gives each record, without its boxes, when it is written."""
    missing = [shard for shard in plan if not _is_complete(context.root, shard)]
    # One stream over all shards: workers need not wait for each other at the end of each.
    with closing(encoded(_waiting(survey, plan, missing), ids, context.workers)) as records:
        for shard in missing:
            with closing(_ShardFile(context.root, shard)) as file:
                for record, parts in islice(records, shard.end - shard.first):
                    file.add(parts)
                    yield ImageRecord(path=record.name, width=record.width, height=record.height)
                file.finish()


def _waiting(survey: Survey, plan: Sequence[Shard], missing: Sequence[Shard]) -> Iterator[Pending]:
    """The records of the missing shards, in order."""
    for split, of_split in groupby(plan, lambda shard: shard.split):
        waiting = iter(survey.waiting[split])
        for shard in of_split:
            records = islice(waiting, shard.end - shard.first)
            yield from records if shard in missing else ()
            for _ in records:  # those of a complete shard
                pass


class _ShardFile:
    """A shard being written under a temporary name; `finish` makes it a complete one."""

    def __init__(self, root: Path, shard: Shard) -> None:
        self._root, self._shard = root, shard
        self._digest = hashlib.sha256()
        self._records = self._bytes = 0
        self._file: BinaryIO = open(root / (shard.name + PART), "wb")  # noqa: SIM115 (closed by finish)

    def add(self, parts: Framed) -> None:
        """Append a record."""
        for part in parts:
            self._file.write(part)
            self._digest.update(part)
            self._bytes += len(part)
        self._records += 1

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
    try:
        facts = _facts(root, shard)
    except ValueError:  # the machine went down before the disk had them
        return False
    return (facts["records"], facts["bytes"]) == (shard.end - shard.first, path.stat().st_size)


def _facts(root: Path, shard: Shard) -> dict[str, object]:
    facts: dict[str, object] = json.loads(_facts_path(root, shard).read_text())
    return facts


def _facts_path(root: Path, shard: Shard) -> Path:
    return root / FACTS / f"{shard.name}.json"


def _clear_facts(root: Path) -> None:
    for path in (root / FACTS).iterdir():
        path.unlink()
    (root / FACTS).rmdir()
