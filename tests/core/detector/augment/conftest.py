"""Images and objects to vary."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.augment.sample import Objects, Sample

Make = Callable[..., Sample]


@pytest.fixture(scope="session")
def make() -> Make:
    """A function that gives a sample: boxes, and an image of a size whose pixels are all different."""
    return sample


def sample(boxes: Sequence[Sequence[float]], *, size: tuple[int, int] = (120, 160)) -> Sample:
    count = len(boxes)
    values = np.random.default_rng(0).permutation(size[0] * size[1] * 3) * (255.0 / (size[0] * size[1] * 3))
    return Sample(
        image=tf.constant(values.reshape(*size, 3), tf.float32),
        objects=Objects(
            boxes=tf.reshape(tf.constant(boxes, tf.float32), [count, 4]),
            classes=tf.range(count),
            weights=tf.cast(tf.range(count), tf.float32) / 8.0,
            difficult=tf.range(count) % 2 == 0,
            crowd=tf.range(count) % 3 == 0,
            group_of=tf.range(count) % 4 == 0,
            area=tf.cast(tf.range(count), tf.float32),
        ),
    )


@pytest.fixture(scope="session")
def measured_crops(measured: Path) -> dict[str, np.ndarray]:
    """Crops, flips and draws of the original: see the README beside the file."""
    with np.load(measured / "augmentation.npz") as arrays:
        return dict(arrays)
