"""Resizing as TensorFlow 1 did it: a pixel's source is its place times the scale, not from centre to centre.

`tf.image.resize` of TensorFlow 2 takes pixel centres instead, and gives other values.
"""

from collections.abc import Callable

import tensorflow as tf

from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.image_resizer import ImageResizer, KeepAspectRatioResizer, ResizeMethod

# Neither corners nor centres are aligned, which is what the operations do unless told otherwise.
METHODS: dict[ResizeMethod, Callable[..., tf.Tensor]] = {
    "BILINEAR": tf.raw_ops.ResizeBilinear,
    "NEAREST_NEIGHBOR": tf.raw_ops.ResizeNearestNeighbor,
    "BICUBIC": tf.raw_ops.ResizeBicubic,
    "AREA": tf.raw_ops.ResizeArea,
}


def resize(
    images: tf.Tensor, resizer: ImageResizer, *, then: Callable[[tf.Tensor], tf.Tensor] = tf.identity
) -> tuple[tf.Tensor, tf.Tensor]:
    """The images in the size that a config asks for, and (height, width) of what is image and not padding.

    images    (B, H, W, C) or (H, W, C), uint8 or float32; all of a batch have one size
    then      is done to the resized pixels before they are padded
    returns   the same rank, float32; and (2,) int32
    """
    if images.shape.rank == 3:
        resized, size = resize(images[tf.newaxis], resizer, then=then)
        return resized[0], size
    if (fixed := resizer.fixed_shape_resizer) is not None:
        size = tf.constant([fixed.height, fixed.width])
        return then(_resized(images, size, fixed.resize_method)), size
    if (keeping := resizer.keep_aspect_ratio_resizer) is not None:
        size = _size_within(tf.shape(images)[1:3], keeping)
        resized = then(_resized(images, size, keeping.resize_method))
        return (_padded(resized, size, keeping) if keeping.pad_to_max_dimension else resized), size
    raise _no_resizer()


def resized_size(size: tuple[int, int], resizer: ImageResizer) -> tuple[int, int]:
    """Height and width of what is image and not padding, after an image of this size was resized."""
    if (fixed := resizer.fixed_shape_resizer) is not None:
        return fixed.height, fixed.width
    if (keeping := resizer.keep_aspect_ratio_resizer) is not None:
        height, width = _size_within(tf.constant(size), keeping).numpy().tolist()
        return height, width
    raise _no_resizer()


def constant_size(resizer: ImageResizer) -> tuple[int, int] | None:
    """Height and width of what `resize` returns where they are the same for all images, else None."""
    if (fixed := resizer.fixed_shape_resizer) is not None:
        return fixed.height, fixed.width
    keeping = resizer.keep_aspect_ratio_resizer
    if keeping is not None and keeping.pad_to_max_dimension:
        return keeping.max_dimension, keeping.max_dimension
    return None


def _no_resizer() -> ConfigError:
    hint = "fixed_shape_resizer { height: 300 width: 300 }"
    return ConfigError("image_resizer", "states no resizer", hint)


def _resized(images: tf.Tensor, size: tf.Tensor, method: ResizeMethod) -> tf.Tensor:
    return tf.cast(METHODS[method](images=images, size=size), tf.float32)


def _size_within(size: tf.Tensor, settings: KeepAspectRatioResizer) -> tf.Tensor:
    """The largest size in proportion whose sides are within min_dimension and max_dimension.

    size, and what is returned: (2,) int32, height and width
    """
    low, high = settings.min_dimension, settings.max_dimension
    wide = size[1] > size[0]
    bounds = tf.where(wide, [low, high], [high, low])
    given = tf.cast(size, tf.float32)  # float32 and rounded half to even, as the original
    scale = tf.reduce_min(tf.cast(bounds, tf.float32) / given)
    return tf.cast(tf.round(given * scale), tf.int32)


def _padded(images: tf.Tensor, size: tf.Tensor, settings: KeepAspectRatioResizer) -> tf.Tensor:
    """Squares of max_dimension, padded below and to the right; without a colour, with 0."""
    side = settings.max_dimension
    colours = settings.per_channel_pad_value or [0.0] * images.shape[-1]
    padding = [[0, 0], [0, side - size[0]], [0, side - size[1]]]
    channels = zip(tf.unstack(images, axis=-1), colours, strict=True)
    padded = tf.stack([tf.pad(channel, padding, constant_values=c) for channel, c in channels], axis=-1)
    return tf.ensure_shape(padded, [None, side, side, None])
