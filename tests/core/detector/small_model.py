"""A small SSD whose activations are of a trained one's size: with first values they would vanish."""

import numpy as np

from boxwright.core.detector.ssd import Ssd, ssd
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.text import parse_config

HYPERPARAMS = """
conv_hyperparams {
  activation: RELU_6
  regularizer { l2_regularizer { weight: 0.00004 } }
  initializer { truncated_normal_initializer { stddev: 0.03 } }
  batch_norm { decay: 0.9997 scale: true epsilon: 0.001 }
}
"""
CONFIG = f"""
model {{ ssd {{
  num_classes: 2
  image_resizer {{ fixed_shape_resizer {{ height: 96 width: 96 }} }}
  anchor_generator {{ ssd_anchor_generator {{ num_layers: 6 aspect_ratios: [1.0, 2.0, 0.5] }} }}
  box_coder {{ faster_rcnn_box_coder {{ y_scale: 10 x_scale: 10 height_scale: 5 width_scale: 5 }} }}
  box_predictor {{ convolutional_box_predictor {{ use_dropout: false kernel_size: 1 {HYPERPARAMS} }} }}
  feature_extractor {{ type: 'ssd_mobilenet_v2' depth_multiplier: 0.25 min_depth: 8 {HYPERPARAMS} }}
  post_processing {{
    batch_non_max_suppression {{
      score_threshold: 1e-8 iou_threshold: 0.6 max_detections_per_class: 100 max_total_detections: 100
    }}
    score_converter: SIGMOID
  }}
}} }}
"""


def small_config() -> PipelineConfig:
    return parse_config(CONFIG, "small.config")


def small_model(seed: int = 0) -> Ssd:
    """Weights as He et al. draw them (https://arxiv.org/abs/1502.01852), averages and biases near usual."""
    model, draw = ssd(small_config()), np.random.default_rng(seed)
    for name, variable in model.store.vars.items():
        shape = variable.shape.as_list()
        if len(shape) == 4:
            inputs = np.prod(shape[:2]) * (1 if "depthwise" in name else shape[2])
            variable.assign(draw.normal(0, np.sqrt(2 / inputs), shape))
        else:
            around = 1.0 if name.endswith(("gamma", "moving_variance")) else 0.0
            variable.assign(around + draw.uniform(-0.1, 0.1, shape))
    return model
