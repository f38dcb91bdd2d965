"""Precision and recall of one class at an overlap of one half, as Pascal VOC measures them.

Unlike COCO, a detection is judged by the object it overlaps most, even where that is taken already.

Everingham et al., The Pascal Visual Object Classes Challenge: a retrospective (2015), section 4.1, and the
development kit of 2010, which takes the area under the curve instead of eleven points of it.
http://host.robots.ox.ac.uk/pascal/VOC/
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxwright.core.detector.judged import Flags, FoundObjects, Numbers, TrueObjects, box_areas

LEAST_OVERLAP = 0.5  # of a hit, by intersection over union

# How a detection is judged.
MISS, HIT, LEFT_OUT = 0, 1, -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """N detections of a class, the best first; after each, what has been found until there.

    objects    how many there are to find
    scores     (N,): falling
    precision  (N,): the share of the detections that are hits
    recall     (N,): the share of the objects that are found; all are nan where there are none
    """

    objects: int
    scores: Numbers
    precision: Numbers
    recall: Numbers

    def area(self) -> float | None:
        """The average precision: the area under the curve, with precision made to fall; None: no objects."""
        if not self.objects:
            return None
        highest = np.maximum.accumulate(self.precision[::-1])[::-1]
        return float(np.sum(np.diff(self.recall, prepend=0.0) * highest))


def curve(truths: Sequence[TrueObjects], founds: Sequence[FoundObjects], label: int) -> Curve:
    """The curve of one class over all images."""
    judged = [_judged(truth, found, label) for truth, found in zip(truths, founds, strict=True)]
    objects = sum(
        int(np.sum((truth.classes == label) & ~(truth.crowd | truth.difficult))) for truth in truths
    )
    scores = np.concatenate([scores for scores, _ in judged])
    verdicts = np.concatenate([verdicts for _, verdicts in judged])
    counted = np.flatnonzero(verdicts != LEFT_OUT)
    order = counted[np.argsort(-scores[counted], kind="stable")]
    hits = np.cumsum(verdicts[order] == HIT)
    return Curve(
        objects=objects,
        scores=scores[order],
        precision=hits / np.arange(1, len(order) + 1),
        recall=hits / objects if objects else np.full(len(order), np.nan),
    )


def _judged(truth: TrueObjects, found: FoundObjects, label: int) -> tuple[Numbers, NDArray[np.int64]]:
    """Scores and verdicts of an image's detections of one class, the best first."""
    ours, theirs = truth.classes == label, found.classes == label
    order = np.argsort(-found.scores[theirs], kind="stable")
    scores, boxes = found.scores[theirs][order], found.boxes[theirs][order]
    overlaps = overlap(boxes, truth.boxes[ours])
    return scores, _verdicts(overlaps, (truth.crowd | truth.difficult)[ours])


def _verdicts(overlaps: Numbers, unasked: Flags) -> NDArray[np.int64]:
    """Verdicts (D,) of detections that overlap objects by (D, G); the first on an object takes it."""
    verdicts = np.full(len(overlaps), MISS, np.int64)
    if not unasked.size:
        return verdicts
    best = np.argmax(overlaps, axis=1)
    near = np.flatnonzero(np.max(overlaps, axis=1) >= LEAST_OVERLAP)
    _, first = np.unique(best[near], return_index=True)
    verdicts[near[first]] = HIT
    verdicts[near[unasked[best[near]]]] = LEFT_OUT
    return verdicts


def overlap(some: Numbers, others: Numbers) -> Numbers:
    """Intersection over union of boxes (N, 4) and (M, 4) in pixels: (N, M); 0 where both are empty."""
    starts = np.maximum(some[:, np.newaxis, :2], others[:, :2])
    sides = np.maximum(np.minimum(some[:, np.newaxis, 2:], others[:, 2:]) - starts, 0.0)
    common = np.prod(sides, axis=2)
    union = box_areas(some)[:, np.newaxis] + box_areas(others) - common
    return np.asarray(np.divide(common, union, out=np.zeros_like(common), where=union > 0), np.float64)
