"""Larger canvases: the image at a random place of one, so that objects become smaller."""

from collections.abc import Sequence
from dataclasses import replace

import tensorflow as tf

from boxwright.core.detector.augment.chance import folded, whole_number
from boxwright.core.detector.augment.crop import in_frame
from boxwright.core.detector.augment.sample import Sample, Seed, image_size


def random_pad(
    sample: Sample, seed: Seed, *, least: tf.Tensor, most: tf.Tensor, colour: Sequence[float]
) -> Sample:
    """The image at a random place of a canvas of random size.

    least, most   (2,) int32: bounds of height and width, both reached; never below the image's own
    colour        RGB from 0 to 255; empty: the image's mean colour

    SSD's "zoom out", section 3.6, https://arxiv.org/abs/1512.02325
    """
    size = image_size(sample.image)
    least = tf.maximum(least, size)
    canvas = tf.stack([whole_number(folded(seed, i), least[i], most[i] + 1) for i in range(2)])
    start = tf.stack([whole_number(folded(seed, 2 + i), 0, canvas[i] - size[i] + 1) for i in range(2)])
    return padded(sample, start, canvas, colour=colour)


def padded(sample: Sample, start: tf.Tensor, canvas: tf.Tensor, *, colour: Sequence[float]) -> Sample:
    """The image on a canvas.

    start    (2,) int32: y and x of the image's first pixel
    canvas   (2,) int32: height and width
    colour   RGB from 0 to 255; empty: the image's mean colour
    """
    size = image_size(sample.image)
    fill = tf.constant(colour, tf.float32) if colour else tf.reduce_mean(sample.image, axis=[0, 1])
    around = tf.pad(tf.stack([start, canvas - size - start], axis=1), [[0, 1], [0, 0]])
    filled = tf.pad(tf.ones_like(sample.image[..., :1]), around) > 0
    window = tf.concat([-start, canvas - start], 0) / tf.tile(size, [2])
    boxes = in_frame(sample.objects.boxes, tf.cast(window, tf.float32))
    return Sample(
        image=tf.where(filled, tf.pad(sample.image, around), fill),
        objects=replace(sample.objects, boxes=boxes),
    )
