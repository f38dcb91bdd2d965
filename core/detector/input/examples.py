"""A serialised tf.train.Example with the OD API's keys, as an image and its objects.

What is read is what the OD API's decoder gives: three channels whatever the file has, no EXIF rotation
(boxes belong to the stored grid), weights of 1 where none are stored.
"""

from dataclasses import dataclass

import tensorflow as tf

from boxwright.core.detector.augment.sample import Objects, Sample, image_size, kept
from boxwright.core.detector.input.class_names import ClassNames, classes_of
from boxwright.core.detector.nested import Nested

EDGES = ("ymin", "xmin", "ymax", "xmax")
# Any number of values, none where the key is absent.
_MANY = {
    **{f"image/object/bbox/{edge}": tf.float32 for edge in EDGES},
    "image/object/class/text": tf.string,
    "image/object/class/label": tf.int64,
    "image/object/weight": tf.float32,
    "image/object/difficult": tf.int64,
    "image/object/is_crowd": tf.int64,
    "image/object/group_of": tf.int64,
    "image/object/area": tf.float32,
}
_ONE = ("image/encoded", "image/source_id", "image/filename")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example(Nested):
    """One record.

    image      (H, W, 3) uint8 RGB, as it is stored
    objects    those of a known class
    size       (2,) int32: height and width of the stored image
    source_id  () string: the image's name in the data set; the file name where it has none
    """

    image: tf.Tensor
    objects: Objects
    size: tf.Tensor
    source_id: tf.Tensor


def decoded(serialized: tf.Tensor, names: ClassNames) -> Example:
    """The record in a serialised Example, () string; TensorFlow's error for an image that is none."""
    features = tf.io.parse_single_example(serialized, _features())
    image = decoded_image(features["image/encoded"])
    size = image_size(image)
    objects = _objects(features, size, names)
    stated = features["image/source_id"]
    return Example(
        image=image,
        objects=kept(objects, objects.classes >= 0),
        size=size,
        source_id=tf.where(tf.strings.length(stated) > 0, stated, features["image/filename"]),
    )


def decoded_image(encoded: tf.Tensor) -> tf.Tensor:
    """The pixels of a JPEG, PNG, GIF (its first frame) or BMP file: (H, W, 3) uint8 RGB."""
    image = tf.io.decode_image(encoded, channels=3, expand_animations=False)
    return tf.ensure_shape(image, [None, None, 3])


def sample_of(example: Example) -> Sample:
    """The example as augmentation takes it."""
    return Sample(image=example.image, objects=example.objects)


def _features() -> dict[str, object]:
    many = {key: tf.io.FixedLenSequenceFeature([], kind, allow_missing=True) for key, kind in _MANY.items()}
    return many | {key: tf.io.FixedLenFeature([], tf.string, default_value="") for key in _ONE}


def _objects(features: dict[str, tf.Tensor], size: tf.Tensor, names: ClassNames) -> Objects:
    boxes = tf.stack([features[f"image/object/bbox/{edge}"] for edge in EDGES], axis=1)
    texts, labels = features["image/object/class/text"], features["image/object/class/label"]
    sides = (boxes[:, 2:] - boxes[:, :2]) * tf.cast(size, tf.float32)
    unstated = {
        "weight": tf.ones_like(boxes[:, 0]),
        "area": tf.reduce_prod(sides, axis=1),
        **dict.fromkeys(("difficult", "is_crowd", "group_of"), tf.zeros_like(boxes[:, 0], tf.int64)),
    }
    stored = {name: _or(features[f"image/object/{name}"], default) for name, default in unstated.items()}
    return Objects(
        boxes=boxes,
        classes=classes_of(texts, labels, names),
        weights=stored["weight"],
        difficult=stored["difficult"] != 0,
        crowd=stored["is_crowd"] != 0,
        group_of=stored["group_of"] != 0,
        area=stored["area"],
    )


def _or(values: tf.Tensor, default: tf.Tensor) -> tf.Tensor:
    """The values, or the default where there are none: (G,)."""
    return tf.concat([values, default[tf.size(values) :]], axis=0)
