"""How well a detector's anchors lie on the objects of a data set: what no anchor meets is learnt badly.

Training makes an anchor answer for an object that it overlaps enough. An object that no anchor overlaps so
much has its best one alone, if the matcher forces it; a detector of many such objects stays poor however long
it trains. Measured on images as they are, before augmentation.
"""

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from boxwright.core.detector.anchors import Anchors
from boxwright.core.detector.overlap import overlap

Boxes = NDArray[np.float32]

MOST_BOXES = 20_000  # that are looked at, evenly spread: 2 s of one core for 2,000 anchors
AT_ONCE = 512  # boxes: 4 MB for 2,000 anchors


def best_overlaps(boxes: Boxes, anchors: Anchors) -> NDArray[np.float32]:
    """The overlap of each object with its best anchor.

    boxes, anchors   (B, 4), (A, 4) float32: y_min, x_min, y_max, x_max in shares of the network's image
    returns          (B,) float32, IoU from 0 to 1
    """
    parts = [_best(boxes[start : start + AT_ONCE], anchors) for start in range(0, len(boxes), AT_ONCE)]
    return np.concatenate([np.zeros(0, np.float32), *parts])


def evenly(count: int, most: int = MOST_BOXES) -> NDArray[np.int64]:
    """At most so many rows of `count`, evenly spread."""
    return np.arange(count)[:: max(-(-count // most), 1)]


def _best(boxes: Boxes, anchors: Anchors) -> NDArray[np.float32]:
    found: NDArray[np.float32] = tf.reduce_max(overlap(boxes[:, np.newaxis], anchors), axis=1).numpy()
    return found
