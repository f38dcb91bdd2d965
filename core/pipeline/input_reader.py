"""Which records are read, and how.

Source: object_detection/protos/input_reader.proto
"""

from typing import Literal

from boxwright.core.pipeline.message import (
    Int32,
    Message,
    Opaque,
    UInt32,
    choice,
    unsupported,
    without_effect,
)

InstanceMaskType = Literal["DEFAULT", "NUMERICAL_MASKS", "PNG_MASKS"]
InputType = Literal["INPUT_DEFAULT", "TF_EXAMPLE", "TF_SEQUENCE_EXAMPLE"]


class TFRecordInputReader(Message):
    """TFRecord files; a path may be a pattern, `hands_train-*.tfrecord`."""

    input_path: tuple[str, ...] = ()


class InputReader(Message):
    """The records of training or of one evaluation.

    num_epochs                0: without end
    sample_1_of_n_examples    2 takes every second record
    """

    name: str = ""
    label_map_path: str = ""
    shuffle: bool = True
    shuffle_buffer_size: UInt32 = 2048
    filenames_shuffle_buffer_size: UInt32 = 100
    num_epochs: UInt32 = 0
    sample_1_of_n_examples: UInt32 = 1
    num_readers: UInt32 = without_effect(64)
    num_parallel_batches: UInt32 = without_effect(8)
    num_prefetch_batches: Int32 = without_effect(2)
    queue_capacity: UInt32 = without_effect(2000)
    min_after_dequeue: UInt32 = without_effect(1000)
    read_block_length: UInt32 = without_effect(32)
    prefetch_size: UInt32 = without_effect(512)
    num_parallel_map_calls: UInt32 = without_effect(64)
    num_additional_channels: Int32 = unsupported(0)
    num_keypoints: UInt32 = unsupported(0)
    keypoint_type_weight: tuple[float, ...] = unsupported(())
    max_number_of_boxes: Int32 = 100
    load_multiclass_scores: bool = unsupported(False)
    load_context_features: bool = unsupported(False)
    load_instance_masks: bool = unsupported(False)
    mask_type: InstanceMaskType = without_effect("NUMERICAL_MASKS")  # of load_instance_masks
    load_dense_pose: bool = unsupported(False)
    load_track_id: bool = unsupported(False)
    load_keypoint_depth_features: bool = unsupported(False)
    use_display_name: bool = False
    include_source_id: bool = unsupported(False)
    input_type: InputType = unsupported("TF_EXAMPLE")
    tf_record_input_reader: TFRecordInputReader | None = choice("reader")
    external_input_reader: Opaque | None = choice("reader", "unsupported")
    expand_labels_hierarchy: bool = unsupported(False)
    frame_index: Int32 = unsupported(-1)
