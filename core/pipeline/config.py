"""The whole pipeline config: model, training, evaluation, and the records of both.

Source: object_detection/protos/{pipeline,model}.proto
"""

from boxwright.core.pipeline.evaluation import EvalConfig
from boxwright.core.pipeline.faster_rcnn import FasterRcnn
from boxwright.core.pipeline.input_reader import InputReader
from boxwright.core.pipeline.message import Message, Opaque, choice, mark_of, path_text, stated, unsupported
from boxwright.core.pipeline.ssd import Ssd
from boxwright.core.pipeline.training import TrainConfig


class DetectionModel(Message):
    """Which detector."""

    faster_rcnn: FasterRcnn | None = choice("model")
    ssd: Ssd | None = choice("model")
    experimental_model: Opaque | None = choice("model", "unsupported")
    center_net: Opaque | None = choice("model", "unsupported")


class PipelineConfig(Message):
    """What a `.config` holds; newer files may have several eval_input_reader."""

    model: DetectionModel = DetectionModel()
    train_config: TrainConfig = TrainConfig()
    train_input_reader: InputReader = InputReader()
    eval_config: EvalConfig = EvalConfig()
    eval_input_reader: tuple[InputReader, ...] = ()
    graph_rewriter: Opaque | None = unsupported(None)


def settings_without_effect(config: PipelineConfig) -> list[str]:
    """The stated settings that change no result here: `train_config.batch_queue_capacity`."""
    return [
        path_text(path)
        for path, message, name in stated(config)
        if mark_of(type(message), name) == "without_effect"
    ]
