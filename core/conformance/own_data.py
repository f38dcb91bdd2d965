"""A data set in the adapter's format: the sample that was given, or one that the adapter writes."""

import shutil
from pathlib import Path

from boxwright.core.conformance.examples import plain_records
from boxwright.core.conformance.fault import Fault
from boxwright.core.conformance.passes import Trial, write
from boxwright.core.images.image_header import IMAGE_EXTENSIONS


def data_of(trial: Trial, name: str = "data", *, count: int = 6, boxes: int = 2, vertices: int = 0) -> Path:
    """A data set for a check to read and to damage, in the folder `name` of the trial's."""
    target = trial.folder / name
    if trial.sample is not None:
        return _copied(trial.sample, target)
    if trial.adapter.write is None:
        raise Fault(
            "it can only be read, and there is nothing to read",
            expected="a small data set in this format",
            found="no sample",
            look="the call: conformance(ADAPTER, sample=Path(…))",
        )
    records = plain_records(trial.limits, trial.pictures, count, boxes=boxes, vertices=vertices)
    written = write(trial.adapter, trial.limits, records, target)
    if not written.records:
        raise Fault(
            "it writes none of the plainest records, so there is nothing to read",
            expected="records with an image, a label and edges",
            found=written.reasons[-1] if written.reasons else "every record is skipped",
            look="write; where the format can hold no more, state it: conformance(ADAPTER, Limits(…))",
        )
    return target


def _copied(sample: Path, target: Path) -> Path:
    if sample.is_dir():
        shutil.copytree(sample, target)
        return target
    target.mkdir()
    return Path(shutil.copy(sample, target))


def annotation_files(data: Path) -> list[Path]:
    """The files of a data set that are no images, sorted."""
    if data.is_file():
        return [data]
    files = sorted(path for path in data.rglob("*") if path.is_file())
    return [path for path in files if path.suffix.lower() not in IMAGE_EXTENSIONS]
