"""Greedy non-maximum suppression of a whole batch, for thresholds near 1.

Greedy: a box goes if a better one that stays overlaps it by more than the threshold. Two boxes can only
overlap that much if their centres lie closer than a small share of their sides, so boxes are sorted along a
line through the image and only neighbours on it are compared: at a threshold of 0.99 some three to a box, not
two thousand. The result is exactly that of tf.image.non_max_suppression, image by image.
"""

from math import inf, sqrt

import tensorflow as tf

from boxwright.core.detector.overlap import area, overlap

# The line is y + SLOPE * x. An irrational slope keeps the centres of regular grids of anchors apart on it.
SLOPE = sqrt(2) - 1
# Slack for rounding, in shares: of the distance that is allowed, and of the places on the line (float32).
REACH_SLACK, PLACE_SLACK = 1.01, 1e-6


def surviving(boxes: tf.Tensor, threshold: float) -> tf.Tensor:
    """Which boxes stay.

    boxes      (B, A, 4) float32: y_min, x_min, y_max, x_max, from the best to the worst
    threshold  greatest overlap (IoU) that two boxes that stay may have
    returns    (B, A) bool
    """
    batch, count = tf.unstack(tf.shape(boxes)[:2])
    boxes = tf.reshape(boxes, [-1, 4])
    first, second = _neighbours(boxes, batch, count, threshold)
    close = overlap(tf.gather(boxes, first), tf.gather(boxes, second)) > threshold
    first, second = tf.boolean_mask(first, close), tf.boolean_mask(second, close)
    survivors = _settled(tf.minimum(first, second), tf.maximum(first, second), batch * count)
    return tf.reshape(survivors, [batch, count])


def _neighbours(
    boxes: tf.Tensor, batch: tf.Tensor, count: tf.Tensor, threshold: float
) -> tuple[tf.Tensor, tf.Tensor]:
    """Every pair of rows of boxes (batch * count, 4) that may overlap by more than the threshold."""
    y_min, x_min, y_max, x_max = tf.unstack(tf.reshape(boxes, [batch, count, 4]), axis=-1)
    places = (y_min + y_max) / 2 + SLOPE * ((x_min + x_max) / 2)
    sides = (y_max - y_min) + SLOPE * (x_max - x_min)
    # In one dimension: overlap / union > t, so the centres, (union - overlap) / 2 apart at most, are closer
    # than (1 / t - 1) / 2 of the overlap, and the overlap is not longer than either side.
    share = (1 / threshold - 1) / 2 * REACH_SLACK if threshold > 0 else inf
    reach = sides * share + PLACE_SLACK * (tf.abs(places) + sides)
    # Boxes without area overlap nothing; nor do infinite ones, whose overlap is 0 or not a number.
    areas = area(tf.reshape(boxes, [batch, count, 4]))
    real = (areas > 0) & (areas < inf) & tf.math.is_finite(places)
    order = tf.argsort(tf.where(real, places, inf))
    places, reach, real = (tf.gather(values, order, batch_dims=1) for values in (places, reach, real))
    places = tf.where(real, places, inf)
    ends = tf.searchsorted(places, places + reach, side="right")
    ends = tf.where(real, ends, 0)
    starts = tf.range(count) + 1
    lengths = tf.maximum(ends - starts, 0)
    offsets = (tf.range(batch) * count)[:, tf.newaxis]
    order = tf.reshape(order + offsets, [-1])
    first, second = _expanded(tf.reshape(starts + offsets, [-1]), tf.reshape(lengths, [-1]))
    return tf.gather(order, first), tf.gather(order, second)


def _expanded(starts: tf.Tensor, lengths: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """For every row i and every j of starts[i] up to starts[i] + lengths[i]: i, and j."""
    before = tf.cumsum(lengths, exclusive=True)
    total = before[-1] + lengths[-1]
    # A row begins where the ones before it end: count the beginnings.
    begun = tf.math.unsorted_segment_sum(tf.ones_like(before), before, total + 1)
    first = tf.cumsum(begun[:-1]) - 1
    second = tf.range(total) - tf.gather(before, first) + tf.gather(starts, first)
    return first, second


def _settled(better: tf.Tensor, worse: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """Which of `count` rows stay, (count,) bool, where a row that stays removes those worse beside it.

    Each round decides at least the best rows still undecided, so the rounds end at the only solution.
    """

    def changing(_: tf.Tensor, changed: tf.Tensor) -> tf.Tensor:
        return changed

    def round_(stays: tf.Tensor, _: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        removers = tf.cast(tf.gather(stays, better), tf.int32)
        settled = tf.equal(tf.math.unsorted_segment_sum(removers, worse, count), 0)
        return settled, tf.reduce_any(settled != stays)

    stays, _ = tf.while_loop(
        changing,
        round_,
        (tf.ones([count], tf.bool), tf.size(better) > 0),
        shape_invariants=(tf.TensorShape([None]), tf.TensorShape([])),
    )
    return stays
