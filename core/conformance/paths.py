"""Checks of what lies around: names that lead outside are not followed, and nothing else is touched."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from boxwright.core.conformance.examples import plain_records
from boxwright.core.conformance.fault import Fault, crash
from boxwright.core.conformance.file_events import opened_files
from boxwright.core.conformance.own_data import annotation_files, data_of
from boxwright.core.conformance.passes import Reading, Trial, read, write
from boxwright.core.conformance.pictures import jpeg
from boxwright.core.conformance.snapshot import first_change, snapshot
from boxwright.core.errors import BoxwrightError
from boxwright.core.schema import ImageRecord

DEPTH = 3  # folders above the data set that a name may lead to
SECRET = "secret.jpg"
HOSTILE = (
    "../evil",
    "{}/evil",
    "a/../../evil",
    "..\\evil",
    "evil\0",
    "..",
    "x" * 300,
)  # {}: an absolute path


def unsafe_paths(trial: Trial) -> None:
    """An annotation that names a file outside of the data set never gets it."""
    inner = trial.folder.joinpath(*"abc"[:DEPTH])
    inner.mkdir(parents=True)
    data = data_of(replace(trial, folder=inner), count=2)
    outside = [above / SECRET for above in [data.parent, *data.parent.parents][: DEPTH + 1]]
    names = {record.path for record in read(trial.adapter, trial.limits, data).records}
    for path in outside:
        path.write_bytes(jpeg(8, 8))
    for file in annotation_files(data):
        original = file.read_bytes()
        for hostile, content in _redirected(original, names, outside[0]):
            file.write_bytes(content)
            _check_stays_inside(trial, data, hostile, file)
        file.write_bytes(original)


def _redirected(original: bytes, names: set[str], secret: Path) -> Iterator[tuple[str, bytes]]:
    """A file's content with every image's name replaced by one that leads outside."""
    ways = [f"{'../' * count}{SECRET}" for count in range(1, DEPTH + 2)]
    ways += [f"images/{'../' * count}{SECRET}" for count in range(2, DEPTH + 2)]
    for hostile in (*ways, str(secret)):
        content = original
        for written in _spellings(names):
            content = content.replace(written.encode(), hostile.encode())
        if content != original:
            yield hostile, content


def _spellings(names: set[str]) -> list[str]:
    """How image names may stand in a file, the longest first: with folders or without, escaped or not."""
    plain = {part for name in names for part in (name, Path(name).name)}
    ways = {way for name in plain for way in (name, name.replace("/", "\\/"), ascii(name)[1:-1])}
    return sorted(ways, key=lambda way: (-len(way), way))


def _check_stays_inside(trial: Trial, data: Path, hostile: str, file: Path) -> None:
    reading = Reading(records=[])
    with opened_files() as found:
        try:
            reading = read(trial.adapter, trial.limits, data)
        except BoxwrightError:
            pass
        except Exception as error:  # whatever a stranger's code may raise
            raise crash(error, f"reading the image name {hostile!r}") from error
    images = [str(record.file.path.resolve()) for record in reading.records if record.file is not None]
    touched = [os.path.realpath(name) for name in found] + images
    if leaked := [name for name in touched if Path(name).name == SECRET and not _within(Path(name), data)]:
        raise Fault(
            f"the image name {hostile!r} in {file.name} leads out of the data set, and is followed",
            expected="an AnnotationError, or the problem unsafe_path",
            found=f"{leaked[0]} was opened or given to a record",
            look="read: context.locate, or unsafe_path(name) before a name becomes a path",
        )


def _within(path: Path, folder: Path) -> bool:
    return folder.resolve() in path.parents


def source_untouched(trial: Trial) -> None:
    """Looking at a data set and reading it leaves every file as it was, and none beside it."""
    data = data_of(trial)
    before = snapshot(trial.folder)
    if trial.adapter.sniff is not None:
        trial.adapter.sniff(data)
    read(trial.adapter, trial.limits, data)
    if change := first_change(before, snapshot(trial.folder)):
        raise Fault(
            "reading changes the source",
            expected="every file as it was, and no new one",
            found=change,
            look="sniff, read and scan: they open files for reading only",
        )


def target_only(trial: Trial) -> None:
    """Writing makes files below the target only, whatever splits, groups and labels are called."""
    root = trial.folder / "around" / "deep" / "data"
    records = list(_named(trial))
    before = snapshot(trial.folder)
    for what, record in records:
        with suppress(OSError):  # `boxwright.write` makes a WriteError of a name that no file can have
            write(trial.adapter, trial.limits, [record], root)
        shutil.rmtree(root, ignore_errors=True)
        if change := first_change(before, snapshot(trial.folder)):
            raise Fault(
                f"writing {what} touches files outside of context.root",
                expected="new files below context.root, and nothing else changed",
                found=change,
                look="write: files through context.open, context.write and context.place",
            )


def _named(trial: Trial) -> Iterator[tuple[str, ImageRecord]]:
    [plain] = plain_records(trial.limits, trial.pictures, 1, boxes=1)
    yield "a plain record", plain
    for template in HOSTILE:
        name, shown = template.replace("{}", str(trial.folder)), repr(template.replace("{}", "/…")[:20])
        yield f"the split {shown}", replace(plain, split=name)
        yield f"the group {shown}", replace(plain, group=name)
        yield f"the source_id {shown}", replace(plain, source_id=name)
        boxes = tuple(replace(box, label=name) for box in plain.boxes)
        yield f"the label {shown}", replace(plain, boxes=boxes)
