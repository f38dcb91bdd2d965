"""Inception v2 and the feature maps that SSD takes from it.

Batch Normalization, section 4.2 and figure 5, https://arxiv.org/abs/1502.03167. Depths and initialisers were
measured in the OD API's graphs, and differ a little from the figure.
"""

import tensorflow as tf

from boxwright.core.detector import hyperparams
from boxwright.core.detector.convolution import conv2d, scaled_depth, separable_conv2d
from boxwright.core.detector.initializers import TruncatedNormal
from boxwright.core.detector.nets.ssd_feature_maps import with_extra_layers
from boxwright.core.detector.one_use import one_use
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.ssd import SsdFeatureExtractor

# Depths of the convolutions in every branch; a block's last branch begins with a pool of 3 x 3.
#   four branches:               1x1  |  1x1, 3x3  |  1x1, 3x3, 3x3  |  pool, 1x1
#   three branches and stride 2: 1x1, 3x3  |  1x1, 3x3, 3x3  |  pool
Depths = tuple[tuple[int, ...], ...]

BLOCKS: dict[str, Depths] = {
    "Mixed_3b": ((64,), (64, 64), (64, 96, 96), (32,)),
    "Mixed_3c": ((64,), (64, 96), (64, 96, 96), (64,)),
    "Mixed_4a": ((128, 160), (64, 96, 96)),
    "Mixed_4b": ((224,), (64, 96), (96, 128, 128), (128,)),
    "Mixed_4c": ((192,), (96, 128), (96, 128, 128), (128,)),
    "Mixed_4d": ((160,), (128, 160), (128, 160, 160), (96,)),
    "Mixed_4e": ((96,), (128, 192), (160, 192, 192), (96,)),
    "Mixed_5a": ((128, 192), (192, 256, 256)),
    "Mixed_5b": ((352,), (192, 320), (160, 224, 224), (128,)),
    "Mixed_5c": ((352,), (192, 320), (192, 224, 224), (128,)),
}
TAKEN = ("Mixed_4c", "Mixed_5c")  # at 1/16 and 1/32 of the image
MAX_POOLED = "Mixed_5c"  # the other blocks average

# Some layers keep an initialiser of their own, whatever the config states.
STEM, REDUCTION, PROJECTION = (TruncatedNormal(0.0, stddev) for stddev in (1.0, 0.09, 0.1))
STEM_MULTIPLIER = 8  # kernels for each colour, at most


def feature_maps(images: tf.Tensor, settings: SsdFeatureExtractor, *, is_training: bool) -> list[tf.Tensor]:
    """The feature maps of an SSD, fine to coarse.

    images       (B, H, W, 3) float32 in [-1, 1]
    is_training  batch norm takes the batch's statistics
    """
    if not settings.override_base_feature_extractor_hyperparams:
        fact = f"{settings.type} has no hyperparameters of its own"
        raise ConfigError("feature_extractor", fact, "override_base_feature_extractor_hyperparams: true")
    with tf.compat.v1.variable_scope("InceptionV2"):
        with hyperparams.scope(settings.conv_hyperparams, is_training=is_training):
            taken = _base(images, settings)
        return with_extra_layers(taken, TAKEN[-1], settings, is_training=is_training)


def _base(images: tf.Tensor, settings: SsdFeatureExtractor) -> list[tf.Tensor]:
    outputs, taken = _stem(images, settings), []
    for name, depths in BLOCKS.items():
        scaled = [[_scaled(depth, settings) for depth in branch] for branch in depths]
        with tf.compat.v1.variable_scope(name):
            inputs = one_use(outputs)
            block = (
                _mixed(inputs, scaled, maximum=name == MAX_POOLED)
                if len(depths) == 4
                else _halving(inputs, scaled)
            )
        outputs = tf.concat(block, axis=-1)
        if name in TAKEN:
            taken.append(outputs)
    return taken


def _stem(images: tf.Tensor, settings: SsdFeatureExtractor) -> tf.Tensor:
    narrow, wide = _scaled(64, settings), _scaled(192, settings)
    outputs = separable_conv2d(
        images,
        narrow,
        7,
        multiplier=min(narrow // 3, STEM_MULTIPLIER),
        stride=2,
        weights_initializer=STEM,
        scope="Conv2d_1a_7x7",
    )
    outputs = tf.nn.max_pool2d(outputs, 3, 2, "SAME")
    outputs = conv2d(outputs, narrow, 1, weights_initializer=PROJECTION, scope="Conv2d_2b_1x1")
    outputs = conv2d(outputs, wide, 3, scope="Conv2d_2c_3x3")
    return tf.nn.max_pool2d(outputs, 3, 2, "SAME")


def _mixed(inputs: tf.Tensor, depths: list[list[int]], *, maximum: bool) -> list[tf.Tensor]:
    """Four branches at the inputs' size."""
    [plain], three, five, [projected] = depths
    inputs, others = one_use(inputs), one_use(inputs)
    with tf.compat.v1.variable_scope("Branch_0"):
        first = conv2d(inputs, plain, 1, scope="Conv2d_0a_1x1")
    second = _reduced(inputs, three, ["0b"], "Branch_1")
    third = _reduced(others, five, ["0b", "0c"], "Branch_2")
    pool = tf.nn.max_pool2d if maximum else tf.nn.avg_pool2d
    with tf.compat.v1.variable_scope("Branch_3"):
        pooled = pool(others, 3, 1, "SAME")
        fourth = conv2d(pooled, projected, 1, weights_initializer=PROJECTION, scope="Conv2d_0b_1x1")
    return [first, second, third, fourth]


def _halving(inputs: tf.Tensor, depths: list[list[int]]) -> list[tf.Tensor]:
    """Three branches at half the inputs' size."""
    three, five = depths
    both = one_use(inputs)
    first = _reduced(both, three, ["1a"], "Branch_0")
    second = _reduced(both, five, ["0b", "1a"], "Branch_1")
    return [first, second, tf.nn.max_pool2d(inputs, 3, 2, "SAME")]


def _reduced(inputs: tf.Tensor, depths: list[int], names: list[str], scope: str) -> tf.Tensor:
    """1 x 1, then 3 x 3 as often as there are names; `1a` has stride 2."""
    first, *others = depths
    with tf.compat.v1.variable_scope(scope):
        outputs = conv2d(inputs, first, 1, weights_initializer=REDUCTION, scope="Conv2d_0a_1x1")
        for depth, name in zip(others, names, strict=True):
            outputs = conv2d(outputs, depth, 3, stride=2 if name == "1a" else 1, scope=f"Conv2d_{name}_3x3")
    return outputs


def _scaled(depth: int, settings: SsdFeatureExtractor) -> int:
    return scaled_depth(depth, settings.depth_multiplier, settings.min_depth)
