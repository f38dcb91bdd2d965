import numpy as np
import tensorflow as tf

from boxwright.core.detector.matching import BACKGROUND, IGNORED
from boxwright.core.detector.mining import anchor_mask, mine
from boxwright.core.pipeline.losses import HardExampleMiner

SETTINGS = HardExampleMiner(num_hard_examples=0, iou_threshold=0.99, max_negatives_per_positive=2)
APART = np.stack([[0, i, 1, i + 1] for i in range(8)])  # eight boxes that do not overlap


def mined(losses, matches, boxes=APART, **changes):
    found = mine(
        tf.constant([losses]),
        tf.constant([boxes[: len(losses)]], tf.float32),
        tf.constant([matches]),
        SETTINGS.model_copy(update=changes),
    )
    selected = found.order[found.selected].numpy().tolist()
    assert np.flatnonzero(anchor_mask(found)[0]).tolist() == sorted(selected)
    return selected, int(found.positives[0]), int(found.negatives[0])


def test_all_objects_stay_and_the_background_of_greatest_loss():
    losses, matches = [0.1, 0.9, 0.3, 0.5, 0.2], [0, BACKGROUND, BACKGROUND, BACKGROUND, BACKGROUND]
    assert mined(losses, matches) == ([1, 3, 0], 1, 2)


def test_of_equal_losses_the_lower_anchor_comes_first():
    assert mined([0.5] * 4, [BACKGROUND, BACKGROUND, BACKGROUND, 0]) == ([0, 1, 3], 1, 2)


def test_an_image_without_objects_counts_only_if_so_many_are_asked_for():
    assert mined([0.1, 0.2], [BACKGROUND] * 2) == ([], 0, 0)
    assert mined([0.1, 0.2], [BACKGROUND] * 2, min_negatives_per_image=1) == ([1], 0, 1)


def test_an_ignored_anchor_does_not_count_as_background():
    assert mined([0.9, 0.2, 0.1], [IGNORED, BACKGROUND, 0]) == ([1, 2], 1, 1)


def test_without_a_ratio_every_anchor_counts():
    losses, matches = [0.9, 0.2, 0.1], [IGNORED, BACKGROUND, 0]
    assert mined(losses, matches, max_negatives_per_positive=0) == ([0, 1, 2], 1, 1)


def test_the_number_of_anchors_may_be_limited():
    losses, matches = [0.1, 0.9, 0.3, 0.5], [0, BACKGROUND, BACKGROUND, 0]
    assert mined(losses, matches, num_hard_examples=2) == ([1, 3], 1, 1)


def test_of_anchors_that_predict_the_same_box_one_counts_even_if_an_object_is_lost():
    boxes = np.concatenate([APART[:1], APART[:1], APART[2:]])
    assert mined([0.1, 0.9, 0.3], [0, BACKGROUND, 1], boxes) == ([1, 2], 1, 1)


def test_images_are_mined_each_by_itself():
    found = mine(
        tf.constant([[0.1, 0.9], [0.9, 0.1]]),
        tf.constant([APART[:2], APART[[0, 0]]], tf.float32),
        tf.constant([[0, BACKGROUND], [BACKGROUND, 0]]),
        SETTINGS,
    )
    np.testing.assert_array_equal(found.positives, [1, 0])
    np.testing.assert_array_equal(found.negatives, [1, 0])
    np.testing.assert_array_equal(anchor_mask(found), [[1, 1], [0, 0]])
