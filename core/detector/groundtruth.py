"""The objects of a batch of images, padded to a common number."""

from dataclasses import dataclass

import tensorflow as tf

from boxwright.core.detector.nested import Nested


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundTruth(Nested):
    """What is to be found in B images of at most G objects.

    boxes    (B, G, 4) float32: y_min, x_min, y_max, x_max in [0, 1]; zeros where padded
    classes  (B, G) int32: from 0, without background
    weights  (B, G) float32: how much an object counts; 0 where padded
    count    (B,) int32: the objects of each image, which come before the padding

    An object of weight 0 is not padding: it takes the anchors that overlap it, so that they are no
    background, but it does not insist on one.
    """

    boxes: tf.Tensor
    classes: tf.Tensor
    weights: tf.Tensor
    count: tf.Tensor
