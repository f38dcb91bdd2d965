import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.groundtruth import GroundTruth
from boxwright.core.detector.matching import BACKGROUND, IGNORED, match
from boxwright.core.pipeline.matching import ArgMaxMatcher

BY_THRESHOLD = ArgMaxMatcher()
FORCED = ArgMaxMatcher(force_match_for_each_row=True)
LEFT, RIGHT, WHOLE, FAR = [0, 0, 1, 0.5], [0, 0.5, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3]


def groundtruth(*images, weights=None, rows=None):
    """Images as lists of boxes, padded to the longest or to `rows`."""
    rows = max(map(len, images)) if rows is None else rows
    boxes = [list(boxes) + [[0, 0, 0, 0]] * (rows - len(boxes)) for boxes in images]
    ones = [[1.0] * len(boxes) + [0.0] * (rows - len(boxes)) for boxes in images]
    return GroundTruth(
        boxes=tf.reshape(tf.constant(boxes, tf.float32), [len(images), rows, 4]),
        classes=tf.zeros([len(images), rows], tf.int32),
        weights=tf.reshape(tf.constant(weights or ones, tf.float32), [len(images), rows]),
        count=tf.constant([len(boxes) for boxes in images]),
    )


def matches(anchors, given, settings=BY_THRESHOLD):
    found = match(tf.constant(anchors, tf.float32), given, settings)
    assert found.dtype == tf.int32
    return found.numpy().tolist()


def test_an_overlap_of_exactly_the_threshold_is_a_match():
    assert matches([WHOLE, [0, 0, 1, 0.99]], groundtruth([LEFT])) == [[0, 0]]
    assert matches([[0, 0, 1, 1.01]], groundtruth([LEFT])) == [[BACKGROUND]]


def test_of_objects_overlapped_alike_the_first_is_taken():
    assert matches([WHOLE], groundtruth([RIGHT, LEFT])) == [[0]]


def test_every_object_gets_its_best_anchor_if_asked_and_the_first_of_equals():
    small = [0.4, 0.4, 0.6, 0.6]
    anchors = [FAR, WHOLE, WHOLE]
    assert matches(anchors, groundtruth([small])) == [[BACKGROUND, BACKGROUND, BACKGROUND]]
    assert matches(anchors, groundtruth([small]), FORCED) == [[BACKGROUND, 0, BACKGROUND]]


def test_of_objects_with_the_same_best_anchor_the_first_gets_it():
    # The second overlaps the anchor more, but the first insists on it.
    assert matches([WHOLE, FAR], groundtruth([[0, 0, 1, 0.1], WHOLE]), FORCED) == [[0, BACKGROUND]]


def test_an_object_of_weight_0_takes_what_it_overlaps_but_does_not_insist():
    given = groundtruth([WHOLE, [0, 0, 1, 0.1]], weights=[[0.0, 0.0]])
    assert matches([WHOLE, [0, 0, 1, 0.3]], given, FORCED) == [[0, BACKGROUND]]


def test_an_object_without_area_takes_the_first_anchor():
    assert matches([FAR, WHOLE], groundtruth([[0.5, 0.5, 0.5, 0.5]]), FORCED) == [[0, BACKGROUND]]


@pytest.mark.parametrize("rows", [0, 1, 5])
@pytest.mark.parametrize("settings", [FORCED, ArgMaxMatcher(ignore_thresholds=True)])
def test_an_image_without_objects_is_background(rows, settings):
    assert matches([LEFT, WHOLE], groundtruth([], [], rows=rows), settings) == [[BACKGROUND] * 2] * 2


def test_between_two_thresholds_an_anchor_is_ignored():
    settings = ArgMaxMatcher(matched_threshold=0.7, unmatched_threshold=0.3)
    anchors = [LEFT, WHOLE, FAR]
    assert matches(anchors, groundtruth([LEFT]), settings) == [[0, IGNORED, BACKGROUND]]
    settings = settings.model_copy(update={"negatives_lower_than_unmatched": False})
    assert matches(anchors, groundtruth([LEFT]), settings) == [[0, BACKGROUND, IGNORED]]


def test_without_thresholds_every_anchor_takes_an_object():
    settings = ArgMaxMatcher(ignore_thresholds=True)
    assert matches([FAR, [0, 0.9, 0.1, 1]], groundtruth([LEFT, RIGHT]), settings) == [[0, 1]]


@pytest.mark.parametrize("settings", [BY_THRESHOLD, FORCED])
def test_a_padded_batch_is_matched_as_its_images_alone(settings):
    anchors, images = _random_boxes(200, seed=1), [_random_boxes(n, seed=n).tolist() for n in (3, 0, 17)]
    together = matches(anchors, groundtruth(*images, rows=20), settings)
    alone = [matches(anchors, groundtruth(image), settings)[0] for image in images]
    assert together == alone
    assert together == [_matches(anchors, image, settings).tolist() for image in images]


def test_matching_is_the_same_within_a_data_set():
    anchors, boxes = _random_boxes(50, seed=1), _random_boxes(4, seed=2).tolist()
    given = groundtruth(boxes)
    dataset = tf.data.Dataset.from_tensors(given).map(lambda given: match(anchors, given, FORCED))
    assert next(iter(dataset)).numpy().tolist() == matches(anchors, given, FORCED)


def _random_boxes(count, seed):
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 0.6, (count, 2))
    return np.concatenate([low, low + rng.uniform(0.1, 0.4, (count, 2))], axis=1).astype(np.float32)


def _matches(anchors, boxes, settings):
    """The same in plain NumPy, one image."""
    found = np.full(len(anchors), BACKGROUND)
    if not len(boxes):
        return found
    boxes = np.float32(boxes)[:, np.newaxis]
    sides = np.minimum(boxes, anchors)[..., 2:] - np.maximum(boxes, anchors)[..., :2]
    shared = np.prod(np.maximum(sides, 0), axis=-1)
    areas = [np.prod(each[..., 2:] - each[..., :2], axis=-1) for each in (boxes, anchors)]
    overlaps = shared / (areas[0] + areas[1] - shared)
    enough = overlaps.max(axis=0) >= settings.matched_threshold
    found[enough] = overlaps.argmax(axis=0)[enough]
    if settings.force_match_for_each_row:
        for row in reversed(range(len(boxes))):
            found[overlaps[row].argmax()] = row
    return found
