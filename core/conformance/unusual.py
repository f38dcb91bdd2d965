"""A check of records that are rare, but real: control characters in texts, images that are not there."""

from collections.abc import Iterator
from dataclasses import replace

from boxwright.core.conformance.comparison import difference, erased
from boxwright.core.conformance.examples import plain_records
from boxwright.core.conformance.fault import Fault, crash
from boxwright.core.conformance.passes import Reading, Trial, Written, read, write
from boxwright.core.errors import BoxwrightError
from boxwright.core.schema import ImageRecord

# Those that end a line for one parser or another, and those that text files, XML and C do without.
CHARACTERS = {
    "a line break": "\n",
    "a carriage return": "\r",
    "a tab": "\t",
    "a NUL": "\0",
    "the control character U+001F": "\x1f",
    "Unicode's next line": "\x85",
    "Unicode's line separator": "\u2028",
}
NO_IMAGE = "an image without file and size"
EXPECTED = "what was written, or a WriteError instead of writing it"
LOOK = "write: context.refuse(record, reason), where the format cannot hold it"


def unusual(trial: Trial) -> None:
    """Texts with control characters, and images that are not there, come back, or are refused."""
    for number, (what, record) in enumerate(_records(trial)):
        [sound, _] = plain_records(trial.limits, trial.pictures, 2)
        written = _written(trial, what, [sound, record], f"{number}")
        if record in written.records:
            _check(trial, what, written)


def _records(trial: Trial) -> Iterator[tuple[str, ImageRecord]]:
    """Each with one thing that is unusual, and what it is."""
    [_, plain] = plain_records(trial.limits, trial.pictures, 2)
    for name, character in CHARACTERS.items():
        for place, record in _with_text(plain, f"a{character}b"):
            yield f"{name} in {place}", record
    for place, record in _with_text(plain, "a\n"):
        yield f"a line break at the end of {place}", record
    bare = replace(plain, width=None, height=None, file=None)
    yield NO_IMAGE, bare
    yield f"{NO_IMAGE}, and without boxes", replace(bare, boxes=())


def _with_text(plain: ImageRecord, text: str) -> Iterator[tuple[str, ImageRecord]]:
    """The record with a text in each place that takes any."""
    if plain.boxes:
        box, *others = plain.boxes
        yield "a label", replace(plain, boxes=(replace(box, label=text), *others))
        yield "a pose", replace(plain, boxes=(replace(box, pose=text), *others))
        yield "a box's attribute", replace(plain, boxes=(replace(box, attributes={"note": text}), *others))
    yield "an image's attribute", replace(plain, attributes={"note": text})
    yield "a split", replace(plain, split=text)
    yield "a source_id", replace(plain, source_id=text)
    if plain.group is None:
        yield "a group", replace(plain, group=text)


def _written(trial: Trial, what: str, records: list[ImageRecord], name: str) -> Written:
    try:
        return write(trial.adapter, trial.limits, records, trial.folder / name)
    except BoxwrightError as error:
        raise Fault(f"writing {what} fails", expected=EXPECTED, found=str(error), look=LOOK) from None
    except Exception as error:  # whatever a stranger's code may raise
        raise crash(error, f"writing {what}") from error


def _check(trial: Trial, what: str, written: Written) -> None:
    back = _read(trial, what, written)
    # That an image is missing is no more than the truth.
    problems = [problem for problem in back.problems if problem.code != "missing_image"]
    before, after = (erased(records, written.lost) for records in (written.records, back.records))
    found = difference(before, after, trial.limits.tolerance)
    if problems:
        raise Fault(
            f"{what} is a problem once it is written", expected=EXPECTED, found=str(problems[0]), look=LOOK
        )
    if found:
        field, old, new = found
        fault = f"{what} does not come back: {field} is another"
        raise Fault(fault, expected=f"{old}, or a WriteError instead of writing it", found=new, look=LOOK)


def _read(trial: Trial, what: str, written: Written) -> Reading:
    try:
        return read(trial.adapter, trial.limits, written.root)
    except BoxwrightError as error:
        fault = f"{what} is written, but cannot be read"
        raise Fault(fault, expected=EXPECTED, found=str(error), look=LOOK) from None
    except Exception as error:  # whatever a stranger's code may raise
        raise crash(error, f"reading {what}") from error
