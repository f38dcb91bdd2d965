"""The convolutions that predict boxes and classes from SSD's feature maps.

SSD, section 2.1 "Convolutional predictors for detection", https://arxiv.org/abs/1512.02325
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import tensorflow as tf

from boxwright.core.detector import hyperparams
from boxwright.core.detector.convolution import conv2d, depthwise_conv2d
from boxwright.core.detector.one_use import one_use
from boxwright.core.pipeline.anchor_generator import SsdAnchorGenerator
from boxwright.core.pipeline.box_predictor import ConvolutionalBoxPredictor

LOWEST_LAYER = 3  # anchors of the finest map with reduce_boxes_in_lowest_layer: 1:1, 2:1 and 1:2


def anchors_per_cell(settings: SsdAnchorGenerator) -> list[int]:
    """How many anchors lie on each cell, by feature map."""
    # The interpolated one stands between this layer's scale and the next one's.
    full = len(settings.aspect_ratios) + (settings.interpolated_scale_aspect_ratio > 0)
    counts = [full] * settings.num_layers
    if settings.reduce_boxes_in_lowest_layer:
        counts[0] = LOWEST_LAYER
    return counts


def predict(
    feature_maps: Sequence[tf.Tensor],
    settings: ConvolutionalBoxPredictor,
    *,
    counts: Sequence[int],
    num_classes: int,
    normalize_by_batch: bool,
    dropout_seed: tf.Tensor | None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Box codes (B, A, code size) and logits (B, A, 1 + num_classes) of all anchors, background first.

    feature_maps        (B, H, W, C), fine to coarse: the order of anchors, then rows, columns, within a cell
    counts              anchors of a cell, by feature map
    normalize_by_batch  batch norm takes the batch's statistics
    dropout_seed        (2,) int32, a new one each step; None: no dropout
    """
    codes, logits = [], []
    for index, (features, count) in enumerate(zip(feature_maps, counts, strict=True)):
        with (
            _named(index, len(feature_maps)),
            hyperparams.scope(settings.conv_hyperparams, is_training=normalize_by_batch),
        ):
            features = _layers_before(one_use(features), settings)
            codes.append(_by_anchor(_boxes(features, settings, count), settings.box_code_size))
            features = _dropped_out(features, settings, index, dropout_seed)
            logits.append(_by_anchor(_classes(features, settings, count, num_classes + 1), num_classes + 1))
    return tf.concat(codes, 1), tf.concat(logits, 1)


def _named(index: int, maps: int) -> AbstractContextManager[Any]:
    """A scope for each of several maps; a single one has none in the original."""
    if maps == 1:
        return nullcontext()
    scope: AbstractContextManager[Any] = tf.compat.v1.variable_scope(f"BoxPredictor_{index}")
    return scope


def _layers_before(features: tf.Tensor, settings: ConvolutionalBoxPredictor) -> tf.Tensor:
    depth = max(min(features.shape[-1], settings.max_depth), settings.min_depth)
    for number in range(settings.num_layers_before_predictor if depth > 0 else 0):
        features = conv2d(features, depth, 1, scope=f"Conv2d_{number}_1x1_{depth}")
    return features


def _boxes(features: tf.Tensor, settings: ConvolutionalBoxPredictor, count: int) -> tf.Tensor:
    return _head(features, settings, count * settings.box_code_size, "BoxEncodingPredictor")


def _classes(features: tf.Tensor, settings: ConvolutionalBoxPredictor, count: int, columns: int) -> tf.Tensor:
    first = settings.class_prediction_bias_init
    logits = _head(features, settings, count * columns, "ClassPredictor", bias=first)
    return tf.sigmoid(logits) if settings.apply_sigmoid_to_scores else logits


def _head(
    features: tf.Tensor, settings: ConvolutionalBoxPredictor, depth: int, name: str, *, bias: float = 0.0
) -> tf.Tensor:
    """A convolution without batch norm or activation; use_depthwise puts one with both before it."""
    kernel = settings.kernel_size
    if settings.use_depthwise:
        features, kernel = depthwise_conv2d(features, kernel, scope=f"{name}_depthwise"), 1
    return conv2d(features, depth, kernel, normalizer=None, activation=None, bias=bias, scope=name)


def _by_anchor(outputs: tf.Tensor, columns: int) -> tf.Tensor:
    """(B, H, W, anchors * columns) as (B, H * W * anchors, columns)."""
    batch, height, width, _ = tf.unstack(tf.shape(outputs))
    count = outputs.shape[-1] // columns
    return tf.reshape(outputs, tf.stack([batch, height * width * count, columns]))


def _dropped_out(
    features: tf.Tensor, settings: ConvolutionalBoxPredictor, index: int, seed: tf.Tensor | None
) -> tf.Tensor:
    if seed is None or not settings.use_dropout:
        return features
    rate = 1.0 - settings.dropout_keep_probability
    return tf.nn.experimental.stateless_dropout(features, rate, tf.random.fold_in(seed, index))
