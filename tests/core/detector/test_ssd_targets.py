"""Matches, targets, mined anchors and losses of the original, on given predictions."""

import zlib

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.anchors import multiscale_anchors, ssd_anchors
from boxwright.core.detector.box_coder import decode, scales_of
from boxwright.core.detector.groundtruth import GroundTruth
from boxwright.core.detector.losses import classification_losses, detection_loss, localization_losses
from boxwright.core.detector.mining import mine
from boxwright.core.detector.targets import assign_targets
from boxwright.core.pipeline.anchor_generator import MultiscaleAnchorGenerator, SsdAnchorGenerator
from boxwright.core.pipeline.losses import (
    ClassificationLoss,
    HardExampleMiner,
    Loss,
    SigmoidFocalClassificationLoss,
)
from boxwright.core.pipeline.matching import ArgMaxMatcher, Matcher
from boxwright.core.pipeline.ssd import Ssd

MATCHER = Matcher(argmax_matcher=ArgMaxMatcher(force_match_for_each_row=True))
MINER = HardExampleMiner(
    num_hard_examples=3000, iou_threshold=0.99, loss_type="CLASSIFICATION", max_negatives_per_positive=3
)
FOCAL = ClassificationLoss(weighted_sigmoid_focal=SigmoidFocalClassificationLoss(gamma=2.0, alpha=0.25))
# Settings and anchors of the tutorial's configs.
MODELS = {
    "ssd_mobilenet_v1": (
        Ssd(matcher=MATCHER, loss=Loss(hard_example_miner=MINER)),
        ssd_anchors(
            SsdAnchorGenerator(min_scale=0.1, max_scale=0.9, aspect_ratios=(1.0, 2.0, 0.5, 3.0, 0.3333)),
            [(side, side) for side in (19, 10, 5, 3, 2, 1)],
            (300, 300),
        ),
    ),
    "ssd_resnet50_v1_fpn": (
        Ssd(
            matcher=MATCHER,
            loss=Loss(classification_loss=FOCAL),
            encode_background_as_zeros=True,
            normalize_loc_loss_by_codesize=True,
        ),
        multiscale_anchors(
            MultiscaleAnchorGenerator(aspect_ratios=(1.0, 2.0, 0.5)),
            [(side, side) for side in (80, 40, 20, 10, 5)],
            (640, 640),
        ),
    ),
}
FILES = [(model, classes) for model in MODELS for classes in (1, 3)]
# Codes are ten times a difference of coordinates by an anchor's side, so a coordinate's last digit (6e-8) by
# the smallest side (0.05) shows as 1e-5.
CODE_TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}
LOSS_TOLERANCE = {"rtol": 1e-5, "atol": 1e-6}


@pytest.mark.parametrize("model, classes", FILES)
def test_targets_mined_anchors_and_losses_are_the_originals(measured, model, classes):
    check_all_sets(measured / f"ssd_targets_{model}_c{classes}.npz", model, classes)


@pytest.mark.parametrize("model, classes", FILES)
def test_all_targets_mined_anchors_and_losses_are_the_originals(reference, model, classes):
    check_all_sets(reference / "training" / f"ssd_targets_{model}_c{classes}.npz", model, classes)


def check_all_sets(path, model, classes):
    settings, anchors = MODELS[model]
    settings, anchors = settings.model_copy(update={"num_classes": classes}), tf.constant(anchors)
    with np.load(path) as file:
        numbers = {name: file[name] for name in file.files}
    run = tf.function(
        lambda codes, logits, given: steps(codes, logits, given, anchors, settings),
        autograph=False,
        reduce_retracing=True,  # the sets differ in images and objects
    )
    sets = sorted({name.split("/")[0] for name in numbers} - {"anchors", "meta"})
    assert sets
    for name in sets:
        expected = {
            key.removeprefix(f"{name}/"): numbers[key] for key in numbers if key.startswith(f"{name}/")
        }
        given = groundtruth_of(expected)
        shape = (given.boxes.shape[0], len(anchors), classes + 1)
        check(expected, *run(*predictions(f"{model}/{name}", shape, expected), given))


def check(expected, targets, boxes, classes, losses, mined):
    check_targets(expected, targets)
    check_some(expected, "anchor_localization_loss", boxes)
    check_some(expected, "anchor_classification_loss", classes)
    if mined is not None:
        check_mined(expected, mined)
    for name in ("localization", "classification"):
        np.testing.assert_allclose(getattr(losses, name), expected[f"Loss/{name}_loss"], rtol=1e-5)


def steps(codes, logits, groundtruth, anchors, settings):
    targets = assign_targets(anchors, groundtruth, settings)
    boxes = localization_losses(codes, targets, settings.loss.localization_loss)
    classes = classification_losses(logits, targets, settings.loss.classification_loss)
    mined = None
    if (miner := settings.loss.hard_example_miner) is not None:
        decoded = decode(codes, anchors, scales_of(settings.box_coder))
        mined = mine(tf.reduce_sum(classes, axis=-1), decoded, targets.matches, miner)
    losses = detection_loss(codes, logits, anchors, targets, settings)
    return targets, boxes, classes, losses, mined


def check_targets(expected, targets):
    np.testing.assert_array_equal(targets.matches, expected["match"])
    np.testing.assert_array_equal(targets.classes, filled(expected, "cls_targets", targets.classes.shape))
    codes = filled(expected, "reg_targets", targets.box_codes.shape)
    np.testing.assert_allclose(targets.box_codes, codes, **CODE_TOLERANCE)
    np.testing.assert_array_equal(targets.class_weights, expected["cls_weights"])
    np.testing.assert_array_equal(targets.box_weights, expected["reg_weights"])


def check_mined(expected, mined):
    for image, order in enumerate(mined.order.numpy()):
        key = f"miner{image}"
        if f"{key}/nms_order" in expected:
            np.testing.assert_array_equal(order[mined.survived[image]], expected[f"{key}/nms_order"])
        np.testing.assert_array_equal(order[mined.selected[image]], expected[f"{key}/selected"])
        counts = [mined.positives[image], mined.negatives[image]]
        np.testing.assert_array_equal(counts, expected[f"{key}/num_pos_neg"])


def check_some(expected, name, values):
    """Compare with all the numbers, or with samples of them."""
    if name in expected:
        np.testing.assert_allclose(values, expected[name], **LOSS_TOLERANCE)
    else:
        some = values.numpy().ravel()[expected[f"{name}/idx"]]
        np.testing.assert_allclose(some, expected[f"{name}/val"], **LOSS_TOLERANCE)


def filled(expected, name, shape):
    """Targets of all anchors from those of matched anchors and the one of all others."""
    values = np.broadcast_to(expected[f"{name}/unmatched_row"], shape).copy()
    image, anchor = expected[f"{name}/matched_rows"].T
    values[image, anchor] = expected[f"{name}/matched_values"]
    return values


def groundtruth_of(expected):
    images = sum(key.startswith("gt") and key.endswith("/boxes") for key in expected)
    count = [len(expected[f"gt{image}/boxes"]) for image in range(images)]

    def padded(field, dtype):
        values = [expected[f"gt{image}/{field}"] for image in range(images)]
        ends = [[(0, max(count) - len(value))] + [(0, 0)] * (value.ndim - 1) for value in values]
        return tf.constant(np.stack([np.pad(*each) for each in zip(values, ends, strict=True)]), dtype)

    return GroundTruth(
        boxes=padded("boxes", tf.float32),
        classes=padded("classes", tf.int32),
        weights=padded("weights", tf.float32),
        count=tf.constant(count),
    )


def predictions(tag, shape, expected):
    """The predictions that were given to the original, from the same generator."""
    rng = np.random.Generator(np.random.PCG64(zlib.crc32(tag.encode())))
    codes = (rng.standard_normal((*shape[:2], 4)) * 0.5).astype(np.float32)
    logits = (rng.standard_normal(shape) * 2 - 1).astype(np.float32)
    for name, values in (("box_encodings", codes), ("class_predictions_with_background", logits)):
        samples = values.ravel()[expected[f"pred/{name}/idx"]]
        np.testing.assert_array_equal(samples, expected[f"pred/{name}/val"])
    return tf.constant(codes), tf.constant(logits)
