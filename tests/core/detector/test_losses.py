import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.losses import (
    classification_losses,
    detection_loss,
    localization_losses,
    object_weight,
)
from boxwright.core.detector.targets import Targets
from boxwright.core.pipeline.losses import (
    ClassificationLoss,
    HardExampleMiner,
    LocalizationLoss,
    Loss,
    SigmoidFocalClassificationLoss,
    WeightedL2LocalizationLoss,
    WeightedSigmoidClassificationLoss,
    WeightedSmoothL1LocalizationLoss,
    WeightedSoftmaxClassificationLoss,
)
from boxwright.core.pipeline.ssd import Ssd

# One image, two anchors: one with an object of weight 0.5, one of background.
TARGETS = Targets(
    matches=tf.constant([[0, -1]]),
    box_codes=tf.constant([[[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]]]),
    box_weights=tf.constant([[0.5, 0.0]]),
    classes=tf.constant([[[0.0, 1.0], [1.0, 0.0]]]),
    class_weights=tf.constant([[0.5, 1.0]]),
)
CODES = tf.constant([[[1.0, 1.5, 3.0, 0.0], [9.0, 9.0, 9.0, 9.0]]])
LOGITS = tf.constant([[[0.0, 2.0], [-1.0, 0.5]]])
ANCHORS = tf.constant([[0.0, 0.0, 1.0, 1.0], [2.0, 2.0, 3.0, 3.0]])


def cross_entropy(probability):
    return -np.log(probability)


def sigmoid(logit):
    return 1 / (1 + np.exp(-logit))


@pytest.mark.parametrize("delta, expected", [(1.0, 0.125 + 1.5 + 0.5), (0.5, 0.125 + 0.875 + 0.375)])
def test_smooth_l1_is_squared_up_to_delta_and_linear_beyond(delta, expected):
    config = LocalizationLoss(weighted_smooth_l1=WeightedSmoothL1LocalizationLoss(delta=delta))
    losses = localization_losses(CODES, TARGETS, config)
    np.testing.assert_allclose(losses, [[0.5 * expected, 0]])


def test_l2_is_half_the_square_of_the_weighted_difference():
    config = LocalizationLoss(weighted_l2=WeightedL2LocalizationLoss())
    losses = localization_losses(CODES, TARGETS, config)
    np.testing.assert_allclose(losses, [[0.5 * (0.25**2 + 1.0**2 + 0.5**2), 0]])


def test_a_sigmoid_for_each_class_counts_background_like_the_others():
    config = ClassificationLoss(weighted_sigmoid=WeightedSigmoidClassificationLoss())
    right = np.array([[0.5, sigmoid(2.0)], [sigmoid(-1.0), sigmoid(-0.5)]])  # probability of the truth
    losses = classification_losses(LOGITS, TARGETS, config)
    np.testing.assert_allclose(losses[0], cross_entropy(right) * [[0.5], [1.0]], rtol=1e-6)


def test_the_gradient_of_a_sigmoids_loss_is_its_distance_from_the_truth():
    config = ClassificationLoss(weighted_sigmoid=WeightedSigmoidClassificationLoss())
    with tf.GradientTape() as tape:
        tape.watch(LOGITS)
        losses = tf.reduce_sum(classification_losses(LOGITS, TARGETS, config))
    distance = sigmoid(LOGITS.numpy()) - TARGETS.classes.numpy()
    np.testing.assert_allclose(tape.gradient(losses, LOGITS)[0], distance[0] * [[0.5], [1.0]], rtol=1e-6)


@pytest.mark.parametrize("gamma, alpha", [(2.0, 0.25), (0.0, 0.25), (1.5, None)])
def test_focal_loss_forgets_what_is_right_already(gamma, alpha):
    config = ClassificationLoss(
        weighted_sigmoid_focal=SigmoidFocalClassificationLoss(gamma=gamma, alpha=alpha)
    )
    right = np.array([[0.5, sigmoid(2.0)], [sigmoid(-1.0), sigmoid(-0.5)]])
    share = 1 if alpha is None else np.array([[1 - alpha, alpha], [alpha, 1 - alpha]])
    expected = share * (1 - right) ** gamma * cross_entropy(right) * [[0.5], [1.0]]
    np.testing.assert_allclose(classification_losses(LOGITS, TARGETS, config)[0], expected, rtol=1e-5)


def test_a_softmax_has_one_loss_for_an_anchor():
    config = ClassificationLoss(weighted_softmax=WeightedSoftmaxClassificationLoss(logit_scale=2.0))
    right = np.array([[sigmoid(1.0)], [sigmoid(-0.75)]])  # of two classes: the sigmoid of the difference
    losses = classification_losses(LOGITS, TARGETS, config)
    np.testing.assert_allclose(losses[0], cross_entropy(right) * [[0.5], [1.0]], rtol=1e-6)


@pytest.mark.parametrize("changes, share", [({}, 1), ({"normalize_loc_loss_by_codesize": True}, 1 / 4)])
def test_losses_are_divided_by_the_objects_weight_or_1_and_weighted(changes, share):
    loss = Loss(localization_weight=3.0, classification_weight=2.0)
    settings = Ssd(loss=loss, **changes)
    localization = tf.reduce_sum(localization_losses(CODES, TARGETS, loss.localization_loss))
    classification = tf.reduce_sum(classification_losses(LOGITS, TARGETS, loss.classification_loss))
    found = detection_loss(CODES, LOGITS, ANCHORS, TARGETS, settings)  # the weight is 0.5, so they are not
    np.testing.assert_allclose(found.localization, 3 * localization * share)
    np.testing.assert_allclose(found.classification, 2 * classification)
    whole = tf.constant(5.0)
    found = detection_loss(CODES, LOGITS, ANCHORS, TARGETS, settings, total_weight=whole)
    np.testing.assert_allclose(found.localization, 3 * localization * share / 5)
    np.testing.assert_allclose(found.classification, 2 * classification / 5)
    settings = settings.model_copy(update={"normalize_loss_by_num_matches": False})
    found = detection_loss(CODES, LOGITS, ANCHORS, TARGETS, settings, total_weight=whole)
    np.testing.assert_allclose(found.classification, 2 * classification)


def test_the_weight_of_the_objects_is_the_sum_over_anchors_and_images():
    assert float(object_weight(TARGETS)) == 0.5


@pytest.mark.parametrize("kind", ["CLASSIFICATION", "LOCALIZATION", "BOTH"])
def test_only_mined_anchors_count_and_have_a_gradient(kind):
    miner = HardExampleMiner(num_hard_examples=1, loss_type=kind, iou_threshold=0.99)
    targets = Targets(  # two objects; by either loss the second anchor's is the smaller
        matches=tf.constant([[0, 1]]),
        box_codes=tf.zeros([1, 2, 4]),
        box_weights=tf.ones([1, 2]),
        classes=tf.constant([[[0.0, 1.0], [0.0, 1.0]]]),
        class_weights=tf.ones([1, 2]),
    )
    codes, logits = tf.constant([[[3.0] * 4, [0.5] * 4]]), tf.constant([[[4.0, -4.0], [0.0, 0.0]]])
    with tf.GradientTape() as tape:
        tape.watch([codes, logits])
        found = detection_loss(codes, logits, ANCHORS, targets, Ssd(loss=Loss(hard_example_miner=miner)))
        total = found.localization + found.classification
    np.testing.assert_allclose(found.localization, 4 * 2.5 / 2)
    gradients = tape.gradient(total, [codes, logits])
    # Through the loss alone, not through the boxes that mining compares.
    np.testing.assert_allclose(gradients[0], [[[0.5] * 4, [0.0] * 4]])
    errors = [sigmoid(4.0) / 2, (sigmoid(-4.0) - 1) / 2]
    np.testing.assert_allclose(gradients[1], [[errors, [0.0, 0.0]]], rtol=1e-5)


@pytest.mark.parametrize(
    "kind, weights, has_object",
    [
        ("CLASSIFICATION", {}, False),  # the background's class is further off
        ("LOCALIZATION", {}, True),  # background has no box
        ("BOTH", {}, False),
        ("BOTH", {"localization_weight": 9.0}, True),
    ],
)
def test_the_miner_goes_by_the_loss_that_is_named(kind, weights, has_object):
    miner = HardExampleMiner(num_hard_examples=1, loss_type=kind, iou_threshold=0.99)
    logits = tf.constant([[[0.0, 2.0], [9.0, 9.0]]])
    settings = Ssd(loss=Loss(hard_example_miner=miner, **weights))
    found = detection_loss(CODES, logits, ANCHORS, TARGETS, settings)
    assert (float(found.localization) > 0) == has_object
