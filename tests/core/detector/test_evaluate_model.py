"""A detector and batches of records become arrays that are judged."""

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.evaluate_model import batch_detections, batch_objects, evaluate_model
from boxwright.core.detector.groundtruth import GroundTruth
from boxwright.core.detector.input.batch import Batch, Details
from boxwright.core.detector.ssd import Ssd
from tests.core.detector.small_model import small_model

MAP = "DetectionBoxes_Precision/mAP"
SIZES = [[50, 200], [100, 100]]


def batch(model: Ssd, boxes, classes, counts) -> Batch:
    """Two images of noise and what is on them; the second object of each is a crowd and difficult."""
    images = np.random.default_rng(0).integers(0, 256, (2, 60, 80, 3), dtype=np.uint8)
    prepared, size = model.prepare(images)
    boxes, classes = tf.constant(boxes, tf.float32), tf.constant(classes, tf.int32)
    second = tf.one_hot([1, 1], boxes.shape[1]) > 0
    return Batch(
        images=prepared,
        true_sizes=tf.stack([size, size]),
        groundtruth=GroundTruth(
            boxes=boxes, classes=classes, weights=tf.ones(classes.shape), count=tf.constant(counts)
        ),
        details=Details(difficult=second, crowd=second, group_of=second, area=tf.fill(classes.shape, 7.0)),
        stored_sizes=tf.constant(SIZES),
        source_ids=tf.constant(["a", "b"]),
        rows=tf.constant([0, 1], tf.int64),
    )


@pytest.fixture(scope="module")
def model() -> Ssd:
    return small_model()


def test_objects_are_in_pixels_of_the_stored_image_without_padding(model: Ssd):
    box = [0.1, 0.2, 0.3, 0.4]
    first, second = batch_objects(batch(model, [[box, box], [box, [0] * 4]], [[1, 0], [1, 0]], [2, 1]))
    np.testing.assert_allclose(first.boxes, [[40, 5, 80, 15]] * 2, rtol=1e-6)
    np.testing.assert_allclose(second.boxes, [[20, 10, 40, 30]], rtol=1e-6)
    assert first.crowd.tolist() == first.difficult.tolist() == [False, True]
    assert first.areas.tolist() == [7, 7] and second.classes.tolist() == [1]


def test_what_the_model_finds_is_worth_one_where_it_is_what_there_is(model: Ssd):
    nothing = batch(model, np.zeros([2, 2, 4]), np.zeros([2, 2]), [0, 0])
    predictions = model.predict_prepared(nothing.images, nothing.true_sizes, is_training=False)
    found = model.detections_of(predictions)
    assert [len(one.scores) for one in batch_detections(found, nothing.stored_sizes)] == [100, 100]
    truth = batch(model, found.boxes, tf.cast(found.classes, tf.int32), [100, 100])
    perfect = evaluate_model(model, [truth], ["hand", "face"])
    assert perfect.images == 2 and perfect.objects == 198
    assert perfect.metrics[MAP] == pytest.approx(1.0)
