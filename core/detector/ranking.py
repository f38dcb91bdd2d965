"""Rows of numbers in falling order, and back."""

import tensorflow as tf


def falling(values: tf.Tensor) -> tf.Tensor:
    """The places of values (B, N) in each row, the greatest first, (B, N) int32; equals stay in order."""
    return tf.argsort(values, direction="DESCENDING", stable=True)


def along_places(order: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Values (B, N) that stand in an order (B, N) brought back to the places which the order names."""
    batch, count = tf.unstack(tf.shape(order))
    places = tf.reshape(order + count * tf.range(batch)[:, tf.newaxis], [-1, 1])
    return tf.reshape(tf.scatter_nd(places, tf.reshape(values, [-1]), [batch * count]), [batch, count])
