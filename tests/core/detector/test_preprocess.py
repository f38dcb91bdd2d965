import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.preprocess import normalize, preprocess
from boxwright.core.detector.resizer import resize
from boxwright.core.pipeline.image_resizer import (
    FixedShapeResizer,
    ImageResizer,
    KeepAspectRatioResizer,
    ResizeMethod,
)


def test_black_is_minus_one_and_white_is_one():
    pixels = tf.constant([[[0, 255, 51]]], tf.uint8)
    np.testing.assert_allclose(normalize(pixels), [[[-1.0, 1.0, -0.6]]], atol=1e-6)


def test_bytes_and_floats_are_the_same_image():
    pixels = np.arange(5 * 4 * 3).reshape(5, 4, 3)
    resizer = ImageResizer(fixed_shape_resizer=FixedShapeResizer(height=3, width=7))
    first, second = (preprocess(tf.constant(pixels, kind), resizer)[0] for kind in (tf.uint8, tf.float32))
    np.testing.assert_array_equal(first, second)


def test_an_array_is_an_image_too():
    pixels = np.arange(2 * 5 * 4 * 3, dtype=np.uint8).reshape(2, 5, 4, 3)
    resizer = ImageResizer(fixed_shape_resizer=FixedShapeResizer(height=3, width=7))
    first, second = (preprocess(images, resizer)[0] for images in (pixels, tf.constant(pixels)))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("method", ["BILINEAR", "NEAREST_NEIGHBOR", "BICUBIC", "AREA"])
def test_pixels_are_those_of_normalizing_before_resizing(method: ResizeMethod):
    """The original's order; ours takes less time, and differs in the last digits alone."""
    image = np.random.default_rng(0).integers(0, 256, (31, 47, 3), np.uint8)
    chosen = FixedShapeResizer(height=20, width=60, resize_method=method)
    resizer = ImageResizer(fixed_shape_resizer=chosen)
    expected, _ = resize(normalize(tf.constant(image)), resizer)
    np.testing.assert_allclose(preprocess(tf.constant(image), resizer)[0], expected, rtol=0, atol=1e-5)


def test_padding_comes_after_normalization_and_is_grey():
    keeping = KeepAspectRatioResizer(min_dimension=2, max_dimension=4, pad_to_max_dimension=True)
    white = tf.fill([2, 4, 3], tf.constant(255, tf.uint8))
    padded, size = preprocess(white, ImageResizer(keep_aspect_ratio_resizer=keeping))
    assert tuple(size.numpy()) == (2, 4)
    np.testing.assert_allclose(padded, np.repeat([1.0, 0.0], [24, 24]).reshape(4, 4, 3), atol=1e-6)
