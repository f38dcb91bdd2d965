"""What is done to an image before the network sees it."""

import tensorflow as tf

from boxwright.core.detector.resizer import resize
from boxwright.core.pipeline.image_resizer import ImageResizer


def preprocess(images: tf.Tensor, resizer: ImageResizer) -> tuple[tf.Tensor, tf.Tensor]:
    """Images for an SSD: resized, normalised, then padded.

    images    (B, H, W, 3) or (H, W, 3), uint8 or float32, 0 to 255, RGB; NumPy's will do
    returns   the same rank, float32 in [-1, 1]; and (height, width) without padding, (2,) int32

    The original normalises first. Pixels are resized by weights whose sum is 1, so that only the last digits
    differ, and a frame of 1280 x 720 has ten times the pixels of what the network takes.
    """
    return resize(tf.convert_to_tensor(images), resizer, then=normalize)


def normalize(images: tf.Tensor) -> tf.Tensor:
    """Pixel values from 0 to 255 as float32 in [-1, 1], the range of MobileNet and Inception."""
    return (2.0 / 255.0) * tf.cast(images, tf.float32) - 1.0
