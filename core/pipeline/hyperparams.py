"""How convolutions are made: regularizer, initializer, activation, normalizer.

Source: object_detection/protos/hyperparams.proto
"""

from typing import Literal

from boxwright.core.pipeline.message import Message, Opaque, choice, unsupported

Op = Literal["CONV", "FC"]
Activation = Literal["NONE", "RELU", "RELU_6", "SWISH"]
FanMode = Literal["FAN_IN", "FAN_OUT", "FAN_AVG"]


class L1Regularizer(Message):
    """Adds weight * sum(|w|) to the loss."""

    weight: float = 1.0


class L2Regularizer(Message):
    """Adds weight * sum(w^2) / 2 to the loss."""

    weight: float = 1.0


class Regularizer(Message):
    """What is added to the loss for each convolution's weights; none if nothing is chosen."""

    l1_regularizer: L1Regularizer | None = choice("regularizer")
    l2_regularizer: L2Regularizer | None = choice("regularizer")


class TruncatedNormalInitializer(Message):
    """A normal distribution without what is beyond two standard deviations."""

    mean: float = 0.0
    stddev: float = 1.0


class VarianceScalingInitializer(Message):
    """A variance of factor / fan, the fan being the number of inputs, of outputs, or their mean."""

    factor: float = 2.0
    uniform: bool = False
    mode: FanMode = "FAN_IN"


class RandomNormalInitializer(Message):
    """A normal distribution."""

    mean: float = 0.0
    stddev: float = 1.0


class Initializer(Message):
    """What weights are before training."""

    truncated_normal_initializer: TruncatedNormalInitializer | None = choice("initializer")
    variance_scaling_initializer: VarianceScalingInitializer | None = choice("initializer")
    random_normal_initializer: RandomNormalInitializer | None = choice("initializer")
    keras_initializer_by_name: str | None = choice("initializer", "unsupported")


class BatchNorm(Message):
    """Batch normalisation; `train` false never updates its variables."""

    decay: float = 0.999
    center: bool = True
    scale: bool = False
    epsilon: float = 0.001
    train: bool = True


class Hyperparams(Message):
    """How convolutions, or fully connected layers, are made; no normalizer if none is chosen."""

    op: Op = "CONV"
    regularizer: Regularizer = Regularizer()
    initializer: Initializer = Initializer()
    activation: Activation = "RELU"
    batch_norm: BatchNorm | None = choice("normalizer")
    group_norm: Opaque | None = choice("normalizer", "unsupported")
    sync_batch_norm: Opaque | None = choice("normalizer", "unsupported")
    regularize_depthwise: bool = False
    force_use_bias: bool = unsupported(False)
