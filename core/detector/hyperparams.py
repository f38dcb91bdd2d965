"""The hyperparameters of a pipeline config as arguments of the layers."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import tensorflow as tf

from boxwright.core.detector import convolution
from boxwright.core.detector.initializers import weights_initializer
from boxwright.core.detector.moving_normalization import MovingNormalization
from boxwright.core.detector.regularization import penalty
from boxwright.core.detector.slim import arg_scope, batch_norm
from boxwright.core.pipeline.hyperparams import (
    Activation,
    BatchNorm,
    Hyperparams,
    Initializer,
    L2Regularizer,
    Regularizer,
    TruncatedNormalInitializer,
)
from boxwright.core.pipeline.ssd import SsdFeatureExtractor

ACTIVATIONS: dict[Activation, Callable[[tf.Tensor], tf.Tensor] | None] = {
    "NONE": None,
    "RELU": tf.nn.relu,
    "RELU_6": tf.nn.relu6,
    "SWISH": tf.nn.silu,
}

# What the MobileNets take for themselves, whatever the config states; measured in the OD API's graphs.
MOBILENET_BATCH_NORM = BatchNorm(decay=0.9997, center=True, scale=True, epsilon=0.001)
MOBILENET = Hyperparams(
    activation="RELU_6",
    regularizer=Regularizer(l2_regularizer=L2Regularizer(weight=4e-5)),
    initializer=Initializer(truncated_normal_initializer=TruncatedNormalInitializer(stddev=0.09)),
    batch_norm=MOBILENET_BATCH_NORM,
)


def base_settings(settings: SsdFeatureExtractor) -> Hyperparams:
    """A MobileNet's own hyperparameters, or the config's if override_base_feature_extractor_hyperparams."""
    return settings.conv_hyperparams if settings.override_base_feature_extractor_hyperparams else MOBILENET


@contextmanager
def scope(settings: Hyperparams, *, is_training: bool, penalize_depthwise: bool = True) -> Generator[None]:
    """Where convolutions are made as `settings` say.

    is_training         False: batch norm takes and keeps its averages, as with `batch_norm { train: false }`
    penalize_depthwise  False: depthwise weights add nothing to the loss. `regularize_depthwise` has no say:
                        in the original with slim they are penalised without it (measured).
    """
    shared = {
        "weights_initializer": weights_initializer(settings),
        "weights_regularizer": penalty(settings),
        "normalizer": _normalizer(settings.batch_norm, is_training=is_training),
        "activation": ACTIVATIONS[settings.activation],
    }
    unpenalized = {} if penalize_depthwise else {"weights_regularizer": None}
    norm = settings.batch_norm or BatchNorm()
    with (
        arg_scope(convolution.ALL, **shared),
        arg_scope([convolution.depthwise_conv2d], **unpenalized),
        arg_scope(
            [batch_norm],
            decay=norm.decay,
            epsilon=norm.epsilon,
            center=norm.center,
            scale=norm.scale,
            is_training=True,
        ),
    ):
        yield


def _normalizer(norm: BatchNorm | None, *, is_training: bool) -> convolution.Normalizer | None:
    """Slim's batch norm for what is normalised by the batch, ours for what takes the averages."""
    if norm is None:
        return None
    if is_training and norm.train:
        return batch_norm
    return MovingNormalization(epsilon=norm.epsilon, center=norm.center, scale=norm.scale)
