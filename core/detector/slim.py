"""tf_slim, imported nowhere else: argument scopes, and batch normalisation that keeps its averages itself.

slim's own conv2d goes through a class of layers that warns of being deprecated and keeps the regularizer to
itself; `convolution` takes its place.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import tensorflow as tf
from tensorflow.python.framework import ops

# tf-slim 1.1.0 asks for ops.Tensor, which left that module; there is no public name for it.
if not hasattr(ops, "Tensor"):
    ops.Tensor = tf.Tensor

import tf_slim

Function = TypeVar("Function", bound=Callable[..., tf.Tensor])

arg_scope: Callable[..., AbstractContextManager[Any]] = tf_slim.arg_scope


def add_arg_scope(function: Function) -> Function:
    """Let `arg_scope` give a function the arguments that its callers leave out."""
    decorated: Function = tf_slim.add_arg_scope(function)
    return decorated


@add_arg_scope
def batch_norm(
    inputs: tf.Tensor, *, decay: float, epsilon: float, center: bool, scale: bool, is_training: bool
) -> tf.Tensor:
    """Normalise every channel, by the batch's statistics in training and by their moving averages otherwise.

    inputs    (B, H, W, C) float32
    decay     of the moving averages, which training updates in place
    center    adds `beta`, and `scale` multiplies by `gamma`; both are trainable

    Batch Normalization, https://arxiv.org/abs/1502.03167. The average is of the unbiased variance.
    """
    return tf_slim.batch_norm(
        inputs,
        decay=decay,
        epsilon=epsilon,
        center=center,
        scale=scale,
        is_training=is_training,
        updates_collections=None,  # in place
        scope="BatchNorm",
    )
