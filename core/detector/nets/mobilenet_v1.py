"""MobileNet v1 and the feature maps that SSD takes from it.

MobileNets, table 1, https://arxiv.org/abs/1704.04861
"""

import tensorflow as tf

from boxwright.core.detector import hyperparams
from boxwright.core.detector.convolution import conv2d, depthwise_conv2d, scaled_depth
from boxwright.core.detector.nets.ssd_feature_maps import with_extra_layers
from boxwright.core.pipeline.ssd import SsdFeatureExtractor

FIRST_DEPTH = 32
# Stride of the depthwise convolution, depth of the pointwise one after it.
BLOCKS = (
    (1, 64),
    (2, 128),
    (1, 128),
    (2, 256),
    (1, 256),
    (2, 512),
    (1, 512),
    (1, 512),
    (1, 512),
    (1, 512),
    (1, 512),
    (2, 1024),
    (1, 1024),
)
TAKEN = (11, 13)  # blocks whose outputs SSD takes, at 1/16 and 1/32 of the image


def feature_maps(images: tf.Tensor, settings: SsdFeatureExtractor, *, is_training: bool) -> list[tf.Tensor]:
    """The feature maps of an SSD, fine to coarse.

    images       (B, H, W, 3) float32 in [-1, 1]
    is_training  batch norm takes the batch's statistics
    """
    with tf.compat.v1.variable_scope("MobilenetV1"):
        with hyperparams.scope(hyperparams.base_settings(settings), is_training=is_training):
            outputs = _blocks(images, settings)
        taken = [outputs[number - 1] for number in TAKEN]
        return with_extra_layers(taken, "Conv2d_13_pointwise", settings, is_training=is_training)


def _blocks(images: tf.Tensor, settings: SsdFeatureExtractor) -> list[tf.Tensor]:
    """The output of every block."""
    first, *depths = (
        scaled_depth(depth, settings.depth_multiplier, settings.min_depth)
        for depth in (FIRST_DEPTH, *(depth for _, depth in BLOCKS))
    )
    explicit = settings.use_explicit_padding
    outputs = [conv2d(images, first, 3, stride=2, explicit_padding=explicit, scope="Conv2d_0")]
    for number, ((stride, _), depth) in enumerate(zip(BLOCKS, depths, strict=True), start=1):
        name = f"Conv2d_{number}"
        inner = depthwise_conv2d(
            outputs[-1], 3, stride=stride, explicit_padding=explicit, scope=f"{name}_depthwise"
        )
        outputs.append(conv2d(inner, depth, 1, scope=f"{name}_pointwise"))
    return outputs[1:]
