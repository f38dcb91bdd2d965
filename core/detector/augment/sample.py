"""One image with its objects, before batching: what augmentation takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TypeAlias

import tensorflow as tf

from boxwright.core.detector.nested import Nested

Seed: TypeAlias = tf.Tensor  # (2,) integers; the same seed gives the same change


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects(Nested):
    """The G objects of an image; G may be 0.

    boxes      (G, 4) float32: y_min, x_min, y_max, x_max in [0, 1]
    classes    (G,) int32: from 0, without background
    weights    (G,) float32: how much an object counts
    difficult, crowd, group_of
               (G,) bool
    area       (G,) float32: pixels² in the stored image; augmentation leaves it as it is
    """

    boxes: tf.Tensor
    classes: tf.Tensor
    weights: tf.Tensor
    difficult: tf.Tensor
    crowd: tf.Tensor
    group_of: tf.Tensor
    area: tf.Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Nested):
    """An image and its objects.

    image    (H, W, 3): RGB from 0 to 255; uint8 as it is stored, float32 where a step has computed with it
    objects  what is on it, in the image's own frame
    """

    image: tf.Tensor
    objects: Objects


Step = Callable[[Sample, Seed], Sample]


def kept(objects: Objects, keep: tf.Tensor) -> Objects:
    """The objects of which `keep`, (G,) bool, is true, in their order."""
    return Objects(
        **{item.name: tf.boolean_mask(getattr(objects, item.name), keep) for item in fields(objects)}
    )


def image_size(image: tf.Tensor) -> tf.Tensor:
    """(height, width) of an image as (2,) int32."""
    return tf.shape(image)[:2]
