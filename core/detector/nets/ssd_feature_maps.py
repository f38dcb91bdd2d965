"""The layers that SSD puts on top of a base network, each half the size of the one below.

SSD, section 2.1 "Multi-scale feature maps for detection", https://arxiv.org/abs/1512.02325
"""

from collections.abc import Sequence

import tensorflow as tf

from boxwright.core.detector import hyperparams
from boxwright.core.detector.convolution import conv2d, depthwise_conv2d, scaled_depth
from boxwright.core.pipeline.ssd import SsdFeatureExtractor

DEPTHS = (512, 256, 256, 128)  # measured in the OD API's graphs; the paper ends with 256


def with_extra_layers(
    base: Sequence[tf.Tensor], prefix: str, settings: SsdFeatureExtractor, *, is_training: bool
) -> list[tf.Tensor]:
    """As many feature maps as the config's num_layers, fine to coarse.

    base    two feature maps of the base network, (B, H, W, C)
    prefix  name of the layer whose output is the last of `base`: the new layers' names begin with it
    """
    maps = list(base)
    with hyperparams.scope(settings.conv_hyperparams, is_training=is_training):
        for depth in DEPTHS[: max(settings.num_layers - len(base), 0)]:
            maps.append(_halved(maps[-1], depth, f"{prefix}_{{}}_Conv2d_{len(maps)}", settings))
    return maps[: settings.num_layers]


def _halved(inputs: tf.Tensor, depth: int, name: str, settings: SsdFeatureExtractor) -> tf.Tensor:
    """1 x 1 to half the depth, then 3 x 3 with stride 2."""
    half, full = (scaled_depth(d, settings.depth_multiplier, settings.min_depth) for d in (depth // 2, depth))
    inner = conv2d(inputs, half, 1, scope=f"{name.format(1)}_1x1_{half}")
    last, explicit = f"{name.format(2)}_3x3_s2_{full}", settings.use_explicit_padding
    if not settings.use_depthwise:
        return conv2d(inner, full, 3, stride=2, explicit_padding=explicit, scope=last)
    inner = depthwise_conv2d(inner, 3, stride=2, explicit_padding=explicit, scope=f"{last}_depthwise")
    return conv2d(inner, full, 1, scope=last)
