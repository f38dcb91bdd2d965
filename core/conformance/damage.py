"""Checks of data with faults: located errors and documented problems, never a bare traceback."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from boxwright.core.conformance.examples import plain_box, plain_records
from boxwright.core.conformance.fault import Fault, crash
from boxwright.core.conformance.own_data import annotation_files, data_of
from boxwright.core.conformance.passes import Reading, Trial, opened, read, scanned, write
from boxwright.core.errors import AnnotationError, BoxwrightError
from boxwright.core.images.image_header import IMAGE_EXTENSIONS
from boxwright.core.problems import RULES, Problem
from boxwright.core.schema import ImageRecord

FILES = 3  # annotation files of a data set that are damaged, one at a time
FLIPS = 12  # copies of each with some bytes changed
SHARES = (0.0, 0.1, 0.4, 0.8, 0.97)  # at which a file is cut off
FILLINGS = {  # what stands in a file instead of its content
    "noise": random.Random(1).randbytes(512),
    "an HTML page": b"<!DOCTYPE html><html><body>404</body></html>\n",
    "text that is no UTF-8": b"\xff\xfe\xfa\x00caf\xe9 1 2 3\n",
    "zeros": bytes(512),
    "an empty list": b"[]\n",
    "deep nesting": b"[" * 5000,
}


def damage(trial: Trial) -> None:
    """Damaged annotation files end in an AnnotationError that names the file, or are read with problems."""
    data = data_of(trial, count=4)
    for path in annotation_files(data)[:FILES]:
        original = path.read_bytes()
        for what, content in _damaged(original):
            path.write_bytes(content)
            _read_damaged(trial, data, path, f"{path.name} {what}")
        path.write_bytes(original)


def _damaged(original: bytes) -> Iterator[tuple[str, bytes]]:
    for share in SHARES:
        yield f"cut off at {share:.0%}", original[: int(len(original) * share)]
    for seed in range(FLIPS):
        yield "with changed bytes", _flipped(original, random.Random(seed))
    for what, content in FILLINGS.items():
        yield f"with {what} in it", content


def _flipped(original: bytes, chance: random.Random) -> bytes:
    found = bytearray(original)
    for _ in range(chance.choice((1, 3, 10)) if original else 0):
        found[chance.randrange(len(found))] = chance.choice(b"\x00\xff\"'<>{}[],:;-+eE.0 9\n\x80a")
    return bytes(found)


def _read_damaged(trial: Trial, data: Path, path: Path, what: str) -> None:
    try:
        read(trial.adapter, trial.limits, data)
    except AnnotationError as error:
        _check_located(error, data, what)
    except (BoxwrightError, Fault):
        raise
    except OSError as error:  # `boxwright.read` makes an AnnotationError of one that names a file
        if not error.filename:
            raise crash(error, f"reading {what}") from error
    except Exception as error:  # whatever a stranger's code may raise
        raise crash(error, f"reading {what}") from error


def _check_located(error: AnnotationError, data: Path, what: str) -> None:
    folder = data if data.is_dir() else data.parent
    name = str(error.path)
    inside = Path(name) if Path(name).is_absolute() else folder / name
    if not name or not inside.exists():
        raise Fault(
            f"the error about {what} does not name the file",
            expected=f"a message that begins with a file of the data set: {what.partition(' ')[0]}",
            found=str(error),
            look="AnnotationError(path, where, fact), or `with reading(path, where):` around the parser",
        )


def problems(trial: Trial) -> None:
    """What is dropped or changed is reported, with a documented code and a place; strict reading stops."""
    for name, data, written in _dirty(trial):
        reading = _read_dirty(trial, name, data)
        for problem in reading.problems:
            _check_problem(problem, name)
        if not reading.problems and written is not None and _less(written, reading.records):
            raise Fault(
                f"data is dropped or changed without a report: {name}",
                expected="a problem for every box or image that is dropped, and every box that is changed",
                found="no problem, but other records than were written",
                look="frame.box, which reports what it drops; context.problem before anything is left out",
            )
        if reading.problems:
            _check_strict(trial, data, name, reading.problems[0])


def _dirty(trial: Trial) -> Iterator[tuple[str, Path, list[ImageRecord] | None]]:
    """Data sets with one fault each: what it is, where it lies, and its records where they are known."""
    for number, (what, change) in enumerate(IMAGE_CHANGES.items()):
        data = data_of(trial, f"image{number}", count=3)
        images = [path for path in sorted(data.rglob("*")) if path.suffix.lower() in IMAGE_EXTENSIONS]
        for image in images[:1]:
            change(image)
            yield what, data, None
    if trial.sample is None and trial.limits.labels:
        for number, (what, record) in enumerate(_dirty_records(trial)):
            written = write(trial.adapter, trial.limits, [record], trial.folder / f"record{number}")
            if written.records:
                yield what, written.root, list(written.records)


def _remove(image: Path) -> None:
    image.unlink()


def _halve(image: Path) -> None:
    image.write_bytes(image.read_bytes()[: image.stat().st_size // 2])


def _empty(image: Path) -> None:
    image.write_bytes(b"")


def _fill(image: Path) -> None:
    image.write_bytes(b"this is no image" * 8)


IMAGE_CHANGES = {
    "an image that is missing": _remove,
    "an image that is cut in half": _halve,
    "an empty image file": _empty,
    "a text file in place of an image": _fill,
}


def _dirty_records(trial: Trial) -> Iterator[tuple[str, ImageRecord]]:
    [plain] = plain_records(trial.limits, trial.pictures, 1, boxes=1)
    [label] = {box.label for box in plain.boxes}
    width, height = plain.width or 0, plain.height or 0
    boxes = {
        "a box that leaves its image": [plain_box(label, (2, 3, width + 5, height + 7))],
        "a box outside its image": [plain_box(label, (width + 1, 3, width + 5, 7))],
        "a box without area": [plain_box(label, (4, 5, 4, 9))],
        "a box that stands twice": [plain_box(label, (1, 2, 5, 6))] * 2,
    }
    for what, found in boxes.items():
        yield what, replace(plain, boxes=tuple(found))


def _read_dirty(trial: Trial, name: str, data: Path) -> Reading:
    try:
        return read(trial.adapter, trial.limits, data)
    except AnnotationError:
        return Reading(records=[])
    except (BoxwrightError, Fault):
        raise
    except Exception as error:  # whatever a stranger's code may raise
        raise crash(error, f"reading {name}") from error


def _check_problem(problem: Problem, name: str) -> None:
    if problem.code not in RULES or not problem.path or not problem.message:
        raise Fault(
            f"the report of {name} is not complete",
            expected="a documented code, a file and a message",
            found=f"code {problem.code!r}, path {problem.path!r}, message {problem.message!r}",
            look="context.problem(code, path, where, message)",
        )


def _less(written: list[ImageRecord], found: list[ImageRecord]) -> bool:
    """Whether an image, a box or an edge is not what was written."""
    before, after = ([box.edges for record in each for box in record.boxes] for each in (written, found))
    return len(written) != len(found) or before != after


def _check_strict(trial: Trial, data: Path, name: str, problem: Problem) -> None:
    try:
        scanned(opened(trial.adapter, trial.limits, data), strict=True)
    except AnnotationError:
        return
    raise Fault(
        f"strict reading goes on after {name}",
        expected=f"an AnnotationError: {problem}",
        found="no error",
        look="problems go through context.problem or frame, which know the user's policy",
    )


def closed_labels(trial: Trial) -> None:
    """A label outside the list that the user gave is an error that names it."""
    data = data_of(trial, count=2)
    source = opened(trial.adapter, trial.limits, data)
    found = {box.label for record in scanned(source).records for box in record.boxes}
    if not found:
        return
    if source.labels is not None and (missing := sorted(found - {*source.labels})):
        raise Fault(
            f"labels of the source lack {missing[0]}",
            expected="every label that a box carries, or None where the format has no list",
            found=", ".join(source.labels) or "an empty list",
            look="labels of the Source that read returns",
        )
    try:
        scanned(source, labels=("no such label",))
    except AnnotationError as error:
        if any(repr(label) in str(error) for label in found):
            return
        message = str(error)
    else:
        message = "no error"
    raise Fault(
        "a label outside the user's list is taken",
        expected=f"an AnnotationError that names one of {', '.join(sorted(found))}",
        found=message,
        look="scan: boxes come from frame.box, which checks their labels",
    )
