"""From raw predictions to detections.

Source: object_detection/protos/post_processing.proto
"""

from typing import Literal

from boxwright.core.pipeline.message import Int32, Message, Opaque, unsupported, without_effect

ScoreConverter = Literal["IDENTITY", "SIGMOID", "SOFTMAX"]


class BatchNonMaxSuppression(Message):
    """Greedy suppression for each class, then the best of all classes."""

    score_threshold: float = 0.0
    iou_threshold: float = 0.6
    max_detections_per_class: Int32 = 100
    max_total_detections: Int32 = 100
    use_static_shapes: bool = without_effect(False)
    use_class_agnostic_nms: bool = unsupported(False)
    max_classes_per_detection: Int32 = without_effect(1)  # of use_class_agnostic_nms
    soft_nms_sigma: float = unsupported(0.0)
    use_partitioned_nms: bool = without_effect(False)
    use_combined_nms: bool = unsupported(False)
    change_coordinate_frame: bool = unsupported(True)
    use_hard_nms: bool = without_effect(False)
    use_cpu_nms: bool = without_effect(False)


class PostProcessing(Message):
    """How predictions become scores, and which of them stay."""

    batch_non_max_suppression: BatchNonMaxSuppression = BatchNonMaxSuppression()
    score_converter: ScoreConverter = "IDENTITY"
    logit_scale: float = 1.0
    calibration_config: Opaque | None = unsupported(None)
