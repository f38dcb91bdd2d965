"""TFRecord files of small images, written by TensorFlow itself."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

Box = tuple[float, float, float, float]  # y_min, x_min, y_max, x_max
EDGES = ("ymin", "xmin", "ymax", "xmax")
KINDS = {bytes: ("bytes_list", tf.train.BytesList), int: ("int64_list", tf.train.Int64List)}


@pytest.fixture(scope="session")
def png() -> Callable[..., bytes]:
    """A function that gives a small PNG; `seed` makes it another one."""

    def make(seed: int = 0, *, size: tuple[int, int] = (12, 16), channels: int = 3) -> bytes:
        pixels = np.random.default_rng(seed).integers(0, 256, (*size, channels), np.uint8)
        data: bytes = tf.io.encode_png(pixels).numpy()
        return data

    return make


@pytest.fixture(scope="session")
def example(png: Callable[..., bytes]) -> Callable[..., bytes]:
    """A function that gives a serialised Example: boxes with texts, other features by their short names."""

    def make(
        boxes: Sequence[Box] = (), texts: Sequence[str] = (), *, seed: int = 0, **features: Sequence[Any]
    ) -> bytes:
        stated: dict[str, Sequence[Any]] = {
            "image/encoded": [png(seed)],
            "image/source_id": [f"image {seed}".encode()],
            "image/object/class/text": [text.encode() for text in texts],
            **{f"image/object/bbox/{edge}": [box[i] for box in boxes] for i, edge in enumerate(EDGES)},
            **{KEYS[name]: values for name, values in features.items()},
        }
        message = tf.train.Example()
        for key, values in stated.items():
            if len(values):
                kind, wrap = KINDS.get(type(values[0]), ("float_list", tf.train.FloatList))
                message.features.feature[key].CopyFrom(tf.train.Feature(**{kind: wrap(value=values)}))
        data: bytes = message.SerializeToString()
        return data

    return make


KEYS = {
    "encoded": "image/encoded",
    "source_id": "image/source_id",
    "filename": "image/filename",
    "labels": "image/object/class/label",
    "weights": "image/object/weight",
    "difficult": "image/object/difficult",
    "crowd": "image/object/is_crowd",
    "group_of": "image/object/group_of",
    "area": "image/object/area",
    "y_max": "image/object/bbox/ymax",
}


@pytest.fixture(scope="session")
def write() -> Callable[..., Path]:
    """A function that writes serialised Examples into a file."""

    def to(path: Path, records: Sequence[bytes]) -> Path:
        with tf.io.TFRecordWriter(str(path)) as writer:
            for record in records:
                writer.write(record)
        return path

    return to


@pytest.fixture(scope="session")
def ten(tmp_path_factory: pytest.TempPathFactory, example: Any, write: Any) -> str:
    """A pattern of two files with ten records; record k has k % 3 boxes, all of class `hand`."""
    folder = tmp_path_factory.mktemp("ten")
    records = [
        example([(0.1 * n, 0.2, 0.1 * n + 0.3, 0.7) for n in range(k % 3)], ["hand"] * (k % 3), seed=k)
        for k in range(10)
    ]
    write(folder / "hands-00000-of-00002.tfrecord", records[:4])
    write(folder / "hands-00001-of-00002.tfrecord", records[4:])
    return str(folder / "hands-*.tfrecord")
