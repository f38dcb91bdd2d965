"""MobileNet v2 and the feature maps that SSD takes from it.

MobileNetV2, table 2 and section 3.3 "Inverted residuals", https://arxiv.org/abs/1801.04381
"""

from collections.abc import Iterator

import tensorflow as tf

from boxwright.core.detector import hyperparams
from boxwright.core.detector.convolution import conv2d, depthwise_conv2d
from boxwright.core.detector.nets.ssd_feature_maps import with_extra_layers
from boxwright.core.pipeline.hyperparams import Hyperparams
from boxwright.core.pipeline.ssd import SsdFeatureExtractor

FIRST_DEPTH, LAST_DEPTH = 32, 1280
EXPANSION = 6
# Depth, number of blocks, stride of the first of them. The very first block does not expand.
GROUPS = ((16, 1, 1), (24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1))
TAKEN = 13  # the block whose expansion SSD takes, at 1/16 of the image: "layer_15/expansion_output"
DIVISOR = 8  # of every depth, as the original rounds it


def feature_maps(images: tf.Tensor, settings: SsdFeatureExtractor, *, is_training: bool) -> list[tf.Tensor]:
    """The feature maps of an SSD, fine to coarse.

    images       (B, H, W, 3) float32 in [-1, 1]
    is_training  batch norm takes the batch's statistics
    """
    with tf.compat.v1.variable_scope("MobilenetV2"):
        overridden = settings.override_base_feature_extractor_hyperparams
        with hyperparams.scope(
            _base_settings(settings), is_training=is_training, penalize_depthwise=overridden
        ):
            taken = _base(images, settings)
        return with_extra_layers(taken, "layer_19", settings, is_training=is_training)


def rounded_depth(depth: float, least: int = DIVISOR) -> int:
    """The nearest multiple of 8, not under 90 % of the depth nor under `least`."""
    rounded = max(least, int(depth + DIVISOR / 2) // DIVISOR * DIVISOR)
    return rounded + DIVISOR if rounded < 0.9 * depth else rounded


def _base_settings(settings: SsdFeatureExtractor) -> Hyperparams:
    """As `hyperparams.base_settings`, but the network's shape is not the config's to change.

    Batch norm with gamma and beta, and RELU_6, are part of the network.
    """
    chosen = hyperparams.base_settings(settings)
    norm = chosen.batch_norm or hyperparams.MOBILENET_BATCH_NORM
    fixed = {"batch_norm": norm.model_copy(update={"center": True, "scale": True}), "activation": "RELU_6"}
    return chosen.model_copy(update=fixed)


def _base(images: tf.Tensor, settings: SsdFeatureExtractor) -> list[tf.Tensor]:
    """The expansion inside block 13, and the last layer."""
    explicit = settings.use_explicit_padding

    def scaled(depth: int) -> int:
        return rounded_depth(depth * settings.depth_multiplier, settings.min_depth)

    outputs = conv2d(images, scaled(FIRST_DEPTH), 3, stride=2, explicit_padding=explicit, scope="Conv")
    expansions = []
    for number, (depth, stride) in enumerate(_blocks()):
        name = f"expanded_conv_{number}" if number else "expanded_conv"
        expanded, outputs = _block(outputs, scaled(depth), stride, explicit, expand=number > 0, scope=name)
        expansions.append(expanded)
    return [expansions[TAKEN], conv2d(outputs, scaled(LAST_DEPTH), 1, scope="Conv_1")]


def _blocks() -> Iterator[tuple[int, int]]:
    """Depth and stride of every block."""
    for depth, count, stride in GROUPS:
        yield from ((depth, stride if first == 0 else 1) for first in range(count))


def _block(
    inputs: tf.Tensor, depth: int, stride: int, explicit: bool, *, expand: bool, scope: str
) -> tuple[tf.Tensor, tf.Tensor]:
    """What the block expands its inputs to, and its output; with a residual where shapes are equal."""
    channels = inputs.shape[-1]
    with tf.compat.v1.variable_scope(scope):
        expanded = inputs
        if expand:
            expanded = conv2d(inputs, rounded_depth(channels * EXPANSION), 1, scope="expand")
        inner = depthwise_conv2d(expanded, 3, stride=stride, explicit_padding=explicit, scope="depthwise")
        outputs = conv2d(inner, depth, 1, activation=None, scope="project")
    return expanded, outputs + inputs if stride == 1 and channels == depth else outputs
