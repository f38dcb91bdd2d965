"""How far predictions are from their targets.

Localisation: smooth L1 (Fast R-CNN, section 2.3, https://arxiv.org/abs/1504.08083) or half the squared
difference. Classification: sigmoids or a softmax with cross-entropy, or focal loss
(https://arxiv.org/abs/1708.02002). Every loss is per anchor, then summed over what counts and divided by the
objects' weight in the whole batch.
"""

from dataclasses import dataclass

import tensorflow as tf

from boxwright.core.detector.box_coder import decode, scales_of
from boxwright.core.detector.mining import anchor_mask, mine
from boxwright.core.detector.nested import Nested
from boxwright.core.detector.targets import Targets
from boxwright.core.pipeline.losses import ClassificationLoss, LocalizationLoss, Loss
from boxwright.core.pipeline.ssd import Ssd

BOX_CODE_SIZE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses(Nested):
    """The two parts of a detector's loss, scalars float32; the sum is what training makes small."""

    localization: tf.Tensor
    classification: tf.Tensor


def detection_loss(
    box_codes: tf.Tensor,
    logits: tf.Tensor,
    anchors: tf.Tensor,
    targets: Targets,
    settings: Ssd,
    *,
    total_weight: tf.Tensor | None = None,
) -> Losses:
    """The loss of a batch of predictions.

    box_codes     (B, A, 4) float32: ty, tx, th, tw
    logits        (B, A, C + 1) float32, column 0 is background
    anchors       (A, 4) float32: y_min, x_min, y_max, x_max in shares of the image
    total_weight  box weights of the whole batch, summed, where this is only a part of it; see object_weight
    """
    localization = localization_losses(box_codes, targets, settings.loss.localization_loss)
    classification = classification_losses(logits, targets, settings.loss.classification_loss)
    classification = tf.reduce_sum(classification, axis=-1)
    miner = settings.loss.hard_example_miner
    if miner is not None:
        boxes = decode(tf.stop_gradient(box_codes), anchors, scales_of(settings.box_coder))
        mined = mine(
            _mined_losses(localization, classification, settings.loss), boxes, targets.matches, miner
        )
        mask = anchor_mask(mined)
        localization, classification = localization * mask, classification * mask
    divisor = _divisor(object_weight(targets) if total_weight is None else total_weight, settings)
    code_size = BOX_CODE_SIZE if settings.normalize_loc_loss_by_codesize else 1
    return Losses(
        localization=tf.reduce_sum(localization) / (divisor * code_size) * settings.loss.localization_weight,
        classification=tf.reduce_sum(classification) / divisor * settings.loss.classification_weight,
    )


def object_weight(targets: Targets) -> tf.Tensor:
    """The box weights of a batch, summed: what losses are divided by, scalar float32."""
    return tf.reduce_sum(targets.box_weights)


def localization_losses(box_codes: tf.Tensor, targets: Targets, config: LocalizationLoss) -> tf.Tensor:
    """The loss of every anchor's box codes (B, A, 4), weighted: (B, A) float32."""
    difference = box_codes - targets.box_codes
    if config.weighted_l2 is not None:
        return 0.5 * tf.reduce_sum(tf.square(difference * targets.box_weights[..., tf.newaxis]), axis=-1)
    delta = config.weighted_smooth_l1.delta if config.weighted_smooth_l1 is not None else 1.0
    size = tf.abs(difference)
    quadratic = tf.minimum(size, delta)
    losses = 0.5 * tf.square(quadratic) + delta * (size - quadratic)
    return tf.reduce_sum(losses, axis=-1) * targets.box_weights


def classification_losses(logits: tf.Tensor, targets: Targets, config: ClassificationLoss) -> tf.Tensor:
    """The loss of every anchor and class, weighted: (B, A, C + 1) float32; (B, A, 1) with a softmax.

    logits  (B, A, C + 1) float32; background is a column like the others
    """
    weights = targets.class_weights[..., tf.newaxis]
    if (softmax := config.weighted_softmax) is not None:
        losses = tf.nn.softmax_cross_entropy_with_logits(targets.classes, logits / softmax.logit_scale)
        return losses[..., tf.newaxis] * weights
    losses = _sigmoid_cross_entropy(logits, targets.classes)
    if (focal := config.weighted_sigmoid_focal) is not None:
        losses *= _focus(logits, targets.classes, focal.gamma, focal.alpha)
    return losses * weights


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _sigmoid_cross_entropy(logits: tf.Tensor, classes: tf.Tensor) -> tuple[tf.Tensor, object]:
    """As TensorFlow has it, with a gradient that is no sum of four: see one_use. Classes are constants."""

    def gradient(outer: tf.Tensor) -> tuple[tf.Tensor, None]:
        return outer * (tf.sigmoid(logits) - classes), None

    return tf.nn.sigmoid_cross_entropy_with_logits(classes, logits), gradient


def _focus(logits: tf.Tensor, classes: tf.Tensor, gamma: float, alpha: float | None) -> tf.Tensor:
    """The factor of focal loss: small where the prediction is right already, equation 5 of the paper."""
    probability = tf.sigmoid(logits)
    miss = classes * (1 - probability) + (1 - classes) * probability
    factor = tf.pow(miss, gamma) if gamma else tf.ones_like(miss)
    if alpha is None:
        return factor
    return factor * (classes * alpha + (1 - classes) * (1 - alpha))


def _mined_losses(localization: tf.Tensor, classification: tf.Tensor, config: Loss) -> tf.Tensor:
    """What the miner sorts anchors by, (B, A) float32: one of the losses, or both by their weights."""
    match config.hard_example_miner and config.hard_example_miner.loss_type:
        case "CLASSIFICATION":
            return classification
        case "LOCALIZATION":
            return localization
    return classification * config.classification_weight + localization * config.localization_weight


def _divisor(weight: tf.Tensor, settings: Ssd) -> tf.Tensor:
    """What losses are divided by; 1 at least, for batches without objects."""
    return tf.maximum(weight, 1.0) if settings.normalize_loss_by_num_matches else tf.constant(1.0)
