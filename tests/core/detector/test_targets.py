import numpy as np
import tensorflow as tf

from boxwright.core.detector.box_coder import encode
from boxwright.core.detector.groundtruth import GroundTruth
from boxwright.core.detector.matching import BACKGROUND, IGNORED
from boxwright.core.detector.targets import assign_targets
from boxwright.core.pipeline.matching import ArgMaxMatcher, Matcher
from boxwright.core.pipeline.ssd import Ssd

TOP, WHOLE, FAR = [0, 0, 0.5, 1], [0, 0, 1, 1], [2, 2, 3, 3]
ANCHORS = tf.constant([WHOLE, FAR, TOP], tf.float32)
# One image with an object of class 1 and weight 0.5 and one of padding; one image without objects.
GROUNDTRUTH = GroundTruth(
    boxes=tf.constant([[TOP, [0, 0, 0, 0]], [[0, 0, 0, 0]] * 2], tf.float32),
    classes=tf.constant([[1, 0], [0, 0]]),
    weights=tf.constant([[0.5, 0.0], [0.0, 0.0]]),
    count=tf.constant([1, 0]),
)
SETTINGS = Ssd(num_classes=2, negative_class_weight=0.25)


def test_an_anchor_with_an_object_is_to_predict_it():
    targets = assign_targets(ANCHORS, GROUNDTRUTH, SETTINGS)
    assert targets.matches.numpy().tolist() == [[0, BACKGROUND, 0], [BACKGROUND] * 3]
    np.testing.assert_array_equal(targets.classes[0], [[0, 0, 1], [1, 0, 0], [0, 0, 1]])
    np.testing.assert_array_equal(targets.class_weights[0], [0.5, 0.25, 0.5])
    np.testing.assert_array_equal(targets.box_weights[0], [0.5, 0, 0.5])
    codes = encode(tf.constant(TOP, tf.float32), ANCHORS, (10.0, 10.0, 5.0, 5.0))
    np.testing.assert_array_equal(targets.box_codes[0], [codes[0], np.zeros(4), codes[2]])


def test_an_image_without_objects_is_background():
    targets = assign_targets(ANCHORS, GROUNDTRUTH, SETTINGS)
    np.testing.assert_array_equal(targets.classes[1], [[1, 0, 0]] * 3)
    np.testing.assert_array_equal(targets.class_weights[1], [0.25] * 3)
    np.testing.assert_array_equal(targets.box_weights[1], [0] * 3)
    np.testing.assert_array_equal(targets.box_codes[1], np.zeros((3, 4)))


def test_background_may_be_written_as_zeros():
    settings = SETTINGS.model_copy(update={"encode_background_as_zeros": True})
    targets = assign_targets(ANCHORS, GROUNDTRUTH, settings)
    np.testing.assert_array_equal(targets.classes[0], [[0, 0, 1], [0, 0, 0], [0, 0, 1]])


def test_an_ignored_anchor_weighs_nothing():
    matcher = Matcher(argmax_matcher=ArgMaxMatcher(matched_threshold=0.7, unmatched_threshold=0.3))
    targets = assign_targets(ANCHORS, GROUNDTRUTH, SETTINGS.model_copy(update={"matcher": matcher}))
    assert targets.matches[0].numpy().tolist() == [IGNORED, BACKGROUND, 0]
    np.testing.assert_array_equal(targets.class_weights[0], [0, 0.25, 0.5])
    np.testing.assert_array_equal(targets.box_weights[0], [0, 0, 0.5])


def test_no_gradient_flows_into_targets():
    with tf.GradientTape() as tape:
        tape.watch(GROUNDTRUTH.boxes)
        total = tf.reduce_sum(assign_targets(ANCHORS, GROUNDTRUTH, SETTINGS).box_codes)
    assert tape.gradient(total, GROUNDTRUTH.boxes) is None
