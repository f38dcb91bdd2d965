import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.box_coder import decode, encode, scales_of
from boxwright.core.pipeline.matching import BoxCoder, FasterRcnnBoxCoder

SCALES = (10.0, 10.0, 5.0, 5.0)
ANCHOR = tf.constant([0.25, 0.25, 0.75, 0.5])


def test_a_box_is_written_as_its_shift_and_growth():
    box = tf.constant([0.5, 0.0, 1.0, 0.5])  # half a side down, half a side left, twice as wide
    assert encode(box, ANCHOR, SCALES).numpy() == pytest.approx([5.0, -5.0, 0.0, 5 * np.log(2)], abs=1e-5)


def test_an_anchor_itself_is_written_as_zeros():
    np.testing.assert_array_equal(encode(ANCHOR, ANCHOR, SCALES), np.zeros(4))
    np.testing.assert_array_equal(decode(tf.zeros(4), ANCHOR, SCALES), ANCHOR)


def test_decoding_gives_the_box_back():
    rng = np.random.default_rng(0)
    low, size = rng.uniform(-0.2, 0.8, (2, 50, 2)), rng.uniform(0.05, 0.5, (2, 50, 2))
    boxes = tf.constant(np.concatenate([low, low + size], axis=-1), tf.float32)
    codes = encode(boxes[0][:, tf.newaxis], boxes[1], SCALES)  # (50, 50, 4): every box with every anchor
    back = tf.function(lambda codes: decode(codes, boxes[1], SCALES), autograph=False)(codes)
    expected = np.broadcast_to(boxes[0][:, tf.newaxis], (50, 50, 4))
    np.testing.assert_allclose(back, expected, atol=1e-5)


def test_a_box_without_area_has_finite_codes():
    codes = encode(tf.constant([0.5, 0.5, 0.5, 0.5]), ANCHOR, SCALES).numpy()
    assert np.isfinite(codes).all() and codes[2] == pytest.approx(5 * np.log(1e-8 / 0.5), rel=1e-5)


def test_growth_is_not_limited():
    box = decode(tf.constant([0.0, 0.0, 100.0, 0.0]), ANCHOR, SCALES).numpy()
    assert box[2] - box[0] == pytest.approx(0.5 * np.exp(20), rel=1e-5)


def test_scales_come_from_the_config():
    assert scales_of(BoxCoder()) == SCALES
    assert scales_of(BoxCoder(faster_rcnn_box_coder=FasterRcnnBoxCoder(x_scale=1.0))) == (10.0, 1.0, 5.0, 5.0)
