"""Mirrors and quarter turns of an image and its boxes."""

from dataclasses import replace

import tensorflow as tf

from boxwright.core.detector.augment.chance import sometimes
from boxwright.core.detector.augment.sample import Sample, Seed


def random_horizontal_flip(sample: Sample, seed: Seed, *, probability: float) -> Sample:
    """Left becomes right, with a probability."""
    return sometimes(flipped_horizontally, sample, seed, probability=probability)


def random_vertical_flip(sample: Sample, seed: Seed, *, probability: float) -> Sample:
    """Top becomes bottom, with a probability."""
    return sometimes(flipped_vertically, sample, seed, probability=probability)


def random_rotation90(sample: Sample, seed: Seed, *, probability: float) -> Sample:
    """A quarter turn counter-clockwise, with a probability."""
    return sometimes(rotated, sample, seed, probability=probability)


def flipped_horizontally(sample: Sample) -> Sample:
    """The mirror image, left to right."""
    y_min, x_min, y_max, x_max = tf.unstack(sample.objects.boxes, axis=1)
    boxes = tf.stack([y_min, 1.0 - x_max, y_max, 1.0 - x_min], axis=1)
    return _with(sample, tf.reverse(sample.image, axis=[1]), boxes)


def flipped_vertically(sample: Sample) -> Sample:
    """The mirror image, top to bottom."""
    y_min, x_min, y_max, x_max = tf.unstack(sample.objects.boxes, axis=1)
    boxes = tf.stack([1.0 - y_max, x_min, 1.0 - y_min, x_max], axis=1)
    return _with(sample, tf.reverse(sample.image, axis=[0]), boxes)


def rotated(sample: Sample) -> Sample:
    """The image after a quarter turn counter-clockwise: its right side is on top."""
    y_min, x_min, y_max, x_max = tf.unstack(sample.objects.boxes, axis=1)
    boxes = tf.stack([1.0 - x_max, y_min, 1.0 - x_min, y_max], axis=1)
    return _with(sample, tf.reverse(tf.transpose(sample.image, [1, 0, 2]), axis=[0]), boxes)


def _with(sample: Sample, image: tf.Tensor, boxes: tf.Tensor) -> Sample:
    return Sample(image=image, objects=replace(sample.objects, boxes=boxes))
