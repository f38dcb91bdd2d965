"""Which anchors count in training: the objects', and the background that fools the network most.

SSD, section 2.2 "Hard negative mining", https://arxiv.org/abs/1512.02325
"""

from dataclasses import dataclass

import tensorflow as tf

from boxwright.core.detector.matching import BACKGROUND
from boxwright.core.detector.nested import Nested
from boxwright.core.detector.ranking import along_places, falling
from boxwright.core.detector.suppression import surviving
from boxwright.core.pipeline.losses import HardExampleMiner


@dataclass(frozen=True, slots=True, kw_only=True)
class Mined(Nested):
    """The anchors of B images by falling loss, and which of them count.

    order      (B, A) int32: anchors, the greatest loss first; of equal losses the lower anchor
    survived   (B, A) bool along `order`: no anchor of greater loss predicts the same box
    selected   (B, A) bool along `order`: counts
    positives  (B,) int32: selected anchors that answer for an object
    negatives  (B,) int32: selected anchors on background
    """

    order: tf.Tensor
    survived: tf.Tensor
    selected: tf.Tensor
    positives: tf.Tensor
    negatives: tf.Tensor


def mine(losses: tf.Tensor, boxes: tf.Tensor, matches: tf.Tensor, settings: HardExampleMiner) -> Mined:
    """Keep the anchors of objects and, of the others, the few with the greatest loss.

    losses   (B, A) float32
    boxes    (B, A, 4) float32: predicted, y_min, x_min, y_max, x_max; of many at one place one counts
    matches  (B, A) int32: row of the ground truth, or matching.BACKGROUND or IGNORED
    """
    order = falling(tf.stop_gradient(losses))
    boxes = tf.gather(tf.stop_gradient(boxes), order, batch_dims=1)
    matches = tf.gather(matches, order, batch_dims=1)
    survived = surviving(boxes, settings.iou_threshold)
    if settings.num_hard_examples > 0:
        survived = _first(survived, settings.num_hard_examples)
    positive, negative = survived & (matches >= 0), survived & (matches == BACKGROUND)
    selected = survived
    if settings.max_negatives_per_positive > 0:
        wanted = settings.max_negatives_per_positive * _number(positive)
        negative = _first(negative, tf.maximum(wanted, settings.min_negatives_per_image))
        selected = positive | negative
    return Mined(
        order=order,
        survived=survived,
        selected=selected,
        positives=tf.squeeze(_number(positive), axis=1),
        negatives=tf.squeeze(_number(negative), axis=1),
    )


def anchor_mask(mined: Mined) -> tf.Tensor:
    """The mined anchors as (B, A) float32 of ones and zeros, in the order of anchors."""
    return along_places(mined.order, tf.cast(mined.selected, tf.float32))


def _first(chosen: tf.Tensor, limit: tf.Tensor | int) -> tf.Tensor:
    """Of what is chosen in each row, (B, A) bool, the first `limit`, a number or (B, 1)."""
    return chosen & (tf.cumsum(tf.cast(chosen, tf.int32), axis=1) <= limit)


def _number(chosen: tf.Tensor) -> tf.Tensor:
    """How many are chosen in each row, (B, 1) int32."""
    return tf.reduce_sum(tf.cast(chosen, tf.int32), axis=1, keepdims=True)
