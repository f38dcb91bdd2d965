"""How sure the numbers of an evaluation are: intervals from images drawn anew, with replacement.

Which detection finds which object depends on its image alone, so COCO's procedure judges every image once;
a sample of the images only weighs them anew, and the numbers of a sample are sums of weights.

Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13, "percentile intervals".
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxwright.core.detector.coco_metrics import LIMITS, PRECISION, RECALL, prepared
from boxwright.core.detector.judged import Flags, FoundObjects, Numbers, TrueObjects

COVERED = 0.95  # of an interval
WHOLE = (0.0, 1e10)  # pixels²: COCO's range of areas for objects of any size
RECALLS = np.linspace(0.0, 1.0, 101)  # at which COCO reads precision
# What intervals are made for: the numbers that few images make unsure and many people quote.
NAMES = (PRECISION, f"{PRECISION}@.50IOU", f"{RECALL}@100")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matches:
    """What COCO's procedure says of one class, N detections over I images; the best detection first.

    image    (N,): the number of its image
    hit      (10, N): finds an object, by least overlap 0.50, 0.55 ... 0.95
    counted  (10, N): a hit or a miss; otherwise what it found does not count, a crowd for one
    objects  (I,): how many there are to find on each image
    """

    image: NDArray[np.int64]
    hit: Flags
    counted: Flags
    objects: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Where a number lies in 95 % of the samples."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"({self.low:.2f} to {self.high:.2f})"


def intervals(
    truths: Sequence[TrueObjects],
    founds: Sequence[FoundObjects],
    classes: int,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Interval]:
    """The interval of each of NAMES; empty where no sample has objects.

    resamples   how many sets of as many images are drawn
    """
    judged = matches(truths, founds, classes)
    drawn = [numbers(judged, weights) for weights in _samples(len(truths), resamples, seed)]
    stated = [found for found in drawn if found]
    if not stated:
        return {}
    return {name: _interval([found[name] for found in stated]) for name in NAMES}


def matches(
    truths: Sequence[TrueObjects], founds: Sequence[FoundObjects], classes: int
) -> tuple[Matches, ...]:
    """What COCO's procedure says of every class, of all sizes and of up to 100 detections in an image."""
    with redirect_stdout(io.StringIO()):  # it tells its progress
        # faster-coco-eval keeps what it found of single images to itself.
        judge = prepared(truths, founds, classes, library="pycocotools")
        judge.params.areaRng, judge.params.areaRngLbl = [WHOLE], ["all"]
        judge.params.maxDets = [max(LIMITS)]
        judge.evaluate()
    per_image: list[dict[str, Any] | None] = judge.evalImgs  # class by class, and in it by image
    images = len(truths)
    return tuple(_of_class(per_image[number * images : (number + 1) * images]) for number in range(classes))


def numbers(judged: Sequence[Matches], weights: NDArray[np.int64]) -> Mapping[str, float]:
    """The numbers of NAMES where each image counts as often as its weight says; empty without objects.

    weights  (I,)
    """
    found = [_precision_and_recall(one, weights) for one in judged if one.objects @ weights]
    if not found:
        return {}
    # Axes in the library's order, so that sums are equal to the last bit.
    precision = np.stack([precision for precision, _ in found], axis=2)
    recall = np.stack([recall for _, recall in found], axis=1)
    values = (precision.mean(), precision[0].mean(), recall.mean())
    return dict(zip(NAMES, map(float, values), strict=True))


def _samples(images: int, resamples: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """How often each image was drawn, (I,), for every sample."""
    draw = np.random.default_rng(seed)
    for _ in range(resamples):
        yield np.bincount(draw.integers(0, images, images), minlength=images)


def _interval(values: Sequence[float]) -> Interval:
    low, high = np.quantile(values, [(1 - COVERED) / 2, (1 + COVERED) / 2])
    return Interval(low=float(low), high=float(high))


def _of_class(images: Sequence[dict[str, Any] | None]) -> Matches:
    """One class from the results for each image; None where it has neither objects nor detections."""
    there = [(number, found) for number, found in enumerate(images) if found is not None]
    none = np.zeros((10, 0), np.bool_)
    hit = np.concatenate([none, *(found["dtMatches"] > 0 for _, found in there)], axis=1)
    counted = np.concatenate([none, *(found["dtIgnore"] == 0 for _, found in there)], axis=1)
    scores = np.concatenate([np.zeros(0), *(found["dtScores"] for _, found in there)])
    sizes = [len(found["dtScores"]) for _, found in there]
    objects = np.zeros(len(images), np.int64)
    for number, found in there:
        objects[number] = np.sum(found["gtIgnore"] == 0)
    order = np.argsort(-scores, kind="stable")  # as the library sorts
    return Matches(
        image=np.repeat([number for number, _ in there], sizes).astype(np.int64)[order],
        hit=(hit & counted)[:, order],
        counted=counted[:, order],
        objects=objects,
    )


def _precision_and_recall(one: Matches, weights: NDArray[np.int64]) -> tuple[Numbers, Numbers]:
    """Precision at each of RECALLS, (10, 101), and the recall of all detections, (10,).

    A detection of an image drawn twice counts twice at once, where the library would see two in a row: a hit
    then raises precision again, which the falling curve takes anyway, and a miss raises no recall.
    """
    # Recall rises and precision peaks at hits only, which are few: the curve needs no other point.
    points = np.flatnonzero(one.hit.any(axis=0))
    hits = np.cumsum(one.hit[:, points] * weights[one.image[points]], axis=1)
    recall = hits / (one.objects @ weights)
    # As the library keeps 0 / 0 away.
    precision = hits / (_counted_until(one, weights, points) + np.spacing(1))
    falling = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    read = np.stack([_read(*rows) for rows in zip(falling, recall, strict=True)])
    return read, recall[:, -1] if points.size else np.zeros(len(recall))


def _counted_until(one: Matches, weights: NDArray[np.int64], points: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many detections count up to each point: (10, P), or (1, P) where no crowd sets some aside."""
    weight = weights[one.image]
    if one.counted.all():
        return np.cumsum(weight)[np.newaxis, points]
    return np.asarray(np.cumsum(one.counted * weight, axis=1)[:, points])


def _read(precision: Numbers, recall: Numbers) -> Numbers:
    """Precision where recall first reaches each of RECALLS, 0 where it never does."""
    places = np.searchsorted(recall, RECALLS, side="left")
    return np.append(precision, 0.0)[places]
