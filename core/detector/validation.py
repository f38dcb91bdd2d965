"""What a model is measured on: the records that a config names for it, and what their classes are called."""

from collections.abc import Iterator
from dataclasses import dataclass

from boxwright.core.detector.input.batch import Batch, batch_of
from boxwright.core.detector.input.class_names import ClassNames, read_class_names
from boxwright.core.detector.input.records import Records, find_records
from boxwright.core.detector.input.source import stored
from boxwright.core.detector.input.streams import Prepare, evaluation_batches
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.input_reader import InputReader

BATCH = 8  # images at a time: as fast as more on a CPU, and little memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Records to measure a model on."""

    records: Records
    names: ClassNames

    @property
    def labels(self) -> list[str]:
        """The name of each class in the order of the ids."""
        return list(self.names.by_id.values())


def names_records(config: PipelineConfig) -> bool:
    """Whether a config names records to evaluate on."""
    readers = config.eval_input_reader
    return bool(readers) and readers[0].tf_record_input_reader is not None


def validation(config: PipelineConfig) -> Validation:
    """The records of a config's eval_input_reader.

    raises  ConfigError where it names none, or no label map
    """
    readers = config.eval_input_reader
    if not readers or readers[0].tf_record_input_reader is None:
        hint = 'tf_record_input_reader { input_path: "hands_val.tfrecord" }'
        raise ConfigError("eval_input_reader", "names no records", hint)
    records = find_records(readers[0].tf_record_input_reader.input_path)
    return Validation(records=records, names=_names(readers[0], "eval_input_reader"))


def on_training(config: PipelineConfig, records: Records) -> Validation:
    """Records that a model is trained on, to measure it on them as they are stored."""
    return Validation(records=records, names=_names(config.train_input_reader, "train_input_reader"))


def batches(data: Validation, prepare: Prepare) -> Iterator[Batch]:
    """Each record once, as stored and in order."""
    for tensors in evaluation_batches(stored(data.records, data.names), prepare, BATCH):
        yield batch_of(tensors)


def _names(reader: InputReader, place: str) -> ClassNames:
    path = reader.label_map_path
    if not path:
        raise ConfigError(place, "names no label_map_path", "evaluation tells classes by name")
    return read_class_names(path, display_first=reader.use_display_name)
