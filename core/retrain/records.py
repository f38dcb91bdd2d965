"""The TFRecords that a retraining trains and measures on, and the split that they have when nobody says."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from boxwright.core.convert import convert
from boxwright.core.errors import WriteError
from boxwright.core.manifest import manifest_in
from boxwright.core.options import names
from boxwright.core.pipeline.completion import EVAL_SPLITS, TRAIN_SPLITS
from boxwright.core.plugins import Format
from boxwright.core.progress import shown_progress
from boxwright.core.read import read, reader_of
from boxwright.core.report import Report
from boxwright.core.retrain.wanted import Wanted

OWN, MADE = "source", "group:val=0.2"


def make_records(wanted: Wanted, folder: Path, split: str, *, replace: bool) -> Report:
    """The records in their folder; those that are there already and the same are left as they are.

    replace   other records are made anew; false: they are refused, for something was trained on them
    """
    make = partial(
        convert,
        wanted.source,
        folder,
        to="tfrecord",
        format=wanted.format,
        transforms=wanted.transforms,
        split=split,
        seed=wanted.seed,
        options=wanted.options,
        progress=shown_progress(),
    )
    try:
        return make()
    except WriteError as error:
        if manifest_in(folder) is None:
            raise
        if not replace:
            hint = f"{folder.parent} has been trained on them: take another --run-dir"
            raise WriteError(error.fact, hint) from None
    return make(overwrite=True)


def split_of(wanted: Wanted, folder: Path) -> str:
    """The split that is wanted, else what usual_split said when the folder's records were made, or says."""
    if wanted.split is not None:
        return wanted.split
    return _split_before(folder) or usual_split(wanted.source, wanted.format, wanted.options)


def usual_split(source: Path, format: Format | None, options: Mapping[str, object]) -> str:
    """OWN where records are for training and others for evaluation, else MADE; a pass over the records.

    raises   OptionError, AnnotationError as reading does
    """
    reads = names(reader_of(source, format).options, "read")
    stated: dict[str, Any] = {
        key.removeprefix("from."): value
        for key, value in options.items()
        if key.removeprefix("from.") in reads
    }
    found: set[str | None] = set()
    # Problems are told by the conversion that follows.
    for record in read(source, format, on_problem=lambda _: None, **stated):
        found.add(record.split)
        if found & set(TRAIN_SPLITS) - {None} and found & set(EVAL_SPLITS):
            return OWN
    return MADE


def _split_before(folder: Path) -> str | None:
    manifest = manifest_in(folder) or {}
    source = manifest.get("source") or {}
    method = source.get("split") if isinstance(source, dict) else None
    return {OWN: OWN, MADE.partition(":")[0]: MADE}.get(str(method))
