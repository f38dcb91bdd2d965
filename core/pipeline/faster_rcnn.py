"""Detectors in two stages, Faster R-CNN and R-FCN.

Source: object_detection/protos/faster_rcnn.proto
"""

from boxwright.core.pipeline.anchor_generator import AnchorGenerator
from boxwright.core.pipeline.box_predictor import BoxPredictor
from boxwright.core.pipeline.hyperparams import Hyperparams
from boxwright.core.pipeline.image_resizer import ImageResizer
from boxwright.core.pipeline.losses import ClassificationLoss, HardExampleMiner
from boxwright.core.pipeline.message import Int32, Message, Opaque, unsupported, without_effect
from boxwright.core.pipeline.post_processing import PostProcessing


class FasterRcnnFeatureExtractor(Message):
    """The base network by `type`, and the stride of the features it gives to the first stage."""

    type: str = ""
    first_stage_features_stride: Int32 = 16
    batch_norm_trainable: bool = False
    conv_hyperparams: Hyperparams = unsupported(Hyperparams())
    override_base_feature_extractor_hyperparams: bool = unsupported(False)
    pad_to_multiple: Int32 = unsupported(32)
    fpn: Opaque | None = unsupported(None)


class FasterRcnn(Message):
    """A detector in two stages; with an rfcn_box_predictor it is an R-FCN, which ignores the crops.

    Faster R-CNN, https://arxiv.org/abs/1506.01497
    """

    number_of_stages: Int32 = unsupported(2)
    first_stage_only: bool = unsupported(False)  # how older files say number_of_stages: 1
    num_classes: Int32 = 0
    image_resizer: ImageResizer = ImageResizer()
    feature_extractor: FasterRcnnFeatureExtractor = FasterRcnnFeatureExtractor()
    first_stage_anchor_generator: AnchorGenerator = AnchorGenerator()
    first_stage_atrous_rate: Int32 = 1
    first_stage_box_predictor_conv_hyperparams: Hyperparams = Hyperparams()
    first_stage_box_predictor_kernel_size: Int32 = 3
    first_stage_box_predictor_depth: Int32 = 512
    first_stage_minibatch_size: Int32 = 256
    first_stage_positive_balance_fraction: float = 0.5
    first_stage_nms_score_threshold: float = 0.0
    first_stage_nms_iou_threshold: float = 0.7
    first_stage_max_proposals: Int32 = 300
    first_stage_localization_loss_weight: float = 1.0
    first_stage_objectness_loss_weight: float = 1.0
    initial_crop_size: Int32 = 0
    maxpool_kernel_size: Int32 = 0
    maxpool_stride: Int32 = 0
    second_stage_box_predictor: BoxPredictor = BoxPredictor()
    second_stage_batch_size: Int32 = 64
    second_stage_balance_fraction: float = 0.25
    second_stage_post_processing: PostProcessing = PostProcessing()
    second_stage_localization_loss_weight: float = 1.0
    second_stage_classification_loss_weight: float = 1.0
    second_stage_mask_prediction_loss_weight: float = without_effect(1.0)  # masks are not predicted
    hard_example_miner: HardExampleMiner | None = None
    second_stage_classification_loss: ClassificationLoss = ClassificationLoss()
    inplace_batchnorm_update: bool = False
    use_matmul_crop_and_resize: bool = without_effect(False)
    clip_anchors_to_image: bool = unsupported(False)
    use_matmul_gather_in_matcher: bool = without_effect(False)
    use_static_balanced_label_sampler: bool = without_effect(False)
    use_static_shapes: bool = without_effect(False)
    resize_masks: bool = without_effect(True)
    use_static_shapes_for_eval: bool = without_effect(False)
    use_partitioned_nms_in_first_stage: bool = without_effect(True)
    return_raw_detections_during_predict: bool = unsupported(False)
    use_combined_nms_in_first_stage: bool = unsupported(False)
    context_config: Opaque | None = unsupported(None)
    output_final_box_features: bool = unsupported(False)
    output_final_box_rpn_features: bool = unsupported(False)
