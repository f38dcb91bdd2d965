"""What the network should have predicted at every anchor."""

from dataclasses import dataclass

import tensorflow as tf

from boxwright.core.detector.box_coder import encode, scales_of
from boxwright.core.detector.groundtruth import GroundTruth
from boxwright.core.detector.matching import IGNORED, match
from boxwright.core.detector.nested import Nested
from boxwright.core.pipeline.matching import ArgMaxMatcher
from boxwright.core.pipeline.ssd import Ssd


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets(Nested):
    """The targets of B images at A anchors, for C classes.

    matches        (B, A) int32: row of the ground truth, or matching.BACKGROUND or IGNORED
    box_codes      (B, A, 4) float32: ty, tx, th, tw; zeros at anchors without object
    box_weights    (B, A) float32: the object's weight, 0 without object
    classes        (B, A, C + 1) float32: one-hot, column 0 is background
    class_weights  (B, A) float32: the object's weight; without object negative_class_weight, 0 if ignored
    """

    matches: tf.Tensor
    box_codes: tf.Tensor
    box_weights: tf.Tensor
    classes: tf.Tensor
    class_weights: tf.Tensor


def assign_targets(anchors: tf.Tensor, groundtruth: GroundTruth, settings: Ssd) -> Targets:
    """The targets of a batch; constants, through which no gradient flows.

    anchors  (A, 4) float32: y_min, x_min, y_max, x_max in shares of the image
    """
    matches = match(anchors, groundtruth, settings.matcher.argmax_matcher or ArgMaxMatcher())
    matched = matches >= 0
    boxes = _of_matches(groundtruth.boxes, matches)
    codes = encode(boxes, anchors, scales_of(settings.box_coder))
    weights = _of_matches(groundtruth.weights, matches)
    unmatched_weights = tf.where(matches == IGNORED, 0.0, settings.negative_class_weight)
    targets = Targets(
        matches=matches,
        box_codes=tf.where(matched[..., tf.newaxis], codes, 0.0),
        box_weights=tf.where(matched, weights, 0.0),
        classes=_one_hot_classes(groundtruth.classes, matches, settings),
        class_weights=tf.where(matched, weights, unmatched_weights),
    )
    constant: Targets = tf.nest.map_structure(tf.stop_gradient, targets)
    return constant


def _one_hot_classes(classes: tf.Tensor, matches: tf.Tensor, settings: Ssd) -> tf.Tensor:
    """The class of every anchor, (B, A, C + 1) float32; background is column 0, or zeros if so set."""
    background = -1 if settings.encode_background_as_zeros else 0  # tf.one_hot makes zeros of -1
    columns = tf.where(matches >= 0, _of_matches(classes, matches) + 1, background)
    return tf.one_hot(columns, settings.num_classes + 1)


def _of_matches(values: tf.Tensor, matches: tf.Tensor) -> tf.Tensor:
    """The value of every anchor's object, from (B, G, ...) to (B, A, ...); of no use without object."""
    rows = tf.maximum(matches, 0)
    padding = [[0, 0], [0, 1]] + [[0, 0]] * (values.shape.rank - 2)  # row 0 exists, whatever G is
    return tf.gather(tf.pad(values, padding), rows, batch_dims=1)
