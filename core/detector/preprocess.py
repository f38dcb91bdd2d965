"""What is done to an image before the network sees it."""

import tensorflow as tf

from boxwright.core.detector.resizer import resize
from boxwright.core.pipeline.image_resizer import ImageResizer


def preprocess(images: tf.Tensor, resizer: ImageResizer) -> tuple[tf.Tensor, tf.Tensor]:
    """Images for an SSD: normalised, then resized, in the original's order.

    images    (B, H, W, 3) or (H, W, 3), uint8 or float, 0 to 255, RGB
    returns   the same rank, float32 in [-1, 1]; and (height, width) without padding, (2,) int32
    """
    return resize(normalize(images), resizer)


def normalize(images: tf.Tensor) -> tf.Tensor:
    """Pixel values from 0 to 255 as float32 in [-1, 1], the range of MobileNet and Inception."""
    return (2.0 / 255.0) * tf.cast(images, tf.float32) - 1.0
