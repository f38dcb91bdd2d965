import pytest
from google.protobuf import text_format

from boxwright.core.pipeline.anchor_generator import MultiscaleAnchorGenerator, SsdAnchorGenerator
from boxwright.core.pipeline.augmentation import RandomAdjustBrightness, RandomHorizontalFlip
from boxwright.core.pipeline.box_predictor import (
    ConvolutionalBoxPredictor,
    MaskRCNNBoxPredictor,
    RfcnBoxPredictor,
    WeightSharedConvolutionalBoxPredictor,
)
from boxwright.core.pipeline.config import PipelineConfig, settings_without_effect
from boxwright.core.pipeline.descriptors import message_class, values
from boxwright.core.pipeline.evaluation import EvalConfig
from boxwright.core.pipeline.faster_rcnn import FasterRcnn, FasterRcnnFeatureExtractor
from boxwright.core.pipeline.hyperparams import (
    BatchNorm,
    Hyperparams,
    L2Regularizer,
    VarianceScalingInitializer,
)
from boxwright.core.pipeline.image_resizer import FixedShapeResizer, KeepAspectRatioResizer
from boxwright.core.pipeline.input_reader import InputReader
from boxwright.core.pipeline.losses import HardExampleMiner, Loss, SigmoidFocalClassificationLoss
from boxwright.core.pipeline.matching import ArgMaxMatcher, FasterRcnnBoxCoder
from boxwright.core.pipeline.message import Message
from boxwright.core.pipeline.optimizer import (
    AdamOptimizer,
    ConstantLearningRate,
    CosineDecayLearningRate,
    ExponentialDecayLearningRate,
    LearningRateSchedule,
    ManualStepLearningRate,
    MomentumOptimizer,
    Optimizer,
    RMSPropOptimizer,
)
from boxwright.core.pipeline.post_processing import BatchNonMaxSuppression, PostProcessing
from boxwright.core.pipeline.random_crop import RandomCropImage, SSDRandomCropOperation
from boxwright.core.pipeline.ssd import Ssd, SsdFeatureExtractor
from boxwright.core.pipeline.text import parse_config
from boxwright.core.pipeline.training import TrainConfig

# What object_detection/protos/*.proto say, message by message.
DEFAULTS: dict[type[Message], str] = {
    RMSPropOptimizer: "momentum_optimizer_value: 0.9 decay: 0.9 epsilon: 1.0",
    MomentumOptimizer: "momentum_optimizer_value: 0.9",
    AdamOptimizer: "epsilon: 1e-08",
    Optimizer: "use_moving_average: true moving_average_decay: 0.9999",
    ConstantLearningRate: "learning_rate: 0.002",
    ExponentialDecayLearningRate: (
        "initial_learning_rate: 0.002 decay_steps: 4000000 decay_factor: 0.95 staircase: true "
        "burnin_learning_rate: 0.0 burnin_steps: 0 min_learning_rate: 0.0"
    ),
    ManualStepLearningRate: "initial_learning_rate: 0.002 warmup: false",
    LearningRateSchedule: "step: 0 learning_rate: 0.002",
    CosineDecayLearningRate: (
        "learning_rate_base: 0.002 total_steps: 4000000 warmup_learning_rate: 0.0002 "
        "warmup_steps: 10000 hold_base_rate_steps: 0"
    ),
    TrainConfig: (
        "batch_size: 32 gradient_clipping_by_norm: 0.0 fine_tune_checkpoint: '' "
        "fine_tune_checkpoint_type: '' from_detection_checkpoint: false "
        "load_all_detection_checkpoint_vars: false num_steps: 0 bias_grad_multiplier: 0.0 "
        "add_regularization_loss: true max_number_of_boxes: 100 unpad_groundtruth_tensors: true "
        "batch_queue_capacity: 150 num_batch_queue_threads: 8 prefetch_queue_capacity: 5 "
        "keep_checkpoint_every_n_hours: 1000 startup_delay_steps: 15.0 replicas_to_aggregate: 1"
    ),
    InputReader: (
        "label_map_path: '' shuffle: true shuffle_buffer_size: 2048 "
        "filenames_shuffle_buffer_size: 100 num_epochs: 0 sample_1_of_n_examples: 1 num_readers: 64 "
        "queue_capacity: 2000 min_after_dequeue: 1000 read_block_length: 32 max_number_of_boxes: 100 "
        "load_instance_masks: false mask_type: NUMERICAL_MASKS use_display_name: false"
    ),
    EvalConfig: (
        "batch_size: 1 num_visualizations: 10 num_examples: 5000 eval_interval_secs: 300 max_evals: 0 "
        "use_moving_averages: false min_score_threshold: 0.5 max_num_boxes_to_visualize: 20 "
        "visualize_groundtruth_boxes: false groundtruth_box_visualization_color: 'black' "
        "include_metrics_per_category: false"
    ),
    BatchNonMaxSuppression: (
        "score_threshold: 0.0 iou_threshold: 0.6 max_detections_per_class: 100 "
        "max_total_detections: 100 soft_nms_sigma: 0.0"
    ),
    PostProcessing: "score_converter: IDENTITY logit_scale: 1.0",
    SsdAnchorGenerator: (
        "num_layers: 6 min_scale: 0.2 max_scale: 0.95 interpolated_scale_aspect_ratio: 1.0 "
        "reduce_boxes_in_lowest_layer: true base_anchor_height: 1.0 base_anchor_width: 1.0"
    ),
    MultiscaleAnchorGenerator: "min_level: 3 max_level: 7 anchor_scale: 4.0 scales_per_octave: 2",
    FasterRcnnBoxCoder: "y_scale: 10.0 x_scale: 10.0 height_scale: 5.0 width_scale: 5.0",
    ArgMaxMatcher: (
        "matched_threshold: 0.5 unmatched_threshold: 0.5 ignore_thresholds: false "
        "negatives_lower_than_unmatched: true force_match_for_each_row: false"
    ),
    HardExampleMiner: (
        "num_hard_examples: 64 iou_threshold: 0.7 loss_type: BOTH max_negatives_per_positive: 0 "
        "min_negatives_per_image: 0"
    ),
    Loss: "classification_weight: 1.0 localization_weight: 1.0",
    SigmoidFocalClassificationLoss: "gamma: 2.0",
    BatchNorm: "decay: 0.999 center: true scale: false epsilon: 0.001 train: true",
    L2Regularizer: "weight: 1.0",
    VarianceScalingInitializer: "factor: 2.0 uniform: false mode: FAN_IN",
    Hyperparams: "op: CONV activation: RELU regularize_depthwise: false",
    FixedShapeResizer: "height: 300 width: 300 resize_method: BILINEAR",
    KeepAspectRatioResizer: "min_dimension: 600 max_dimension: 1024 pad_to_max_dimension: false",
    ConvolutionalBoxPredictor: (
        "min_depth: 0 max_depth: 0 num_layers_before_predictor: 0 use_dropout: true "
        "dropout_keep_probability: 0.8 kernel_size: 1 box_code_size: 4 apply_sigmoid_to_scores: false "
        "class_prediction_bias_init: 0.0 use_depthwise: false"
    ),
    WeightSharedConvolutionalBoxPredictor: (
        "depth: 0 num_layers_before_predictor: 0 kernel_size: 3 box_code_size: 4 "
        "class_prediction_bias_init: 0.0 use_dropout: false dropout_keep_probability: 0.8 "
        "share_prediction_tower: false use_depthwise: false"
    ),
    MaskRCNNBoxPredictor: (
        "use_dropout: false dropout_keep_probability: 0.5 box_code_size: 4 "
        "predict_instance_masks: false share_box_across_classes: false"
    ),
    RfcnBoxPredictor: (
        "num_spatial_bins_height: 3 num_spatial_bins_width: 3 depth: 1024 box_code_size: 4 "
        "crop_height: 12 crop_width: 12"
    ),
    SsdFeatureExtractor: (
        "type: '' depth_multiplier: 1.0 min_depth: 16 "
        "override_base_feature_extractor_hyperparams: false pad_to_multiple: 1 "
        "use_explicit_padding: false use_depthwise: false num_layers: 6"
    ),
    Ssd: (
        "num_classes: 0 encode_background_as_zeros: false negative_class_weight: 1.0 "
        "normalize_loss_by_num_matches: true normalize_loc_loss_by_codesize: false "
        "freeze_batchnorm: false inplace_batchnorm_update: false add_background_class: true"
    ),
    FasterRcnnFeatureExtractor: "first_stage_features_stride: 16 batch_norm_trainable: false",
    FasterRcnn: (
        "number_of_stages: 2 first_stage_atrous_rate: 1 first_stage_box_predictor_kernel_size: 3 "
        "first_stage_box_predictor_depth: 512 first_stage_minibatch_size: 256 "
        "first_stage_positive_balance_fraction: 0.5 first_stage_nms_score_threshold: 0.0 "
        "first_stage_nms_iou_threshold: 0.7 first_stage_max_proposals: 300 "
        "first_stage_localization_loss_weight: 1.0 first_stage_objectness_loss_weight: 1.0 "
        "second_stage_batch_size: 64 second_stage_balance_fraction: 0.25 "
        "second_stage_localization_loss_weight: 1.0 second_stage_classification_loss_weight: 1.0"
    ),
    RandomCropImage: (
        "min_object_covered: 1.0 min_aspect_ratio: 0.75 max_aspect_ratio: 1.33 min_area: 0.1 "
        "max_area: 1.0 overlap_thresh: 0.3 clip_boxes: true random_coef: 0.0"
    ),
    SSDRandomCropOperation: "min_object_covered: 0.0 clip_boxes: true",
    RandomHorizontalFlip: "probability: 0.5",
    RandomAdjustBrightness: "max_delta: 0.2",
}


@pytest.mark.parametrize("model", DEFAULTS, ids=lambda model: model.__name__)
def test_what_is_not_stated_is_as_in_the_od_api(model: type[Message]):
    parsed = text_format.Parse(DEFAULTS[model], message_class(model)())
    assert model.model_validate(values(parsed)) == model()


def test_what_only_counts_when_it_is_stated_is_not():
    assert Loss().hard_example_miner is None
    assert FasterRcnn().hard_example_miner is None
    assert Hyperparams().batch_norm is None
    assert SigmoidFocalClassificationLoss().alpha is None
    assert SsdAnchorGenerator().scales == SsdAnchorGenerator().aspect_ratios == ()


def test_a_message_that_is_not_stated_reads_as_its_defaults():
    config = parse_config("model { ssd { } }", "x.config")
    assert config.model.ssd is not None
    assert config.model.ssd.post_processing.batch_non_max_suppression.iou_threshold == 0.6


def test_settings_without_effect_are_listed_where_they_are_stated(ssd: str):
    assert settings_without_effect(parse_config(ssd, "ssd.config")) == [
        "train_config.batch_queue_capacity",
        "eval_config.max_evals",
        "eval_input_reader[0].num_readers",
    ]


def test_a_config_that_states_nothing_states_nothing_without_effect():
    assert settings_without_effect(PipelineConfig()) == []
