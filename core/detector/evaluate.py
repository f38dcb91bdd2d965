"""How good detections are: COCO's numbers under the OD API's names, Pascal VOC's, per class, curves."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boxwright.core.detector.average_precision import Curve, curve
from boxwright.core.detector.bootstrap import Interval, intervals
from boxwright.core.detector.coco_metrics import CocoResult, measure, twelve_numbers
from boxwright.core.detector.judged import FoundObjects, TrueObjects, check
from boxwright.core.errors import BoxwrightError

PASCAL = "PascalBoxes_Precision/mAP@0.5IOU"  # the OD API's name
NAME_WIDTH = 16  # of a label in the table, in characters


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassResult:
    """One class; None: it has no objects.

    objects         how many COCO counts: all but crowds
    detections      how many there are, of any score
    ap, ap50, ar    COCO's averages of precision and recall, of up to 100 detections in an image
    pascal_ap50     Pascal VOC's average precision, difficult objects left out
    curve           precision and recall at an overlap of one half, by Pascal VOC's rules
    """

    label: str
    objects: int
    detections: int
    ap: float | None
    ap50: float | None
    ar: float | None
    pascal_ap50: float | None
    curve: Curve


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """What detections are worth; as text, a table for a terminal.

    images     how many were judged
    metrics    COCO's twelve and Pascal VOC's mean, by the OD API's names; None: no objects of that size
    classes    in the order of the labels
    intervals  where some of the metrics lie for images drawn anew; empty where that was not asked for
    """

    images: int
    metrics: Mapping[str, float | None]
    classes: Sequence[ClassResult]
    intervals: Mapping[str, Interval] = field(default_factory=dict)

    @property
    def objects(self) -> int:
        """How many objects there are to find."""
        return sum(found.objects for found in self.classes)

    def numbers(self) -> dict[str, float]:
        """The metrics that there are, for logs and event files."""
        return {name: value for name, value in self.metrics.items() if value is not None}

    def as_dict(self) -> dict[str, Any]:
        """All numbers but the curves, as JSON holds them: null where there is nothing to measure."""
        columns = ("label", "objects", "detections", "ap", "ap50", "ar", "pascal_ap50")
        return {
            "images": self.images,
            "objects": self.objects,
            "metrics": dict(self.metrics),
            "intervals": {name: [found.low, found.high] for name, found in self.intervals.items()},
            "classes": [{name: getattr(found, name) for name in columns} for found in self.classes],
        }

    def __str__(self) -> str:
        detections = sum(found.detections for found in self.classes)
        head = f"{self.images} images, {self.objects} objects, {detections} detections"
        numbers = [f"  {name:<40} {self._shown(name)}" for name in self.metrics]
        return "\n".join([head, *numbers, *_table(self.classes)])

    def _shown(self, name: str) -> str:
        value, found = shown(self.metrics[name], size_of(name)), self.intervals.get(name)
        return value if found is None else f"{value} {found}"


def evaluate(
    groundtruth: Iterable[TrueObjects],
    detections: Iterable[FoundObjects],
    labels: Sequence[str],
    *,
    resamples: int = 0,
) -> Evaluation:
    """Judge the detections of images, which come in the same order as what is on them.

    labels     what the classes are called: as many as there are classes
    resamples  how often images are drawn anew for the intervals; 0: there are none
    raises     BoxwrightError where there is nothing to find, ValueError for arrays that do not fit
    """
    truths, founds = list(groundtruth), list(detections)
    if len(truths) != len(founds):
        raise ValueError(f"{len(truths)} images with objects, {len(founds)} with detections")
    for truth, found in zip(truths, founds, strict=True):
        check(truth, found, len(labels))
    _require_objects(truths)
    coco = measure(truths, founds, len(labels))
    classes = [_class_result(number, label, truths, founds, coco) for number, label in enumerate(labels)]
    metrics = twelve_numbers(coco) | {PASCAL: _mean(found.pascal_ap50 for found in classes)}
    sure = intervals(truths, founds, len(labels), resamples=resamples) if resamples else {}
    return Evaluation(images=len(truths), metrics=metrics, classes=tuple(classes), intervals=sure)


def write_json(evaluation: Evaluation, target: Path, facts: Mapping[str, Any] | None = None) -> None:
    """Write the numbers; `facts` (the model, the data, the step) come first."""
    text = json.dumps(dict(facts or {}) | evaluation.as_dict(), indent=2, ensure_ascii=False)
    target.write_text(f"{text}\n", encoding="utf-8")


def shown(value: float | None, size: str = "") -> str:
    """A number as a person reads it: `0.557`, or `n/a (no small objects)`."""
    if value is None:
        return f"n/a (no {size} objects)" if size else "n/a (no objects)"
    return f"{value:.3f}"


def size_of(metric: str) -> str:
    """The size of the objects that a metric is about: `small`; nothing where it is about all."""
    return metric.partition("(")[2].rstrip(")")


def _require_objects(truths: Sequence[TrueObjects]) -> None:
    if not truths:
        raise BoxwrightError("nothing to evaluate: there are no images")
    if not any((~truth.crowd).any() for truth in truths):
        fact = f"nothing to evaluate: no object is marked on any of the {len(truths)} images"
        raise BoxwrightError(fact, "does the label map name the classes of these records?")


def _class_result(
    number: int, label: str, truths: Sequence[TrueObjects], founds: Sequence[FoundObjects], coco: CocoResult
) -> ClassResult:
    found = curve(truths, founds, number)
    return ClassResult(
        label=label,
        objects=sum(int(((truth.classes == number) & ~truth.crowd).sum()) for truth in truths),
        detections=sum(int((found.classes == number).sum()) for found in founds),
        ap=coco.average_precision(label=number),
        ap50=coco.average_precision(0.5, label=number),
        ar=coco.average_recall(label=number),
        pascal_ap50=found.area(),
        curve=found,
    )


def _mean(values: Iterable[float | None]) -> float | None:
    stated = [value for value in values if value is not None]
    return math.fsum(stated) / len(stated) if stated else None


def _table(classes: Sequence[ClassResult]) -> Iterable[str]:
    yield f"  {'class':<{NAME_WIDTH}} {'objects':>8} {'found':>8}     AP   AP50  AR100    VOC"
    for found in classes:
        name = found.label if len(found.label) <= NAME_WIDTH else f"{found.label[: NAME_WIDTH - 1]}…"
        numbers = (found.ap, found.ap50, found.ar, found.pascal_ap50)
        cells = "".join(f"{'n/a' if value is None else f'{value:.3f}':>7}" for value in numbers)
        yield f"  {name:<{NAME_WIDTH}} {found.objects:>8} {found.detections:>8}{cells}"
