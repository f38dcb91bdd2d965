"""Which object every anchor answers for."""

import tensorflow as tf

from boxwright.core.detector.groundtruth import GroundTruth
from boxwright.core.detector.overlap import overlap
from boxwright.core.pipeline.matching import ArgMaxMatcher

BACKGROUND = -1
IGNORED = -2  # overlaps an object too much for background and too little to answer for it


def match(anchors: tf.Tensor, groundtruth: GroundTruth, settings: ArgMaxMatcher) -> tf.Tensor:
    """Give every anchor the object it overlaps most, if enough; every object its best anchor, if asked.

    anchors  (A, 4) float32: y_min, x_min, y_max, x_max in shares of the image
    returns  (B, A) int32: row of the ground truth, BACKGROUND or IGNORED

    An object of weight 0 does not insist on its best anchor. Where overlaps are equal the lower row, and the
    lower anchor, comes first; where two objects have the same best anchor, the lower row gets it.

    SSD, section 2.2 "Matching strategy", https://arxiv.org/abs/1512.02325
    """
    # One row of padding at least: a maximum wants something to choose from in a batch without objects.
    rows = tf.maximum(tf.reduce_max(groundtruth.count), 1)
    boxes = tf.pad(groundtruth.boxes, [[0, 0], [0, 1], [0, 0]])[:, :rows]
    weights = tf.pad(groundtruth.weights, [[0, 0], [0, 1]])[:, :rows]
    overlaps = overlap(boxes[:, :, tf.newaxis], anchors)
    matches = _by_threshold(overlaps, groundtruth.count, settings)
    if settings.force_match_for_each_row:
        forced = _best_anchors_owners(overlaps, weights)
        matches = tf.where(forced < rows, forced, matches)
    return tf.stop_gradient(matches)


def _by_threshold(overlaps: tf.Tensor, count: tf.Tensor, settings: ArgMaxMatcher) -> tf.Tensor:
    """The object each anchor overlaps most, (B, A) int32, from overlaps (B, G, A)."""
    best = tf.argmax(overlaps, axis=1, output_type=tf.int32)
    has_objects = (count > 0)[:, tf.newaxis]
    if settings.ignore_thresholds:
        return tf.where(has_objects, best, BACKGROUND)
    most = tf.reduce_max(overlaps, axis=1)
    below, between = BACKGROUND, IGNORED
    if not settings.negatives_lower_than_unmatched:
        below, between = between, below
    weak = tf.where(most < settings.unmatched_threshold, below, between)
    matches = tf.where(most >= settings.matched_threshold, best, weak)
    return tf.where(has_objects, matches, BACKGROUND)


def _best_anchors_owners(overlaps: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """The first object whose best anchor this is, (B, A) int32; G where there is none."""
    batch, rows, anchors = tf.unstack(tf.shape(overlaps))
    best_anchors = tf.argmax(overlaps, axis=2, output_type=tf.int32)
    cells = best_anchors + anchors * tf.range(batch)[:, tf.newaxis]
    owners = tf.where(weights > 0, tf.range(rows), rows)
    owned = tf.tensor_scatter_nd_min(
        tf.fill([batch * anchors], rows), tf.reshape(cells, [-1, 1]), tf.reshape(owners, [-1])
    )
    return tf.reshape(owned, [batch, anchors])
