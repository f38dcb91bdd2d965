"""A complete config, and the published ones where they are at hand."""

from pathlib import Path

import pytest

SSD = """\
# SSD with MobileNet v1 on two classes.
model {
  ssd {
    num_classes: 2
    image_resizer { fixed_shape_resizer { height: 300 width: 300 } }
    feature_extractor {
      type: 'ssd_mobilenet_v1'
      min_depth: 16
      depth_multiplier: 1.0
      conv_hyperparams {
        activation: RELU_6,
        regularizer { l2_regularizer { weight: 0.00004 } }
        initializer { truncated_normal_initializer { stddev: 0.03 mean: 0.0 } }
        batch_norm { scale: true, decay: 0.9997, epsilon: 0.001, }
      }
    }
    box_coder { faster_rcnn_box_coder { y_scale: 10.0 x_scale: 10.0 height_scale: 5.0 width_scale: 5.0 } }
    matcher { argmax_matcher { matched_threshold: 0.5 force_match_for_each_row: true } }
    similarity_calculator { iou_similarity { } }
    anchor_generator {
      ssd_anchor_generator {
        num_layers: 6
        min_scale: 0.1  # below the default, for small objects
        max_scale: 0.9
        aspect_ratios: [1.0, 2.0, 0.5]
        aspect_ratios: 3.0
        aspect_ratios: 0.3333
      }
    }
    box_predictor {
      convolutional_box_predictor {
        use_dropout: false
        kernel_size: 1
        conv_hyperparams {
          activation: RELU_6
          regularizer { l2_regularizer { weight: 4e-5 } }
          initializer { truncated_normal_initializer { stddev: 0.03 } }
        }
      }
    }
    loss {
      classification_loss { weighted_sigmoid { } }
      localization_loss { weighted_smooth_l1 { } }
      hard_example_miner {
        num_hard_examples: 3000
        iou_threshold: 0.99
        loss_type: CLASSIFICATION
        max_negatives_per_positive: 3
      }
    }
    post_processing {
      batch_non_max_suppression { score_threshold: 1e-8 iou_threshold: 0.6 }
      score_converter: SIGMOID
    }
  }
}
train_config: {
  batch_size: 24
  optimizer {
    rms_prop_optimizer: {
      learning_rate: {
        exponential_decay_learning_rate { initial_learning_rate: 0.004 decay_steps: 1000 decay_factor: 0.8 }
      }
    }
  }
  fine_tune_checkpoint: "ssd_mobilenet_v1" "/model.ckpt"
  from_detection_checkpoint: true
  num_steps: 20000
  batch_queue_capacity: 20
  data_augmentation_options { random_horizontal_flip { } }
  data_augmentation_options { ssd_random_crop { operations { min_area: 0.1 max_area: 1.0 } } }
}
train_input_reader: {
  tf_record_input_reader { input_path: "data/pets_train.tfrecord" }
  label_map_path: "data/pets_label_map.pbtxt"
}
eval_config: { metrics_set: "coco_detection_metrics" max_evals: 10 }
eval_input_reader: {
  tf_record_input_reader { input_path: "data/pets_val.tfrecord" }
  label_map_path: "data/pets_label_map.pbtxt"
  shuffle: false
  num_readers: 1
}
"""


@pytest.fixture(scope="session")
def ssd() -> str:
    """A complete config of an SSD, as text."""
    return SSD


@pytest.fixture(scope="session")
def reference_configs(reference: Path) -> Path:
    """The folder of published configs."""
    return reference / "pipeline_configs"
