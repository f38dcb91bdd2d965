"""Detectors in one stage, SSD and RetinaNet.

Source: object_detection/protos/{ssd,fpn}.proto
"""

from boxwright.core.pipeline.anchor_generator import AnchorGenerator
from boxwright.core.pipeline.box_predictor import BoxPredictor
from boxwright.core.pipeline.hyperparams import Hyperparams
from boxwright.core.pipeline.image_resizer import ImageResizer
from boxwright.core.pipeline.losses import Loss
from boxwright.core.pipeline.matching import BoxCoder, Matcher, RegionSimilarityCalculator
from boxwright.core.pipeline.message import Int32, Message, Opaque, choice, unsupported
from boxwright.core.pipeline.post_processing import PostProcessing


class FeaturePyramidNetworks(Message):
    """The levels of a feature pyramid and the depth of its coarse layers."""

    min_level: Int32 = 3
    max_level: Int32 = 7
    additional_layer_depth: Int32 = 256


class SsdFeatureExtractor(Message):
    """The base network by `type`, and the layers on top of it.

    conv_hyperparams    of the layers on top; of the base network too where it is told to take them
    """

    type: str = ""
    depth_multiplier: float = 1.0
    min_depth: Int32 = 16
    conv_hyperparams: Hyperparams = Hyperparams()
    override_base_feature_extractor_hyperparams: bool = False
    pad_to_multiple: Int32 = 1
    use_explicit_padding: bool = False
    use_depthwise: bool = False
    fpn: FeaturePyramidNetworks | None = choice("feature_pyramid")
    bifpn: Opaque | None = choice("feature_pyramid", "unsupported")
    replace_preprocessor_with_placeholder: bool = unsupported(False)
    num_layers: Int32 = 6
    spaghettinet_arch_name: str = unsupported("")
    batch_norm_trainable: bool = unsupported(True)  # in files of 2018; false is freeze_batchnorm today


class Ssd(Message):
    """A detector in one stage.

    SSD, https://arxiv.org/abs/1512.02325; RetinaNet, https://arxiv.org/abs/1708.02002
    """

    num_classes: Int32 = 0
    image_resizer: ImageResizer = ImageResizer()
    feature_extractor: SsdFeatureExtractor = SsdFeatureExtractor()
    box_coder: BoxCoder = BoxCoder()
    matcher: Matcher = Matcher()
    similarity_calculator: RegionSimilarityCalculator = RegionSimilarityCalculator()
    encode_background_as_zeros: bool = False
    negative_class_weight: float = 1.0
    box_predictor: BoxPredictor = BoxPredictor()
    anchor_generator: AnchorGenerator = AnchorGenerator()
    post_processing: PostProcessing = PostProcessing()
    normalize_loss_by_num_matches: bool = True
    normalize_loc_loss_by_codesize: bool = False
    loss: Loss = Loss()
    freeze_batchnorm: bool = False
    inplace_batchnorm_update: bool = False
    add_background_class: bool = unsupported(True)
    explicit_background_class: bool = unsupported(False)
    use_confidences_as_targets: bool = unsupported(False)
    implicit_example_weight: float = unsupported(1.0)
    return_raw_detections_during_predict: bool = unsupported(False)
    mask_head_config: Opaque | None = unsupported(None)
