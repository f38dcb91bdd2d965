"""How long, from where and with what the model is trained.

Source: object_detection/protos/train.proto
"""

from typing import Literal

from boxwright.core.pipeline.augmentation import PreprocessingStep
from boxwright.core.pipeline.message import Int32, Message, UInt32, unsupported, without_effect
from boxwright.core.pipeline.optimizer import Optimizer

CheckpointVersion = Literal["UNKNOWN", "V1", "V2"]


class TrainConfig(Message):
    """Training.

    num_steps                   0: without end
    gradient_clipping_by_norm   0: no clipping
    bias_grad_multiplier        0: biases learn as fast as weights
    fine_tune_checkpoint_type   `detection` or `classification`; empty: as from_detection_checkpoint says
    freeze_variables            regular expressions on names; likewise update_trainable_variables
    """

    batch_size: UInt32 = 32
    data_augmentation_options: tuple[PreprocessingStep, ...] = ()
    sync_replicas: bool = without_effect(False)
    keep_checkpoint_every_n_hours: UInt32 = without_effect(1000)
    optimizer: Optimizer = Optimizer()
    gradient_clipping_by_norm: float = 0.0
    fine_tune_checkpoint: str = ""
    fine_tune_checkpoint_type: str = ""
    fine_tune_checkpoint_version: CheckpointVersion = without_effect("V1")
    from_detection_checkpoint: bool = False
    load_all_detection_checkpoint_vars: bool = False
    num_steps: UInt32 = 0
    startup_delay_steps: float = without_effect(15.0)
    bias_grad_multiplier: float = 0.0
    update_trainable_variables: tuple[str, ...] = ()
    freeze_variables: tuple[str, ...] = ()
    replicas_to_aggregate: Int32 = without_effect(1)
    batch_queue_capacity: Int32 = without_effect(150)
    num_batch_queue_threads: Int32 = without_effect(8)
    prefetch_queue_capacity: Int32 = without_effect(5)
    merge_multiple_label_boxes: bool = unsupported(False)
    use_multiclass_scores: bool = unsupported(False)
    add_regularization_loss: bool = True
    max_number_of_boxes: Int32 = 100
    # Padding is masked here, so that it changes no result.
    unpad_groundtruth_tensors: bool = without_effect(True)
    retain_original_images: bool = without_effect(False)
    use_bfloat16: bool = unsupported(False)
    summarize_gradients: bool = without_effect(False)
