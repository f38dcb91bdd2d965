"""How a model is measured.

Source: object_detection/protos/eval.proto
"""

from boxwright.core.pipeline.message import Int32, Message, Opaque, UInt32, unsupported, without_effect


class EvalConfig(Message):
    """Evaluation.

    metrics_set    names of metrics, `coco_detection_metrics`
    """

    batch_size: UInt32 = 1
    num_visualizations: UInt32 = 10
    num_examples: UInt32 = 5000
    eval_interval_secs: UInt32 = without_effect(300)
    max_evals: UInt32 = without_effect(0)
    save_graph: bool = without_effect(False)
    visualization_export_dir: str = unsupported("")
    eval_master: str = without_effect("")
    metrics_set: tuple[str, ...] = ()
    export_path: str = unsupported("")
    ignore_groundtruth: bool = unsupported(False)
    use_moving_averages: bool = False
    eval_instance_masks: bool = unsupported(False)
    min_score_threshold: float = 0.5
    max_num_boxes_to_visualize: Int32 = 20
    skip_scores: bool = False
    skip_labels: bool = False
    visualize_groundtruth_boxes: bool = False
    groundtruth_box_visualization_color: str = "black"
    keep_image_id_for_visualization_export: bool = without_effect(False)
    retain_original_images: bool = without_effect(True)
    include_metrics_per_category: bool = False
    all_metrics_per_category: bool = unsupported(False)
    recall_lower_bound: float = unsupported(0.0)
    recall_upper_bound: float = unsupported(1.0)
    retain_original_image_additional_channels: bool = without_effect(False)
    keypoint_edge: tuple[Opaque, ...] = unsupported(())
    parameterized_metric: tuple[Opaque, ...] = unsupported(())
    force_no_resize: bool = unsupported(False)
    use_dummy_loss_in_eval: bool = without_effect(False)
