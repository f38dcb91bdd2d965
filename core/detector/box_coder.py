"""Boxes written relative to anchors, which is what the network predicts.

Codes: ty, tx: the shift of the centre in sides of the anchor; th, tw: the logarithm of the growth; each times
its scale, which brings the targets to a spread of about 1.

Faster R-CNN, section 3.1.2 "Loss Function", https://arxiv.org/abs/1506.01497
"""

import tensorflow as tf

from boxwright.core.pipeline.matching import BoxCoder, FasterRcnnBoxCoder

Scales = tuple[float, float, float, float]

# What the OD API adds to sides before it divides by them or takes logarithms; to codes only, not back.
SMALLEST_SIDE = 1e-8


def scales_of(config: BoxCoder) -> Scales:
    """The factors of ty, tx, th, tw."""
    coder = config.faster_rcnn_box_coder or FasterRcnnBoxCoder()
    return coder.y_scale, coder.x_scale, coder.height_scale, coder.width_scale


def encode(boxes: tf.Tensor, anchors: tf.Tensor, scales: Scales) -> tf.Tensor:
    """The codes of boxes relative to their anchors.

    boxes    (..., 4) float32: y_min, x_min, y_max, x_max; a side may be 0
    anchors  (..., 4) float32, same order and unit; shapes are broadcast
    scales   factors of ty, tx, th, tw
    returns  (..., 4) float32: ty, tx, th, tw
    """
    y, x, height, width = _centres_and_sides(boxes)
    anchor_y, anchor_x, anchor_height, anchor_width = _centres_and_sides(anchors)
    anchor_height, anchor_width = anchor_height + SMALLEST_SIDE, anchor_width + SMALLEST_SIDE
    codes = (
        (y - anchor_y) / anchor_height,
        (x - anchor_x) / anchor_width,
        tf.math.log((height + SMALLEST_SIDE) / anchor_height),
        tf.math.log((width + SMALLEST_SIDE) / anchor_width),
    )
    return tf.stack([code * scale for code, scale in zip(codes, scales, strict=True)], axis=-1)


def decode(codes: tf.Tensor, anchors: tf.Tensor, scales: Scales) -> tf.Tensor:
    """The boxes that codes stand for; the way back of encode.

    codes    (..., 4) float32: ty, tx, th, tw
    anchors  (..., 4) float32: y_min, x_min, y_max, x_max; shapes are broadcast
    returns  (..., 4) float32 as anchors; not clipped, and th, tw are not limited
    """
    # Multiplied, not divided: TensorFlow does so in a graph, and eagerly the digits shall be the same.
    factors = [1.0 / scale for scale in scales]
    ty, tx, th, tw = (code * factor for code, factor in zip(tf.unstack(codes, axis=-1), factors, strict=True))
    anchor_y, anchor_x, anchor_height, anchor_width = _centres_and_sides(anchors)
    y, x = ty * anchor_height + anchor_y, tx * anchor_width + anchor_x
    half_height, half_width = tf.exp(th) * anchor_height / 2, tf.exp(tw) * anchor_width / 2
    return tf.stack([y - half_height, x - half_width, y + half_height, x + half_width], axis=-1)


def _centres_and_sides(boxes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    y_min, x_min, y_max, x_max = tf.unstack(boxes, axis=-1)
    height, width = y_max - y_min, x_max - x_min
    return y_min + height / 2, x_min + width / 2, height, width
