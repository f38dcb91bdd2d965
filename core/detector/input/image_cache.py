"""All images of a small set in memory, decoded and resized, for runs that only flip and recolour them.

Decoding an image of 1280 × 720 takes about 4 ms, a copy of 300 × 300 from memory a tenth of a millisecond.
Pixels are rounded to whole numbers, and are resized before they are flipped, so losses differ a little
from those without a cache.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

import numpy as np
import tensorflow as tf

from boxwright.core.detector.augment.sample import Objects
from boxwright.core.detector.augment.steps import keep_size
from boxwright.core.detector.input.examples import Example
from boxwright.core.detector.input.source import Source, examples
from boxwright.core.detector.input.streams import Prepare
from boxwright.core.pipeline.augmentation import PreprocessingStep

CHANNELS = 3


def cache_fits(
    count: int, size: tuple[int, int], options: Sequence[PreprocessingStep], *, budget: int
) -> bool:
    """Whether `count` images may be kept: within a budget of bytes, and no option asks for stored pixels.

    size   (height, width) after resizing
    """
    return count > 0 and keep_size(options) and cache_bytes(count, size) <= budget


def cache_bytes(count: int, size: tuple[int, int]) -> int:
    """What the images take; while they are gathered, twice as much."""
    return count * size[0] * size[1] * CHANNELS


def cached(source: Source, resize: Prepare, size: tuple[int, int]) -> Source:
    """The same records, all of them read now, and given from memory from then on.

    resize   gives every image the same size, (height, width), and does nothing else
    """

    def resized(example: Example) -> Example:
        image, _ = resize(tf.cast(example.image, tf.float32))
        return replace(example, image=tf.cast(tf.round(image), tf.uint8))

    images = np.zeros((source.count, *size, CHANNELS), np.uint8)
    rest = []
    for row, example in enumerate(
        examples(replace(source, decode=lambda data: resized(source.decode(data))))
    ):
        images[row] = example.image.numpy()
        rest.append(replace(example, image=tf.zeros([0])))
    return _from_memory(tf.constant(images), rest)


def _from_memory(images: tf.Tensor, rest: Sequence[Example]) -> Source:
    bounds = tf.constant(np.cumsum([0, *(example.objects.boxes.shape[0] for example in rest)]))
    every = {
        item.name: _joined(getattr(example.objects, item.name) for example in rest)
        for item in fields(Objects)
    }
    sizes = tf.stack([example.size for example in rest])
    source_ids = tf.stack([example.source_id for example in rest])

    def decode(row: tf.Tensor) -> Example:
        start, end = bounds[row], bounds[row + 1]
        objects = Objects(**{name: values[start:end] for name, values in every.items()})
        return Example(image=images[row], objects=objects, size=sizes[row], source_id=source_ids[row])

    return Source(count=len(rest), read=lambda rows: rows, decode=decode)


def _joined(values: Iterable[tf.Tensor]) -> tf.Tensor:
    return tf.concat(list(values), axis=0)
