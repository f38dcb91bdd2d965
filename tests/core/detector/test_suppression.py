import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.suppression import surviving


def boxes_of(kind, rng, count=150):
    """Boxes (count, 4) of which some nearly coincide."""
    low, size = rng.uniform(-0.2, 0.8, (count, 2)), np.exp(rng.normal(-1.5, 1, (count, 2)))
    if kind == "clustered":
        places = rng.integers(0, 8, count)
        low, size = low[places], size[places] * rng.uniform(0.985, 1.015, (count, 2))
    elif kind == "chained":  # each overlaps the next, fewer the one after it
        low, size = np.linspace(0, 0.4, count)[:, np.newaxis] * [1, 1], np.ones((count, 2))
    elif kind == "identical":
        low, size = low[:1].repeat(count, axis=0), size[:1].repeat(count, axis=0)
    elif kind == "tiny":
        low, size = 0.5 + rng.integers(0, 3, (count, 2)) * 1e-6, np.full((count, 2), 1e-6)
    boxes = np.concatenate([low, low + size], axis=1)[rng.permutation(count)]
    if kind == "broken":
        boxes[::7, 2:] = boxes[::7, :2]  # no area
        boxes[1::7, 2:] = np.inf
        boxes[2::7] = np.nan
        boxes[3::7] = boxes[3]
        boxes[4::7] = [-1e30, -1e30, 1e30, 1e30]  # the area is infinite
    return boxes.astype(np.float32)


KINDS = ["scattered", "clustered", "chained", "identical", "tiny", "broken"]


@pytest.mark.parametrize("threshold", [0.99, 0.9, 0.5, 0.0])
def test_the_same_boxes_stay_as_image_by_image(threshold):
    rng = np.random.default_rng(0)
    boxes = np.stack([boxes_of(kind, rng) for kind in KINDS])
    stays = tf.function(lambda boxes: surviving(boxes, threshold), autograph=False)(boxes)
    np.testing.assert_array_equal(stays, surviving(tf.constant(boxes), threshold))
    for kind, some, stay in zip(KINDS, boxes, stays.numpy(), strict=True):
        scores = np.arange(len(some), 0, -1, dtype=np.float32)
        expected = tf.image.non_max_suppression(some, scores, len(some), threshold).numpy()
        np.testing.assert_array_equal(np.flatnonzero(stay), np.sort(expected), err_msg=kind)


def test_an_overlap_of_exactly_the_threshold_is_none():
    boxes = tf.constant([[[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.5]]])
    assert surviving(boxes, 0.5).numpy().tolist() == [[True, True]]
    assert surviving(boxes, 0.49).numpy().tolist() == [[True, False]]


def test_a_box_removed_removes_none_itself():
    boxes = tf.constant([[[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1], [0.0, 0.2, 1.0, 1.2]]])
    assert surviving(boxes, 0.7).numpy().tolist() == [[True, False, True]]


def test_a_batch_of_any_size_will_do():
    @tf.function(autograph=False, input_signature=[tf.TensorSpec([None, None, 4])])
    def stays(boxes):
        return surviving(boxes, 0.99)

    for shape in [(1, 1), (3, 2), (2, 40)]:
        assert stays(tf.random.stateless_uniform([*shape, 4], (1, 2))).shape == shape
