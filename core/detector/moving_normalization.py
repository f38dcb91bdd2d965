"""Batch normalisation by moving averages, as a part of the convolution before it.

Without a batch's statistics it multiplies every channel by a number, which the weights can do, and adds
another: one operation less, and nothing left for TensorFlow's graph optimizer to merge. Where it merges, sums
are rounded otherwise, and a graph would not give the last digits that the same operations give one by one.
"""

from dataclasses import dataclass

import tensorflow as tf


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingNormalization:
    """Settings as of slim's batch norm.

    epsilon  is added to the variance
    center   adds `beta`; scale: multiplies by `gamma`; both are trainable
    """

    epsilon: float
    center: bool
    scale: bool

    def factors_and_shifts(self, depth: int) -> tuple[tf.Tensor, tf.Tensor]:
        """What each channel is multiplied by, and what is added then: (depth,) float32 each.

        (x - mean) / sqrt(variance + epsilon) * gamma + beta, Algorithm 2 of https://arxiv.org/abs/1502.03167
        """
        with tf.compat.v1.variable_scope("BatchNorm"):  # variables in slim's order, by its names
            beta = _variable("beta", depth, 0.0) if self.center else tf.zeros([depth])
            gamma = _variable("gamma", depth, 1.0) if self.scale else tf.ones([depth])
            mean = _variable("moving_mean", depth, 0.0, trainable=False)
            variance = _variable("moving_variance", depth, 1.0, trainable=False)
        factors = gamma * tf.math.rsqrt(variance + self.epsilon)
        return factors, beta - mean * factors


def _variable(name: str, depth: int, first: float, *, trainable: bool = True) -> tf.Variable:
    initializer = tf.compat.v1.constant_initializer(first)
    return tf.compat.v1.get_variable(name, [depth], initializer=initializer, trainable=trainable)
