"""What is wrong with the records: some cannot be used, a split holds nothing, both sides hold the same.

Precision that is measured on images which were trained on says nothing of new ones. Measured elsewhere:
random frames of the same videos on both sides gave an mAP of 1.0 where the recall on new videos was 48 %
(open-edge-platform/geti, issue 7619).
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from boxwright.core.detector.input.record_check import BadRecord, Kind
from boxwright.core.detector.preflight.findings import Finding, error, warning
from boxwright.core.detector.preflight.survey import Survey

_FACTS: dict[Kind, str] = {
    "file": "cut short: {} of the record files",
    "record": "damaged: {} of the records",
    "image": "no image that can be decoded: {} of the records",
    "objects": "objects that do not fit together: {} of the records",
    "classes": "objects of no class: {} of the records",
}
_HINTS: dict[Kind, str] = {
    "file": "make the records again: the writing of them was cut off",
    "record": "make the records again, or copy them again",
    "image": "boxwright convert --decode finds such images in the source and leaves them out",
    "objects": "make the records with boxwright convert, which repairs or drops such boxes",
    "classes": "are model.ssd.num_classes and label_map_path those of these records?",
}


def record_findings(train: Survey | None, evaluation: Survey | None) -> Iterable[Finding]:
    """All that is wrong with the records of both sides; None: a side that is not read."""
    surveys = [found for found in (train, evaluation) if found is not None]
    yield from bad_record_findings(surveys)
    yield from empty_findings(train, evaluation)
    yield from unknown_finding(surveys)
    if train is not None and evaluation is not None:
        yield from split_findings(train, evaluation)


def bad_record_findings(surveys: Iterable[Survey]) -> Iterable[Finding]:
    """An error for each kind of what makes records useless."""
    bad = list(dict.fromkeys(record for found in surveys for record in found.bad))
    for kind, fact in _FACTS.items():
        if some := [record for record in bad if record.kind == kind]:
            yield error(fact.format(len(some)), _HINTS[kind], _by_fact(some))


def empty_findings(train: Survey | None, evaluation: Survey | None) -> Iterable[Finding]:
    """Errors for splits without images or objects; None: a split that is not read."""
    if train is not None and not train.bad:
        if not train.images:
            yield error("the training split holds no record", "is the split made, and the path right?")
        elif not len(train.boxes):
            fact = "no object is marked on any training image"
            yield error(fact, "does the label map name its classes?", list(train.unknown))
    if evaluation is not None and not evaluation.bad:
        if not evaluation.images:
            yield error("the evaluation split holds no record", "boxwright convert --split group:val=0.2")
        elif not len(evaluation.boxes):
            yield error(
                f"no object is marked on any of the {evaluation.images} evaluation images",
                "an average precision needs objects to find: make another split",
            )


def unknown_finding(surveys: Sequence[Survey]) -> Iterable[Finding]:
    """A warning with the classes that the label map lacks: as in the OD API, their objects do not count."""
    unknown = sum((found.unknown for found in surveys), Counter[str]())
    if unknown:
        objects = unknown.total() + sum(len(found.boxes) for found in surveys)
        yield warning(
            f"{unknown.total()} of {objects} objects are ignored: the label map does not name their class",
            "complete the label map; boxwright convert --only leaves classes out of the records, too",
            [f"{name}: {count}" for name, count in unknown.most_common()],
        )


def split_findings(train: Survey, evaluation: Survey) -> Iterable[Finding]:
    """Warnings for images, and for groups of them, that are on both sides."""
    keys = set(train.keys)
    same = [name for key, name in zip(evaluation.keys, evaluation.names, strict=True) if key in keys]
    if same:
        yield warning(
            f"{len(same)} of {evaluation.images} evaluation images are also in training",
            "remove the copies from one side",
            sorted(same),
        )
    groups = {group for group in train.groups if group is not None}
    straddling = [group for group in evaluation.groups if group in groups]
    if straddling:
        fact = f"{len(straddling)} of {evaluation.images} evaluation images have frames of theirs in training"
        yield warning(
            f"{fact}; groups on both sides: {len(set(straddling))}",
            "boxwright convert --split group:val=0.2 keeps groups whole",
            sorted(set(map(str, straddling))),
        )


def _by_fact(records: Sequence[BadRecord]) -> list[str]:
    """As texts, the first of each fact before the others."""
    first = {record.fact: record for record in reversed(records)}.values()
    return [str(record) for record in (*reversed(first), *(each for each in records if each not in first))]
