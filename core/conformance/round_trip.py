"""Checks that write and read back: everything returns, up to what the loss reports say."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings

from boxwright.core.adapter import BOX_FIELDS, RECORD_FIELDS
from boxwright.core.conformance.comparison import changed, difference, erased, in_order
from boxwright.core.conformance.datasets import datasets
from boxwright.core.conformance.examples import plain_records
from boxwright.core.conformance.fault import Fault
from boxwright.core.conformance.passes import Trial, Written, read, write, write_empty
from boxwright.core.errors import BoxwrightError
from boxwright.core.schema import Box, Cuboid, ImageRecord

LEAST_SHARE = 0.2  # of the records that an adapter must take; below it, hardly anything is being checked


@dataclass(slots=True)
class _Count:
    drawn: int = 0
    taken: int = 0
    boxes: int = 0
    reason: str = ""


def round_trip(trial: Trial) -> None:
    """Random data sets come back as they were, up to the losses that are reported."""
    count = _Count()

    @settings(
        max_examples=trial.examples,
        derandomize=True,  # the same examples in every run: a suite that fails must fail again
        database=None,
        deadline=None,
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        phases=(Phase.generate,),  # the message names one field and value: no need to shrink, for 10 s
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn=datasets(trial.limits, trial.pictures))
    def example(drawn: list[ImageRecord]) -> None:
        with tempfile.TemporaryDirectory(dir=trial.folder) as folder:
            written = write(trial.adapter, trial.limits, drawn, Path(folder) / "data")
            _add(count, drawn, written)
            if written.records:
                _check(trial, written)

    example()
    if count.taken < LEAST_SHARE * count.drawn or not (count.boxes or not trial.limits.labels):
        raise Fault(
            "it refuses nearly every record",
            expected=f"at least {LEAST_SHARE:.0%} of the records are written, some with boxes",
            found=f"{count.taken} of {count.drawn} records; the last reason: {count.reason}",
            look="write; where the format can hold no more, state it: conformance(ADAPTER, Limits(…))",
        )


def _add(count: _Count, drawn: list[ImageRecord], written: Written) -> None:
    count.drawn += len(drawn)
    count.taken += len(written.records)
    count.boxes += sum(len(record.boxes) for record in written.records)
    count.reason = written.reasons[-1] if written.reasons else count.reason


def _check(trial: Trial, written: Written) -> None:
    back = read(trial.adapter, trial.limits, written.root)
    if back.problems:
        raise Fault(
            "it reports problems in what it wrote itself",
            expected="no problem",
            found=str(back.problems[0]),
            look="write, or the check in read that sees a problem where there is none",
        )
    before, after = erased(written.records, written.lost), erased(back.records, written.lost)
    if found := difference(before, after, trial.limits.tolerance):
        what, old, new = found
        raise Fault(
            f"{what} is not what was written",
            expected=old,
            found=new,
            look="write and read; what the format cannot hold is left out of keeps, or goes to context.lose",
        )
    _check_images(written, back.records)
    _check_losses(trial, written, back.records)


def _check_images(written: Written, after: list[ImageRecord]) -> None:
    for old, new in zip(in_order(written.records), in_order(after), strict=True):
        if old.file is not None and (new.file is None or new.file.read() != old.file.read()):
            raise Fault(
                "an image is not the one that was written",
                expected=f"the bytes of {old.path}",
                found="no image" if new.file is None else f"other bytes, from {new.file.path.name}",
                look="context.place in write, the record's file in read",
            )


def _check_losses(trial: Trial, written: Written, after: list[ImageRecord]) -> None:
    # Exactly: a format that rounds by less than the tolerance may say so, or not.
    kept = sorted(written.lost - changed(written.records, after, tolerance=0) - {"width"})
    if kept:
        raise Fault(
            f"{kept[0]} is reported lost, but it comes back",
            expected=f"{kept[0]} in keeps, or no call of context.lose where nothing is lost",
            found=f"keeps: {', '.join(sorted(trial.adapter.keeps)) or 'nothing'}",
            look="keeps of the ADAPTER, context.lose in write",
        )


# Any: the fields differ in type.
# Values of each field that a format may keep; one of them at least must survive where `keeps` names it.
BOX_VALUES: dict[str, tuple[Any, ...]] = {
    "difficult": (True,),
    "truncated": (0.25, 1.0),
    "occluded": (1, 2, 3),
    "crowd": (True,),
    "group_of": (True,),
    "area": (12.5,),
    "pose": ("Left",),
    "score": (0.75,),
    "cuboid": (
        Cuboid(alpha=-1.5, height=1.89, width=0.5, length=3.25, x=1.0, y=2.0, z=8.0, rotation_y=0.01),
    ),
    "attributes": ({"colour": "red"}, {"age": 7}),
}
RECORD_VALUES: dict[str, tuple[Any, ...]] = {
    "split": ("train", "val"),
    "group": ("g1",),
    "source_id": ("17",),
    "attributes": ({"weather": "rain"}, {"n": 7}),
}


def keeps(trial: Trial) -> None:
    """Every field in `keeps` comes back, alone on a plain record."""
    for name in sorted(trial.adapter.keeps):
        candidates = _saying(trial, name)
        survives = (_survives(trial, name, record, number) for number, record in enumerate(candidates))
        if candidates and not any(survives):
            raise Fault(
                f"keeps names {name}, but no value of it comes back",
                expected=f"{name} as it was written, or {name} not in keeps",
                found=f"{len(candidates)} values were tried; each is gone, changed, refused or reported lost",
                look=f"keeps of the ADAPTER, and what write and read do with {name}",
            )


def _survives(trial: Trial, name: str, record: ImageRecord, number: int) -> bool:
    written = write(trial.adapter, trial.limits, [record], trial.folder / f"{name}{number}")
    if not written.records or name in written.lost:
        # A format may have places for some attributes of its own, and say that others are lost.
        return name == "attributes" and bool(written.records)
    back = read(trial.adapter, trial.limits, written.root).records
    return len(back) == 1 and name not in changed([record], back, trial.limits.tolerance)


def _saying(trial: Trial, name: str) -> list[ImageRecord]:
    """Plain records that say something of this field; none where the limits leave no room for one."""
    limits, pictures = trial.limits, trial.pictures
    [plain] = plain_records(limits, pictures, 1, boxes=1)
    if name == "path":
        folders = {template: group for template, group in limits.paths.items() if "/" in template}
        return plain_records(replace(limits, paths=folders), pictures, 1) if folders else []
    if name == "ignored":
        return [replace(plain, ignored=(Box(label="DontCare", x_min=1, y_min=2, x_max=5, y_max=6),))]
    if name == "group" and plain.group:
        return [plain]
    found: list[ImageRecord] = []
    if name in RECORD_FIELDS:
        values = [{name: value} for value in RECORD_VALUES[name]]
        found += [replace(plain, **value) for value in values]
    if name == "polygons":
        found += plain_records(limits, pictures, 1, boxes=1, vertices=4)
    elif name in BOX_FIELDS:
        values = [{name: value} for value in BOX_VALUES[name]]
        found += [replace(plain, boxes=(replace(box, **value),)) for value in values for box in plain.boxes]
    return found


def negatives(trial: Trial) -> None:
    """Images without boxes stay images, alone and among others; a data set without images stays one."""
    with_boxes = plain_records(trial.limits, trial.pictures, 4)
    without = [replace(record, boxes=()) for record in with_boxes]
    for name, records in (("mixed", [*with_boxes[:2], *without[2:]]), ("alone", without)):
        written = write(trial.adapter, trial.limits, records, trial.folder / name)
        back = read(trial.adapter, trial.limits, written.root) if written.records else None
        empty = [record.path for record in written.records if not record.boxes]
        found = [record.path for record in back.records if not record.boxes] if back else []
        if len(found) != len(empty) or not empty:
            raise Fault(
                "images without boxes are lost",
                expected=f"{len(empty)} images without boxes: {', '.join(empty)}",
                found=f"{len(found)}: {', '.join(found) or '; '.join(written.reasons)}",
                look="write, which must write them too; read, where no row or object is no reason to skip",
            )
    _check_empty(trial)


def _check_empty(trial: Trial) -> None:
    """No image at all is refused, or comes back as a data set without images."""
    root = trial.folder / "empty"
    try:
        write_empty(trial.adapter, trial.limits, root)
    except BoxwrightError:
        return
    try:
        back = read(trial.adapter, trial.limits, root)
        found = [*back.records, *back.problems]
    except BoxwrightError as error:
        found = [error]
    if found:
        raise Fault(
            "a data set without images does not come back",
            expected="no image and no problem, or a WriteError when it is written",
            found=str(found[0]),
            look="write, which must write what read looks for, say an empty list, or refuse",
        )
