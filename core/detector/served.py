"""What an exported detector takes and gives: the names, kinds and numbering of the OD API's exporter."""

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from boxwright.core.detector.postprocess import Detections
from boxwright.core.detector.ssd import Ssd
from boxwright.core.tfrecord.label_map import FIRST_ID

IMAGE_TENSOR = "image_tensor"  # in a frozen graph
TF1_KEY, TF2_KEY = "inputs", "input_tensor"  # in a SavedModel
TF1_SIGNATURE, TF2_SIGNATURE = "inputs", "serving_default"

# In the exporter's order; all are float32, the classes and the number too.
OUTPUTS = {
    "detection_boxes": "(B, D, 4): y_min, x_min, y_max, x_max in [0, 1] of the image",
    "detection_scores": "(B, D): falling; 0 from num_detections on",
    "detection_multiclass_scores": "(B, D, C + 1): of all classes, background first",
    "detection_classes": "(B, D): ids of the label map, from 1; 1 where there is no detection, too",
    "num_detections": "(B,)",
    "raw_detection_boxes": "(B, A, 4): of every anchor, not clipped, in [0, 1] of the network's image",
    "raw_detection_scores": "(B, A, C + 1): of every anchor, background first",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The traced functions of an exported detector: uint8 RGB images in, `OUTPUTS` out.

    one     takes `input_tensor` (1, H, W, 3)
    many    takes `inputs` (B, H, W, 3)
    frozen  takes `image_tensor` (B, H, W, 3)
    """

    one: Any
    many: Any
    frozen: Any


def served(model: Ssd) -> Served:
    """The functions by which a detector is exported; they read its variables when they are called."""
    return Served(
        one=_traced(model, TF2_KEY, 1), many=_traced(model, TF1_KEY), frozen=_traced(model, IMAGE_TENSOR)
    )


def outputs(found: Detections) -> dict[str, tf.Tensor]:
    """Detections under the exporter's names, each the output of an operation that is called so."""
    values = {
        "detection_boxes": found.boxes,
        "detection_scores": found.scores,
        "detection_multiclass_scores": found.multiclass_scores,
        "detection_classes": found.classes + FIRST_ID,
        "num_detections": tf.cast(found.count, tf.float32),
        "raw_detection_boxes": found.raw_boxes,
        "raw_detection_scores": found.raw_scores,
    }
    return {name: tf.identity(values[name], name=name) for name in OUTPUTS}


def _traced(model: Ssd, key: str, batch: int | None = None) -> Any:
    def detect(images: tf.Tensor) -> dict[str, tf.Tensor]:
        return outputs(model.detect(images))

    images = tf.TensorSpec([batch, None, None, 3], tf.uint8, name=key)
    return tf.function(detect, autograph=False).get_concrete_function(images)
