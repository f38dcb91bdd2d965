import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.overlap import area, overlap


@pytest.mark.parametrize(
    "first, second, expected",
    [
        ([0, 0, 1, 1], [0, 0, 1, 1], 1.0),
        ([0, 0, 1, 1], [0, 0, 0.5, 1], 0.5),
        ([0, 0, 0.5, 0.5], [0.25, 0.25, 0.75, 0.75], 1 / 7),
        ([0, 0, 0.5, 0.5], [0.5, 0, 1, 0.5], 0.0),  # they touch
        ([0, 0, 0.25, 0.25], [0.5, 0.5, 1, 1], 0.0),  # apart both ways
        ([0.5, 0.5, 0.5, 0.5], [0, 0, 1, 1], 0.0),  # no area
        ([0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.5, 0.5], 0.0),
    ],
)
def test_overlap_is_intersection_over_union(first, second, expected):
    first, second = tf.constant(first, tf.float32), tf.constant(second, tf.float32)
    assert float(overlap(first, second)) == pytest.approx(expected)
    assert float(overlap(second, first)) == pytest.approx(expected)


def test_overlap_is_broadcast_and_the_same_within_a_function():
    rng = np.random.default_rng(0)
    low, size = rng.uniform(0, 0.5, (2, 9, 2)), rng.uniform(0, 0.5, (2, 9, 2))
    boxes = np.concatenate([low, low + size], axis=-1).astype(np.float32)
    overlaps = tf.function(overlap, autograph=False)(boxes[0][:, np.newaxis], boxes[1])
    np.testing.assert_array_equal(overlaps, overlap(boxes[0][:, np.newaxis], boxes[1]))
    expected = [[_overlap(first, second) for second in boxes[1]] for first in boxes[0]]
    np.testing.assert_allclose(overlaps, expected, rtol=1e-5, atol=1e-7)


def test_area_is_height_times_width():
    assert area(tf.constant([[0.0, 0.25, 0.5, 0.5]])).numpy().tolist() == [0.125]


def _overlap(first, second):
    bottom_right, top_left = np.minimum(first, second)[2:], np.maximum(first, second)[:2]
    intersection = np.prod(np.maximum(bottom_right - top_left, 0))
    return intersection / (np.prod(first[2:] - first[:2]) + np.prod(second[2:] - second[:2]) - intersection)
