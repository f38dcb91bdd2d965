"""A batch of images: what training and evaluation take from the input pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import tensorflow as tf

from boxwright.core.detector.groundtruth import GroundTruth
from boxwright.core.detector.nested import Nested


@dataclass(frozen=True, slots=True, kw_only=True)
class Details(Nested):
    """What evaluation heeds of the objects beside their boxes and classes; padded as these are.

    difficult, crowd, group_of
           (B, G) bool
    area   (B, G) float32: pixels² in the stored image, before any augmentation
    """

    difficult: tf.Tensor
    crowd: tf.Tensor
    group_of: tf.Tensor
    area: tf.Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch(Nested):
    """B images and what is on them.

    images        (B, H, W, 3) float32, as the function made them that prepares them; zeros where padded
    true_sizes    (B, 2) int32: height and width of what is image and not padding
    groundtruth   the objects; G is at least 1, so that a batch without objects is nothing special
    details       more on the same objects
    stored_sizes  (B, 2) int32: height and width of the stored image
    source_ids    (B,) string: what the images are called
    rows          (B,) int64: which of the records they are, see `records.place_of`
    """

    images: tf.Tensor
    true_sizes: tf.Tensor
    groundtruth: GroundTruth
    details: Details
    stored_sizes: tf.Tensor
    source_ids: tf.Tensor
    rows: tf.Tensor


def batch_of(tensors: Mapping[str, tf.Tensor]) -> Batch:
    """The batch in the dict of a stream; tf.distribute shares out dicts, but no dataclasses."""
    return Batch(
        groundtruth=GroundTruth(**_part(tensors, GroundTruth)),
        details=Details(**_part(tensors, Details)),
        **_part(tensors, Batch),
    )


# Any: dataclasses have no common type.
def _part(tensors: Mapping[str, tf.Tensor], kind: Any) -> dict[str, tf.Tensor]:
    return {item.name: tensors[item.name] for item in fields(kind) if item.name in tensors}
