"""What training makes small.

Source: object_detection/protos/losses.proto
"""

from typing import Literal

from boxwright.core.pipeline.message import Int32, Message, Opaque, choice, unsupported, without_effect

MinedLoss = Literal["BOTH", "CLASSIFICATION", "LOCALIZATION"]
ExpectedLossWeights = Literal["NONE", "EXPECTED_SAMPLING", "REWEIGHTING_UNMATCHED_ANCHORS"]


class WeightedL2LocalizationLoss(Message):
    """Half the squared difference."""

    anchorwise_output: bool = without_effect(False)


class WeightedSmoothL1LocalizationLoss(Message):
    """Huber loss: squared up to delta, linear beyond."""

    anchorwise_output: bool = without_effect(False)
    delta: float = 1.0


class LocalizationLoss(Message):
    """The loss of a box's place."""

    weighted_l2: WeightedL2LocalizationLoss | None = choice("localization_loss")
    weighted_smooth_l1: WeightedSmoothL1LocalizationLoss | None = choice("localization_loss")
    weighted_iou: Opaque | None = choice("localization_loss", "unsupported")
    l1_localization_loss: Opaque | None = choice("localization_loss", "unsupported")
    weighted_giou: Opaque | None = choice("localization_loss", "unsupported")


class WeightedSigmoidClassificationLoss(Message):
    """Cross-entropy of a sigmoid for each class."""

    anchorwise_output: bool = without_effect(False)


class SigmoidFocalClassificationLoss(Message):
    """Focal loss (https://arxiv.org/abs/1708.02002); without alpha the classes weigh the same."""

    anchorwise_output: bool = without_effect(False)
    gamma: float = 2.0
    alpha: float | None = None


class WeightedSoftmaxClassificationLoss(Message):
    """Cross-entropy of a softmax over the classes."""

    anchorwise_output: bool = without_effect(False)
    logit_scale: float = 1.0


class ClassificationLoss(Message):
    """The loss of a box's class."""

    weighted_sigmoid: WeightedSigmoidClassificationLoss | None = choice("classification_loss")
    weighted_softmax: WeightedSoftmaxClassificationLoss | None = choice("classification_loss")
    weighted_logits_softmax: Opaque | None = choice("classification_loss", "unsupported")
    bootstrapped_sigmoid: Opaque | None = choice("classification_loss", "unsupported")
    weighted_sigmoid_focal: SigmoidFocalClassificationLoss | None = choice("classification_loss")
    penalty_reduced_logistic_focal_loss: Opaque | None = choice("classification_loss", "unsupported")
    weighted_dice_classification_loss: Opaque | None = choice("classification_loss", "unsupported")


class HardExampleMiner(Message):
    """Keeps the anchors with the greatest loss, after non-maximum suppression among them.

    num_hard_examples             at most so many in an image; 0: all
    max_negatives_per_positive    0: any number
    min_negatives_per_image       also where there is no positive
    """

    num_hard_examples: Int32 = 64
    iou_threshold: float = 0.7
    loss_type: MinedLoss = "BOTH"
    max_negatives_per_positive: Int32 = 0
    min_negatives_per_image: Int32 = 0


class Loss(Message):
    """The losses of an SSD; without a miner every anchor counts."""

    localization_loss: LocalizationLoss = LocalizationLoss()
    classification_loss: ClassificationLoss = ClassificationLoss()
    hard_example_miner: HardExampleMiner | None = None
    classification_weight: float = 1.0
    localization_weight: float = 1.0
    random_example_sampler: Opaque | None = unsupported(None)
    equalization_loss: Opaque | None = unsupported(None)
    expected_loss_weights: ExpectedLossWeights = unsupported("NONE")
    min_num_negative_samples: float = without_effect(0.0)  # of expected_loss_weights
    desired_negative_sampling_ratio: float = without_effect(3.0)  # likewise
