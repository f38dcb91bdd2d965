"""Checks that the same data gives the same records, and the same records the same bytes."""

import os
import pickle
import subprocess
import sys
from contextlib import chdir
from dataclasses import replace
from itertools import islice, zip_longest
from pathlib import Path

from boxwright.core.conformance import other_day
from boxwright.core.conformance.comparison import difference
from boxwright.core.conformance.examples import plain_records
from boxwright.core.conformance.fault import Fault
from boxwright.core.conformance.file_events import other_order
from boxwright.core.conformance.own_data import data_of
from boxwright.core.conformance.passes import Trial, context, opened, read, scanned, write
from boxwright.core.conformance.snapshot import first_change, snapshot
from boxwright.core.schema import ImageRecord

SEEDS = (1, 2)  # of two shuffles: one alone may happen to be sorted


def reiteration(trial: Trial) -> None:
    """A source can be scanned again and again: broken off, at the same time, afterwards."""
    source = opened(trial.adapter, trial.limits, data_of(trial))
    first = scanned(source).records
    list(islice(source.scan(context(source, [])), 1))
    _same_pass(first, scanned(source).records, "a second pass", "broken off before it")
    pairs = zip_longest(source.scan(context(source, [])), source.scan(context(source, [])))
    both = list(pairs)
    for side in (0, 1):
        found = [pair[side] for pair in both if pair[side] is not None]
        _same_pass(first, found, "a pass at the same time as another", "both side by side")


def _same_pass(first: list[ImageRecord], again: list[ImageRecord], what: str, how: str) -> None:
    if found := difference(first, again, 0):
        field, old, new = found
        raise Fault(
            f"{what} gives other records: {field} differs",
            expected=old,
            found=f"{new} ({how})",
            look="read and scan: what a pass uses up must be made in scan, not in read",
        )


def order(trial: Trial) -> None:
    """Records come in the same order however the file system lists the files."""
    data = data_of(trial)
    first = read(trial.adapter, trial.limits, data).records
    for seed in SEEDS:
        with other_order(seed):
            again = read(trial.adapter, trial.limits, data).records
        paths, others = ([record.path for record in each] for each in (first, again))
        if paths != others or difference(first, again, 0):
            raise Fault(
                "the records depend on the order in which the file system lists files",
                expected=", ".join(paths),
                found=", ".join(others),
                look="every listdir, scandir, iterdir and glob in read and scan: sort what it gives",
            )


def places(trial: Trial) -> None:
    """A data set gives the same records by a relative path and from another folder."""
    data = data_of(trial)
    first = read(trial.adapter, trial.limits, data).records
    with chdir(data.parent):
        _same_place(first, read(trial.adapter, trial.limits, Path(data.name)).records, "by its relative path")
    with chdir(data if data.is_dir() else data.parent):
        here = Path() if data.is_dir() else Path(data.name)
        _same_place(first, read(trial.adapter, trial.limits, here).records, "from inside it")
    moved = data.rename(data.with_name(f"moved {data.name}"))
    _same_place(first, read(trial.adapter, trial.limits, moved).records, "after it was moved")


def _same_place(first: list[ImageRecord], again: list[ImageRecord], how: str) -> None:
    if found := difference(first, again, 0):
        field, old, new = found
        raise Fault(
            f"{field} is another one {how}",
            expected=old,
            found=new,
            look="read: names are relative to the data set's root, and no file states an absolute path",
        )


def bytes_written(trial: Trial) -> None:
    """The same records give the same bytes: twice, and in another process on another day."""
    records = [
        replace(record, split=split)
        for record, split in zip(
            plain_records(trial.limits, trial.pictures, 6, boxes=4), ("train", "val", None) * 2, strict=True
        )
    ]
    first = write(trial.adapter, trial.limits, records, trial.folder / "first" / "data")
    with other_order(SEEDS[0]):
        again = write(trial.adapter, trial.limits, records, trial.folder / "again" / "data")
    _same_bytes(first.root, again.root, "written twice")
    elsewhere = trial.folder / "elsewhere" / "data"
    if _written_on_another_day(trial, list(first.records), elsewhere):
        _same_bytes(first.root, elsewhere, "written on another day, with another order of sets")


def _same_bytes(first: Path, again: Path, how: str) -> None:
    if change := first_change(snapshot(first), snapshot(again)):
        raise Fault(
            f"the same records give other bytes, {how}",
            expected="the same files with the same bytes",
            found=change,
            look="write: no time, no random number, no path of the target, no order of a set or of a listing",
        )


def _written_on_another_day(trial: Trial, records: list[ImageRecord], root: Path) -> bool:
    """Whether another process, which must find the adapter in its module, wrote the records."""
    module = sys.modules.get(getattr(trial.adapter.write, "__module__", ""))
    if module is None or other_day.adapter_in(module, trial.adapter.name) is not trial.adapter:
        return False
    order = trial.folder / "order.pickle"
    file = getattr(module, "__file__", None)
    order.write_bytes(
        pickle.dumps((sys.path, module.__name__, file, trial.adapter.name, trial.limits, records, root))
    )
    run = subprocess.run(
        [sys.executable, "-m", other_day.__name__, str(order)],
        cwd=trial.folder,
        env={**os.environ, **other_day.ENVIRONMENT},
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise Fault(
            "it cannot write in another process",
            expected="the same files as in this one",
            found=(run.stderr.strip().splitlines() or ["no message"])[-1],
            look="write: it must not depend on what this process did before",
        )
    return True
