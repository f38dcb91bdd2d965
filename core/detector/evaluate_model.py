"""Evaluates a detector on batches of records, as training and `eval` do."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import tensorflow as tf

from boxwright.core.detector.evaluate import Evaluation, evaluate
from boxwright.core.detector.input.batch import Batch
from boxwright.core.detector.judged import FoundObjects, TrueObjects, found_objects, true_objects
from boxwright.core.detector.postprocess import Detections
from boxwright.core.detector.ssd import Ssd

# Takes images and true sizes as Ssd.predict_prepared does.
Detect = Callable[[tf.Tensor, tf.Tensor], Detections]


def evaluate_model(
    model: Ssd, batches: Iterable[Batch], labels: Sequence[str], *, resamples: int = 0
) -> Evaluation:
    """How good a detector is, with its present values, on what is in the batches: each image once, as stored.

    batches    not augmented
    labels     what the classes are called
    resamples  as of `evaluate`
    """
    return evaluate(*true_and_found(detecting(model), batches), labels, resamples=resamples)


def detecting(model: Ssd) -> Detect:
    """A detector's function for prepared images, traced at its first call; it reads the present values."""

    @tf.function(autograph=False, reduce_retracing=True)  # type: ignore[untyped-decorator]
    def detected(images: tf.Tensor, true_sizes: tf.Tensor) -> Detections:
        return model.detections_of(model.predict_prepared(images, true_sizes, is_training=False))

    traced: Detect = detected
    return traced


def true_and_found(detect: Detect, batches: Iterable[Batch]) -> tuple[list[TrueObjects], list[FoundObjects]]:
    """What is on the images of batches, and what is found on them."""
    truths: list[TrueObjects] = []
    founds: list[FoundObjects] = []
    for batch in batches:
        truths.extend(batch_objects(batch))
        found = detect(batch.images, batch.true_sizes)
        founds.extend(batch_detections(found, batch.stored_sizes))
    return truths, founds


def batch_objects(batch: Batch) -> Iterator[TrueObjects]:
    """What is on the images of a batch, one by one."""
    truth, details = batch.groundtruth, batch.details
    for row, count in enumerate(np.asarray(truth.count)):
        objects = slice(0, count)
        yield true_objects(
            truth.boxes[row, objects],
            truth.classes[row, objects],
            _size(batch.stored_sizes, row),
            areas=details.area[row, objects],
            crowd=details.crowd[row, objects],
            difficult=details.difficult[row, objects],
        )


def batch_detections(found: Detections, stored_sizes: tf.Tensor) -> Iterator[FoundObjects]:
    """What was found in the images of a batch, one by one.

    stored_sizes  (B, 2) int32: height and width in pixels
    """
    arrays = [np.asarray(values) for values in (found.boxes, found.scores, found.classes)]
    for row, count in enumerate(np.asarray(found.count)):
        boxes, scores, classes = (values[row, :count] for values in arrays)
        yield found_objects(boxes, scores, classes, _size(stored_sizes, row))


def _size(sizes: tf.Tensor, row: int) -> tuple[float, float]:
    height, width = (float(side) for side in np.asarray(sizes[row]))
    return height, width
