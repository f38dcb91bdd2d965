"""What TensorBoard would show of event files."""

from pathlib import Path

import numpy as np
import tensorflow as tf


def shown_numbers(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """(step, value) by tag, in order."""
    found: dict[str, list[tuple[int, float]]] = {}
    for step, value in _values(folder):
        if value.WhichOneof("value") == "simple_value":
            found.setdefault(value.tag, []).append((step, value.simple_value))
    return found


def shown_pictures(folder: Path) -> dict[str, list[tuple[int, np.ndarray]]]:
    """(step, image) by tag, in order."""
    found: dict[str, list[tuple[int, np.ndarray]]] = {}
    for step, value in _values(folder):
        if value.WhichOneof("value") == "image":
            image = tf.io.decode_image(value.image.encoded_image_string).numpy()
            assert image.shape == (value.image.height, value.image.width, 3)
            found.setdefault(value.tag, []).append((step, image))
    return found


def _values(folder: Path) -> list[tuple[int, object]]:
    """The values that stay: a start at a step takes back what files before it say of that step and later."""
    kept: list[tuple[int, object]] = []
    for path in sorted(folder.glob("events.out.tfevents.*")):
        for record in tf.data.TFRecordDataset(str(path)).ignore_errors():  # a kill cuts the last one
            event = tf.compat.v1.Event.FromString(record.numpy())
            if event.session_log.status == tf.compat.v1.SessionLog.START:
                kept = [(step, value) for step, value in kept if step < event.step]
            kept += [(event.step, value) for value in event.summary.value]
    return kept
