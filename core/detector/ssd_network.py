"""The network of an SSD: from preprocessed images to raw predictions, and the variables in between."""

from collections.abc import Callable
from dataclasses import dataclass

import tensorflow as tf

from boxwright.core.detector import box_predictor
from boxwright.core.detector.nested import Nested
from boxwright.core.detector.nets import inception_v2, mobilenet_v1, mobilenet_v2
from boxwright.core.detector.one_use import one_use
from boxwright.core.detector.regularization import regularization_loss
from boxwright.core.detector.slim import arg_scope
from boxwright.core.detector.variables import Store
from boxwright.core.errors import nearest
from boxwright.core.pipeline.anchor_generator import SsdAnchorGenerator
from boxwright.core.pipeline.box_predictor import ConvolutionalBoxPredictor
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.ssd import Ssd

FeatureMaps = Callable[..., list[tf.Tensor]]

FEATURE_MAPS: dict[str, FeatureMaps] = {
    "ssd_inception_v2": inception_v2.feature_maps,
    "ssd_mobilenet_v1": mobilenet_v1.feature_maps,
    "ssd_mobilenet_v2": mobilenet_v2.feature_maps,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions(Nested):
    """What the network says about every anchor.

    box_codes     (B, A, 4) float32: ty, tx, th, tw
    logits        (B, A, C + 1) float32, the background first
    feature_maps  (B, H, W, depth) float32 each, fine to coarse
    """

    box_codes: tf.Tensor
    logits: tf.Tensor
    feature_maps: tuple[tf.Tensor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """An SSD's layers over the variables of one store."""

    settings: Ssd
    store: Store

    def predict(
        self, images: tf.Tensor, *, is_training: bool, dropout_seed: tf.Tensor | None = None
    ) -> Predictions:
        """Predictions for preprocessed images.

        images        (B, H, W, 3) float32, as `preprocess` returns them
        is_training   batch norm takes the batch's statistics and moves its averages, unless freeze_batchnorm
        dropout_seed  (2,) int32, another one each step; needed in training with use_dropout
        """
        by_batch = is_training and not self.settings.freeze_batchnorm
        predictor = _predictor(self.settings)
        if is_training and predictor.use_dropout and dropout_seed is None:
            raise ValueError("training with use_dropout needs a dropout_seed")
        with self.store.scope(), arg_scope([one_use], is_training=is_training):
            maps = _feature_maps(images, self.settings, by_batch)
            codes, logits = box_predictor.predict(
                maps,
                predictor,
                counts=box_predictor.anchors_per_cell(_anchor_generator(self.settings))[: len(maps)],
                num_classes=self.settings.num_classes,
                normalize_by_batch=by_batch,
                dropout_seed=dropout_seed if is_training else None,
            )
        return Predictions(box_codes=codes, logits=logits, feature_maps=tuple(maps))

    def regularization_loss(self) -> tf.Tensor:
        """What the weights add to the loss, a float32 scalar."""
        return regularization_loss(self.store.vars, self.store.penalties)


def build(settings: Ssd, *, seed: int = 0) -> Network:
    """A network with all its variables, at their first values; inside a strategy's scope, its variables.

    seed    draws the first values, the same on every machine
    """
    network = Network(settings=settings, store=Store(seed))

    def trace(images: tf.Tensor) -> None:
        network.predict(images, is_training=False)

    # Traced but not run: it is the trace that makes the variables.
    images = tf.TensorSpec([1, None, None, 3])
    tf.function(trace, autograph=False).get_concrete_function(images)
    network.store.frozen = True
    return network


def _feature_maps(images: tf.Tensor, settings: Ssd, by_batch: bool) -> list[tf.Tensor]:
    extractor = settings.feature_extractor
    if extractor.type not in FEATURE_MAPS:
        known = ", ".join(FEATURE_MAPS)
        fact = f"no feature extractor named {extractor.type!r}{nearest(extractor.type, FEATURE_MAPS)}"
        raise ConfigError("feature_extractor.type", fact, f"there are {known}")
    images = _padded_to_multiple(images, extractor.pad_to_multiple)
    with tf.compat.v1.variable_scope("FeatureExtractor"):
        return FEATURE_MAPS[extractor.type](images, extractor, is_training=by_batch)


def _padded_to_multiple(images: tf.Tensor, multiple: int) -> tf.Tensor:
    """The images with zeros below and to the right, up to sides that are multiples."""
    if multiple <= 1:
        return images
    height, width = (-tf.shape(images)[axis] % multiple for axis in (1, 2))
    return tf.pad(images, [[0, 0], [0, height], [0, width], [0, 0]])


def _predictor(settings: Ssd) -> ConvolutionalBoxPredictor:
    predictor = settings.box_predictor.convolutional_box_predictor
    if predictor is None:
        raise ConfigError("box_predictor", "an SSD has a convolutional_box_predictor")
    return predictor


def _anchor_generator(settings: Ssd) -> SsdAnchorGenerator:
    generator = settings.anchor_generator.ssd_anchor_generator
    if generator is None:
        raise ConfigError("anchor_generator", "an SSD has an ssd_anchor_generator")
    return generator
