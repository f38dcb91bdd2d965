"""Convolutions with their normaliser and activation, and the names that slim gives their variables.

Every call names its scope; what is the same for many calls comes from `slim.arg_scope`. Inputs and outputs
are (B, H, W, C) float32. Without a normaliser there are biases instead.
"""

import math
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from boxwright.core.detector.initializers import Initializer
from boxwright.core.detector.moving_normalization import MovingNormalization
from boxwright.core.detector.regularization import Penalty
from boxwright.core.detector.slim import add_arg_scope

Function = Callable[[tf.Tensor], tf.Tensor]
Normalizer = Callable[..., tf.Tensor] | MovingNormalization  # arg_scope gives a function what it needs


@add_arg_scope
def conv2d(
    inputs: tf.Tensor,
    depth: int,
    kernel: int,
    *,
    scope: str,
    weights_initializer: Initializer | None = None,
    weights_regularizer: Penalty | None = None,
    normalizer: Normalizer | None = None,
    activation: Function | None = None,
    stride: int = 1,
    explicit_padding: bool = False,
    bias: float = 0.0,
) -> tf.Tensor:
    """Convolve with `depth` square kernels: `weights` (kernel, kernel, C, depth); `bias` is the first one."""
    with tf.compat.v1.variable_scope(scope):
        shape = [kernel, kernel, inputs.shape[-1], depth]
        weights = _variable("weights", shape, weights_initializer, weights_regularizer)
        inputs, padding = _padded(inputs, kernel, explicit_padding)
        return _finished(
            lambda weights: tf.nn.conv2d(inputs, weights, stride, padding),
            weights,
            normalizer,
            activation,
            bias,
            channels=shape[-1:],
        )


@add_arg_scope
def depthwise_conv2d(
    inputs: tf.Tensor,
    kernel: int,
    *,
    scope: str,
    weights_initializer: Initializer | None = None,
    weights_regularizer: Penalty | None = None,
    normalizer: Normalizer | None = None,
    activation: Function | None = None,
    stride: int = 1,
    explicit_padding: bool = False,
) -> tf.Tensor:
    """Convolve every channel with a kernel of its own: `depthwise_weights` (kernel, kernel, C, 1)."""
    with tf.compat.v1.variable_scope(scope):
        shape = [kernel, kernel, inputs.shape[-1], 1]
        weights = _variable("depthwise_weights", shape, weights_initializer, weights_regularizer)
        inputs, padding = _padded(inputs, kernel, explicit_padding)
        return _finished(
            lambda weights: tf.nn.depthwise_conv2d(inputs, weights, [1, stride, stride, 1], padding),
            weights,
            normalizer,
            activation,
            channels=shape[-2:],
        )


@add_arg_scope
def separable_conv2d(
    inputs: tf.Tensor,
    depth: int,
    kernel: int,
    *,
    multiplier: int,
    scope: str,
    weights_initializer: Initializer | None = None,
    weights_regularizer: Penalty | None = None,
    normalizer: Normalizer | None = None,
    activation: Function | None = None,
    stride: int = 1,
) -> tf.Tensor:
    """Convolve every channel with `multiplier` kernels of its own, then 1 x 1 across all of them.

    `depthwise_weights` (kernel, kernel, C, multiplier), `pointwise_weights` (1, 1, C * multiplier, depth)
    """
    channels = inputs.shape[-1]
    with tf.compat.v1.variable_scope(scope):
        depthwise, pointwise = (
            _variable(name, shape, weights_initializer, weights_regularizer)
            for name, shape in [
                ("depthwise_weights", [kernel, kernel, channels, multiplier]),
                ("pointwise_weights", [1, 1, channels * multiplier, depth]),
            ]
        )
        strides = [1, stride, stride, 1]
        return _finished(
            lambda weights: tf.nn.separable_conv2d(inputs, depthwise, weights, strides, "SAME"),
            pointwise,
            normalizer,
            activation,
            channels=[depth],
        )


ALL = [conv2d, depthwise_conv2d, separable_conv2d]


def scaled_depth(depth: int, multiplier: float, least: int) -> int:
    """A layer's depth in a thinner or wider network."""
    return max(int(depth * multiplier), least)


def _variable(
    name: str, shape: list[int], initializer: Any, regularizer: Penalty | None = None
) -> tf.Variable:
    if initializer is None:
        raise TypeError(f"no initializer for {name}: convolutions are made inside hyperparams.scope")
    return tf.compat.v1.get_variable(name, shape, initializer=initializer, regularizer=regularizer)


def _padded(inputs: tf.Tensor, kernel: int, explicit: bool) -> tuple[tf.Tensor, str]:
    """The inputs and TensorFlow's name of the padding.

    SAME pads an even image at stride 2 below and to the right alone; explicit padding is the same on all
    sides, whatever the image's size.
    """
    if not explicit or kernel == 1:
        return inputs, "SAME"
    before = (kernel - 1) // 2
    sides = [before, kernel - 1 - before]
    return tf.pad(inputs, [[0, 0], sides, sides, [0, 0]]), "VALID"


def _finished(
    convolve: Function,
    weights: tf.Variable,
    normalizer: Normalizer | None,
    activation: Function | None,
    bias: float = 0.0,
    *,
    channels: list[int],
) -> tf.Tensor:
    """The convolution with these weights, normalised or with biases, and activated.

    channels   the last sides of the weights, one for each output channel
    """
    if isinstance(normalizer, MovingNormalization):
        outputs = _normalized(convolve, weights, normalizer, channels)
    elif normalizer is not None:
        outputs = normalizer(convolve(weights))
    else:
        outputs = convolve(weights)
        first = tf.compat.v1.constant_initializer(bias)
        outputs = tf.nn.bias_add(outputs, _variable("biases", [outputs.shape[-1]], first))
    return outputs if activation is None else activation(outputs)


def _normalized(
    convolve: Function, weights: tf.Variable, normalizer: MovingNormalization, channels: list[int]
) -> tf.Tensor:
    factors, shifts = normalizer.factors_and_shifts(math.prod(channels))
    return tf.nn.bias_add(convolve(weights * tf.reshape(factors, channels)), shifts)
