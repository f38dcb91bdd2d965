"""The layers that predict boxes and classes from feature maps.

Source: object_detection/protos/box_predictor.proto
"""

from typing import Literal

from boxwright.core.pipeline.hyperparams import Hyperparams
from boxwright.core.pipeline.message import Int32, Message, Opaque, choice, unsupported, without_effect

PredictorScoreConverter = Literal["IDENTITY", "SIGMOID"]


class ConvolutionalBoxPredictor(Message):
    """One convolution for boxes and one for classes on every feature map (SSD)."""

    conv_hyperparams: Hyperparams = Hyperparams()
    min_depth: Int32 = 0
    max_depth: Int32 = 0
    num_layers_before_predictor: Int32 = 0
    use_dropout: bool = True
    dropout_keep_probability: float = 0.8
    kernel_size: Int32 = 1
    box_code_size: Int32 = 4
    apply_sigmoid_to_scores: bool = False
    class_prediction_bias_init: float = 0.0
    use_depthwise: bool = False
    mask_head: Opaque | None = unsupported(None)
    box_encodings_clip_range: Opaque | None = unsupported(None)


class WeightSharedConvolutionalBoxPredictor(Message):
    """The same convolutions on every level of a feature pyramid (RetinaNet)."""

    conv_hyperparams: Hyperparams = Hyperparams()
    num_layers_before_predictor: Int32 = 0
    depth: Int32 = 0
    kernel_size: Int32 = 3
    box_code_size: Int32 = 4
    class_prediction_bias_init: float = 0.0
    use_dropout: bool = False
    dropout_keep_probability: float = 0.8
    share_prediction_tower: bool = unsupported(False)
    use_depthwise: bool = False
    mask_head: Opaque | None = unsupported(None)
    score_converter: PredictorScoreConverter = unsupported("IDENTITY")
    box_encodings_clip_range: Opaque | None = unsupported(None)


class MaskRCNNBoxPredictor(Message):
    """Fully connected layers on pooled proposals (Faster R-CNN); masks are not supported."""

    fc_hyperparams: Hyperparams = Hyperparams()
    use_dropout: bool = False
    dropout_keep_probability: float = 0.5
    box_code_size: Int32 = 4
    conv_hyperparams: Hyperparams = without_effect(Hyperparams())  # of the masks alone
    predict_instance_masks: bool = unsupported(False)
    mask_prediction_conv_depth: Int32 = without_effect(256)
    predict_keypoints: bool = unsupported(False)
    mask_height: Int32 = without_effect(15)
    mask_width: Int32 = without_effect(15)
    mask_prediction_num_conv_layers: Int32 = without_effect(2)
    masks_are_class_agnostic: bool = without_effect(False)
    share_box_across_classes: bool = False
    convolve_then_upsample_masks: bool = without_effect(False)


class RfcnBoxPredictor(Message):
    """Position-sensitive score maps (R-FCN, https://arxiv.org/abs/1605.06409)."""

    conv_hyperparams: Hyperparams = Hyperparams()
    num_spatial_bins_height: Int32 = 3
    num_spatial_bins_width: Int32 = 3
    depth: Int32 = 1024
    box_code_size: Int32 = 4
    crop_height: Int32 = 12
    crop_width: Int32 = 12


class BoxPredictor(Message):
    """How boxes and classes are predicted."""

    convolutional_box_predictor: ConvolutionalBoxPredictor | None = choice("box_predictor")
    mask_rcnn_box_predictor: MaskRCNNBoxPredictor | None = choice("box_predictor")
    rfcn_box_predictor: RfcnBoxPredictor | None = choice("box_predictor")
    weight_shared_convolutional_box_predictor: WeightSharedConvolutionalBoxPredictor | None = choice(
        "box_predictor"
    )
