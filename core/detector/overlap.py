"""How much two boxes overlap."""

import numpy as np
import tensorflow as tf

# Two boxes without area have no union; the smallest normal float32 in its place makes their overlap 0.
SMALLEST = float(np.finfo(np.float32).tiny)


def overlap(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """Intersection over union (IoU), of each box with its counterpart.

    first    (..., 4) float32: y_min, x_min, y_max, x_max, with y_min <= y_max and x_min <= x_max
    second   (..., 4) float32, same order and unit; shapes are broadcast
    returns  (...) float32 from 0 to 1; 0 where a box has no area
    """
    first_y_min, first_x_min, first_y_max, first_x_max = tf.unstack(first, axis=-1)
    second_y_min, second_x_min, second_y_max, second_x_max = tf.unstack(second, axis=-1)
    height = tf.minimum(first_y_max, second_y_max) - tf.maximum(first_y_min, second_y_min)
    width = tf.minimum(first_x_max, second_x_max) - tf.maximum(first_x_min, second_x_min)
    intersection = tf.nn.relu(height) * tf.nn.relu(width)
    return intersection / tf.maximum(area(first) + area(second) - intersection, SMALLEST)


def area(boxes: tf.Tensor) -> tf.Tensor:
    """Height times width of boxes (..., 4): y_min, x_min, y_max, x_max."""
    y_min, x_min, y_max, x_max = tf.unstack(boxes, axis=-1)
    return (y_max - y_min) * (x_max - x_min)
