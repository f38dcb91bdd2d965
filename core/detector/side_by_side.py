"""Pictures that show what a detector finds on an image beside what is there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from boxwright.core.detector.input.records import selected
from boxwright.core.detector.input.source import examples, stored
from boxwright.core.detector.judged import Classes, FoundObjects, Numbers, TrueObjects
from boxwright.core.detector.summaries import Picture
from boxwright.core.detector.validation import Validation
from boxwright.core.images.box_drawing import colour, draw_boxes
from boxwright.core.pipeline.evaluation import EvalConfig
from boxwright.core.schema import Box, ImageRecord

if TYPE_CHECKING:
    from PIL.Image import Image

NAME = "Detections_Left_Groundtruth_Right"  # the OD API's
SIDE = 512  # pixels of the longer side, at most: two of them fill a screen's width
GAP = 4  # pixels between the two
TEXT = 13  # pixels: legible at that size


def shown_rows(count: int, most: int) -> range:
    """Which of `count` records are shown: always the same, spread over all of them."""
    shown = min(count, most)
    step = count // max(shown, 1)
    return range(0, shown * step, max(step, 1))


def pictures(
    data: Validation,
    truths: Sequence[TrueObjects],
    founds: Sequence[FoundObjects],
    settings: EvalConfig,
) -> dict[str, Picture]:
    """A few images with detections on the left and objects on the right, by name.

    truths, founds  of all records, in their order
    settings        how many images are shown, and which detections
    """
    rows = shown_rows(len(data.records), settings.num_visualizations)
    if not rows:
        return {}
    shown = selected(data.records, slice(rows.start, rows.stop, rows.step))
    images = (example.image.numpy() for example in examples(stored(shown, data.names)))
    return {
        f"{NAME}/{number}": _beside(image, truths[row], founds[row], data.labels, settings)
        for number, (row, image) in enumerate(zip(rows, images, strict=True))
    }


def _beside(
    image: Picture, truth: TrueObjects, found: FoundObjects, labels: Sequence[str], settings: EvalConfig
) -> Picture:
    order = np.argsort(-found.scores, kind="stable")
    best = order[found.scores[order] >= settings.min_score_threshold][: settings.max_num_boxes_to_visualize]
    scores = None if settings.skip_scores else found.scores[best]
    left = _drawn(image, _boxes(found.boxes[best], found.classes[best], labels, scores), labels)
    right = _drawn(image, _boxes(truth.boxes, truth.classes, labels), labels)
    gap = np.full((left.shape[0], GAP, 3), 255, np.uint8)
    return np.concatenate([left, gap, right], axis=1)


def _boxes(
    edges: Numbers, classes: Classes, labels: Sequence[str], scores: Numbers | None = None
) -> tuple[Box, ...]:
    stated = [None] * len(edges) if scores is None else scores.tolist()
    return tuple(
        Box(label=labels[number], x_min=x_min, y_min=y_min, x_max=x_max, y_max=y_max, score=score)
        for (x_min, y_min, x_max, y_max), number, score in zip(edges.tolist(), classes, stated, strict=True)
    )


def _drawn(image: Picture, boxes: tuple[Box, ...], labels: Sequence[str]) -> Picture:
    from PIL import Image as images

    height, width = image.shape[:2]
    scale = min(SIDE / max(height, width), 1.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    picture: Image = images.fromarray(image).resize(size)
    record = ImageRecord(path="image", width=width, height=height, boxes=boxes)
    draw_boxes(picture, record, scale, TEXT, {label: colour(n) for n, label in enumerate(labels)})
    return np.asarray(picture)
