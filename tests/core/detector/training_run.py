"""A small training run, also as a program of its own: what a test does to a process."""

import io
import json
import os
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from boxwright.core.detector.best import METRIC
from boxwright.core.detector.ssd import Ssd
from boxwright.core.detector.train import Options, Trained, train
from boxwright.core.detector.train_evaluations import Measured
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.text import parse_config

CONFIG = """
model {{ ssd {{
  num_classes: 1
  image_resizer {{ fixed_shape_resizer {{ height: 64 width: 64 }} }}
  box_coder {{ faster_rcnn_box_coder {{}} }}
  matcher {{ argmax_matcher {{ force_match_for_each_row: true }} }}
  anchor_generator {{ ssd_anchor_generator {{ aspect_ratios: [1.0, 2.0, 0.5] }} }}
  box_predictor {{ convolutional_box_predictor {{ use_dropout: {dropout} kernel_size: 1 {hyperparams} }} }}
  feature_extractor {{ type: 'ssd_mobilenet_v1' depth_multiplier: 0.25 min_depth: 8 {hyperparams} }}
  freeze_batchnorm: {frozen}
  loss {{
    classification_loss {{ weighted_sigmoid {{}} }}
    localization_loss {{ weighted_smooth_l1 {{}} }}
    hard_example_miner {{ num_hard_examples: 300 iou_threshold: 0.99 max_negatives_per_positive: 3 }}
  }}
}} }}
train_config {{
  batch_size: 4
  num_steps: {steps}
  data_augmentation_options {{ random_horizontal_flip {{}} }}
  optimizer {{ rms_prop_optimizer {{
    learning_rate {{ exponential_decay_learning_rate {{
      initial_learning_rate: {rate} decay_steps: 3 decay_factor: 0.9
    }} }}
  }} }}
}}
train_input_reader {{ tf_record_input_reader {{ input_path: "{records}" }} }}
"""
HYPERPARAMS = """
conv_hyperparams {
  activation: RELU_6
  regularizer { l2_regularizer { weight: 0.00004 } }
  initializer { truncated_normal_initializer { stddev: 0.03 } }
  batch_norm { decay: 0.97 scale: true epsilon: 0.001 }
}
"""
SIDE = 80  # pixels


def write_records(path: Path, count: int = 10) -> Path:
    """A TFRecord file of images with one bright square each, where its object is."""
    with tf.io.TFRecordWriter(str(path)) as writer:
        for number in range(count):
            writer.write(_example(number).SerializeToString())
    return path


def config(records: Path, **changes: object) -> PipelineConfig:
    """The config of a small run: steps, rate, frozen, dropout."""
    settings = {"steps": 6, "rate": 0.01, "frozen": "false", "dropout": "true", **changes}
    return parse_config(CONFIG.format(records=records, hyperparams=HYPERPARAMS, **settings), "test")


def _example(number: int) -> tf.train.Example:
    rng = np.random.default_rng(number)
    image = rng.integers(0, 100, (SIDE, SIDE, 3), np.uint8)
    y, x, size = (int(value) for value in rng.integers([0, 0, 20], [40, 40, 40]))
    image[y : y + size, x : x + size] = 255
    encoded = io.BytesIO()
    Image.fromarray(image).save(encoded, "PNG")
    floats = {"ymin": y, "xmin": x, "ymax": y + size, "xmax": x + size}
    features = {
        "image/encoded": _bytes(encoded.getvalue()),
        "image/format": _bytes(b"png"),
        "image/source_id": _bytes(f"square{number}.png".encode()),
        "image/height": _integer(SIDE),
        "image/width": _integer(SIDE),
        "image/object/class/label": _integer(1),
        "image/object/class/text": _bytes(b"square"),
    }
    for name, value in floats.items():
        features[f"image/object/bbox/{name}"] = tf.train.Feature(
            float_list=tf.train.FloatList(value=[value / SIDE])
        )
    return tf.train.Example(features=tf.train.Features(feature=features))


def _bytes(value: bytes) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def _integer(value: int) -> tf.train.Feature:
    return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))


def fraction_of_weights(model: Ssd, step: int) -> Measured:
    """An evaluation that is cheap and goes up and down; another last bit of a weight gives another value."""
    total = sum(np.abs(variable.numpy()).sum(dtype=np.float64) for variable in model.store.vars.values())
    return Measured(numbers={METRIC: float(total * 1e4 % 1)})


def run(records: Path, run_dir: Path, options: dict[str, object], changes: dict[str, object]) -> Trained:
    """Train as a test asks."""
    evaluate = fraction_of_weights if options.get("evaluate_every") else None
    return train(config(records, **changes), run_dir, Options(**options), on_evaluate=evaluate)


if __name__ == "__main__":
    # training_run.py RECORDS RUN_DIR '{"checkpoint_every": 1}' '{"steps": 6}'; LOGICAL_CPUS: how many devices
    cpus = tf.config.list_physical_devices("CPU")[0]
    one = tf.config.LogicalDeviceConfiguration()
    count = int(os.environ.get("LOGICAL_CPUS", "1"))
    tf.config.set_logical_device_configuration(cpus, [one] * count)
    run(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]), json.loads(sys.argv[4]))
