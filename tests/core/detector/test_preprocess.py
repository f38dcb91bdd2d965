import numpy as np
import tensorflow as tf

from boxwright.core.detector.preprocess import normalize, preprocess
from boxwright.core.pipeline.image_resizer import (
    FixedShapeResizer,
    ImageResizer,
    KeepAspectRatioResizer,
)


def test_black_is_minus_one_and_white_is_one():
    pixels = tf.constant([[[0, 255, 51]]], tf.uint8)
    np.testing.assert_allclose(normalize(pixels), [[[-1.0, 1.0, -0.6]]], atol=1e-6)


def test_bytes_and_floats_are_the_same_image():
    pixels = np.arange(5 * 4 * 3).reshape(5, 4, 3)
    resizer = ImageResizer(fixed_shape_resizer=FixedShapeResizer(height=3, width=7))
    first, second = (preprocess(tf.constant(pixels, kind), resizer)[0] for kind in (tf.uint8, tf.float32))
    np.testing.assert_array_equal(first, second)


def test_padding_comes_after_normalization_and_is_grey():
    keeping = KeepAspectRatioResizer(min_dimension=2, max_dimension=4, pad_to_max_dimension=True)
    white = tf.fill([2, 4, 3], tf.constant(255, tf.uint8))
    padded, size = preprocess(white, ImageResizer(keep_aspect_ratio_resizer=keeping))
    assert tuple(size.numpy()) == (2, 4)
    np.testing.assert_allclose(padded, np.repeat([1.0, 0.0], [24, 24]).reshape(4, 4, 3), atol=1e-6)
