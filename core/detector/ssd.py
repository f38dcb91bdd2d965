"""A whole SSD: from images to losses, or to detections. Everything a pipeline config says about the model.

SSD, https://arxiv.org/abs/1512.02325
"""

from dataclasses import dataclass
from functools import lru_cache

import tensorflow as tf

from boxwright.core.detector import ssd_network
from boxwright.core.detector.anchors import Anchors, Grid, ssd_anchors
from boxwright.core.detector.groundtruth import GroundTruth
from boxwright.core.detector.losses import Losses, detection_loss
from boxwright.core.detector.nested import Nested
from boxwright.core.detector.postprocess import Detections, postprocess
from boxwright.core.detector.preprocess import preprocess
from boxwright.core.detector.resizer import constant_size
from boxwright.core.detector.ssd_network import Network
from boxwright.core.detector.targets import Targets, assign_targets
from boxwright.core.detector.variables import Store
from boxwright.core.pipeline.anchor_generator import SsdAnchorGenerator
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.image_resizer import ImageResizer
from boxwright.core.pipeline.ssd import Ssd as Settings

# The names that the OD API gives its losses.
LOCALIZATION, CLASSIFICATION = "Loss/localization_loss", "Loss/classification_loss"
REGULARIZATION, TOTAL = "Loss/regularization_loss", "Loss/total_loss"


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions(Nested):
    """What the network says, and where.

    box_codes     (B, A, 4) float32: ty, tx, th, tw
    logits        (B, A, C + 1) float32, the background first
    anchors       (A, 4) float32: y_min, x_min, y_max, x_max in shares of the network's image
    windows       (B, 4) float32, same order and unit: the image without its padding
    feature_maps  (B, H, W, depth) float32 each, fine to coarse
    """

    box_codes: tf.Tensor
    logits: tf.Tensor
    anchors: tf.Tensor
    windows: tf.Tensor
    feature_maps: tuple[tf.Tensor, ...]


class Ssd(tf.Module):  # type: ignore[misc]  # TensorFlow has no types
    """A detector and its variables.

    config    as it was given
    settings  of the model: `config.model.ssd`
    network   its layers
    store     its variables, by the OD API's names
    """

    def __init__(self, config: PipelineConfig, settings: Settings, network: Network) -> None:
        super().__init__()
        self.config = config
        self.settings = settings
        self.network = network
        self.store: Store = network.store

    def prepare(self, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Images as the network takes them: normalised, then resized, as the original does.

        images    (B, H, W, 3) or (H, W, 3), uint8 or float, 0 to 255, RGB
        returns   the same rank, float32; and (height, width) without padding, (2,) int32
        """
        return preprocess(images, self.settings.image_resizer)

    def anchors_for(self, height: int, width: int) -> Anchors:
        """The anchors, (A, 4) float32, where the network's image (after resizing) has this size."""
        return _anchors(_generator(self.settings), self.grids_for(height, width), (height, width))

    def grids_for(self, height: int, width: int) -> tuple[Grid, ...]:
        """(rows, columns) of every feature map, the finest first, where the network's image has this size."""
        images = tf.TensorSpec([1, height, width, 3])

        def trace(images: tf.Tensor) -> tuple[tf.Tensor, ...]:
            return self.network.predict(images, is_training=False).feature_maps

        with tf.init_scope():
            maps = tf.function(trace, autograph=False).get_concrete_function(images).output_shapes
        return tuple((shape[1], shape[2]) for shape in maps)

    def predict(
        self, images: tf.Tensor, is_training: bool = False, dropout_seed: tf.Tensor | None = None
    ) -> Predictions:
        """Predictions for images as they are, see `prepare`; the other arguments as of Network.predict."""
        prepared, size = self.prepare(images)
        sizes = tf.tile(size[tf.newaxis], [tf.shape(prepared)[0], 1])
        return self.predict_prepared(prepared, sizes, is_training=is_training, dropout_seed=dropout_seed)

    def predict_prepared(
        self,
        images: tf.Tensor,
        true_sizes: tf.Tensor,
        *,
        is_training: bool,
        dropout_seed: tf.Tensor | None = None,
    ) -> Predictions:
        """Predictions for images that `prepare` returned.

        images      (B, H, W, 3) float32
        true_sizes  (B, 2) int32: height and width of what is image and not padding
        """
        size = network_size(images, self.settings.image_resizer)
        images = tf.ensure_shape(images, [None, *size, 3])
        found = self.network.predict(images, is_training=is_training, dropout_seed=dropout_seed)
        grids = tuple((feature_map.shape[1], feature_map.shape[2]) for feature_map in found.feature_maps)
        shares = tf.cast(true_sizes, tf.float32) / tf.constant(size, tf.float32)
        return Predictions(
            box_codes=found.box_codes,
            logits=found.logits,
            anchors=tf.constant(_anchors(_generator(self.settings), grids, size)),
            windows=tf.concat([tf.zeros_like(shares), shares], axis=1),
            feature_maps=found.feature_maps,
        )

    def losses(
        self, images: tf.Tensor, groundtruth: GroundTruth, is_training: bool = True
    ) -> dict[str, tf.Tensor]:
        """The losses of images as they are, scalars under the OD API's names."""
        found = self.predict(images, is_training)
        return named_losses(self.losses_of(found, self.targets_of(found, groundtruth)), self.penalty())

    def targets_of(self, predictions: Predictions, groundtruth: GroundTruth) -> Targets:
        """What should have been predicted; its boxes are shares of the network's image."""
        return assign_targets(predictions.anchors, groundtruth, self.settings)

    def losses_of(
        self, predictions: Predictions, targets: Targets, *, total_weight: tf.Tensor | None = None
    ) -> Losses:
        """How far predictions are from their targets; total_weight as of detection_loss."""
        return detection_loss(
            predictions.box_codes,
            predictions.logits,
            predictions.anchors,
            targets,
            self.settings,
            total_weight=total_weight,
        )

    def penalty(self) -> tf.Tensor:
        """What the weights add to the loss, () float32; 0 where the config says so."""
        penalized = self.config.train_config.add_regularization_loss
        return self.network.regularization_loss() if penalized else tf.zeros(())

    def detect(self, images: tf.Tensor) -> Detections:
        """What is on images as they are: boxes in shares of the image."""
        return self.detections_of(self.predict(images))

    def detections_of(self, predictions: Predictions) -> Detections:
        """The detections in predictions: boxes in shares of the image without its padding."""
        return postprocess(
            predictions.box_codes,
            predictions.logits,
            predictions.anchors,
            self.settings,
            predictions.windows,
        )


def ssd(config: PipelineConfig, seed: int = 0) -> Ssd:
    """The detector of a config, its variables at their first values; in a strategy's scope, its own.

    seed    draws the first values
    """
    settings = config.model.ssd
    if settings is None:
        raise ConfigError("model", "only ssd can be trained", "model { ssd { ... } }")
    _generator(settings)
    return Ssd(config, settings, ssd_network.build(settings, seed=seed))


def named_losses(losses: Losses, penalty: tf.Tensor) -> dict[str, tf.Tensor]:
    """Losses, the weights' penalty and the sum of all, under the OD API's names."""
    parts = [losses.localization, losses.classification, penalty]
    return {
        LOCALIZATION: losses.localization,
        CLASSIFICATION: losses.classification,
        REGULARIZATION: penalty,
        TOTAL: tf.reduce_sum(tf.stack(parts)),  # not added one by one, which Grappler makes AddN: see one_use
    }


def network_size(images: tf.Tensor, resizer: ImageResizer) -> Grid:
    """Height and width of the prepared images, in pixels: the resizer's, where it gives all one size."""
    if (size := constant_size(resizer)) is not None:
        return size
    height, width = images.shape[1:3]
    if height is None or width is None:
        fact = "leaves the size of the network's image open; anchors need it"
        raise ConfigError("image_resizer", fact, "keep_aspect_ratio_resizer { pad_to_max_dimension: true }")
    return height, width


def _generator(settings: Settings) -> SsdAnchorGenerator:
    generator = settings.anchor_generator.ssd_anchor_generator
    if generator is None:
        raise ConfigError("anchor_generator", "an SSD has an ssd_anchor_generator")
    return generator


@lru_cache(maxsize=64)  # eager calls ask for the same ones each time
def _anchors(generator: SsdAnchorGenerator, grids: tuple[Grid, ...], size: Grid) -> Anchors:
    return ssd_anchors(generator, grids, size)
