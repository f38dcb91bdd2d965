"""Evaluates a model on the records that its config names for evaluation."""

from collections.abc import Iterator
from pathlib import Path

from boxwright.core.detector.curve_files import write_curves
from boxwright.core.detector.evaluate import Evaluation, write_json
from boxwright.core.detector.evaluate_model import evaluate_model
from boxwright.core.detector.input.batch import Batch, batch_of
from boxwright.core.detector.input.class_names import ClassNames, read_class_names
from boxwright.core.detector.input.records import find_records
from boxwright.core.detector.input.source import stored
from boxwright.core.detector.input.streams import evaluation_batches
from boxwright.core.detector.ssd import Ssd
from boxwright.core.detector.trained import trained
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.input_reader import InputReader

BATCH = 8  # images at a time: as fast as more on a CPU, and little memory


def evaluate_run(run: Path, target: Path, checkpoint: Path | None = None) -> Evaluation:
    """Evaluate a run's checkpoint; writes evaluation.json and the precision-recall curves to `target`.

    checkpoint   None: the run's last
    """
    found = trained(run, checkpoint)
    evaluation = evaluate_as_configured(found.model)
    target.mkdir(parents=True, exist_ok=True)
    facts = {"checkpoint": found.checkpoint.name, "step": found.step}
    write_json(evaluation, target / "evaluation.json", facts)
    write_curves(evaluation, target)
    return evaluation


def evaluate_as_configured(model: Ssd) -> Evaluation:
    """How good a model is, with its present values, on the records of its config's eval_input_reader."""
    readers = model.config.eval_input_reader
    if not readers or readers[0].tf_record_input_reader is None:
        hint = 'tf_record_input_reader { input_path: "hands_val.tfrecord" }'
        raise ConfigError("eval_input_reader", "names no records", hint)
    names = _names(readers[0])
    return evaluate_model(model, _batches(model, readers[0], names), labels_of(names))


def _names(reader: InputReader) -> ClassNames:
    path = reader.label_map_path
    if not path:
        raise ConfigError("eval_input_reader", "names no label_map_path", "evaluation tells classes by name")
    return read_class_names(path, display_first=reader.use_display_name)


def labels_of(names: ClassNames) -> list[str]:
    """The name of each class in the order of the ids."""
    by_id: dict[int, str] = {}
    for name, number in names.pairs:
        by_id.setdefault(number, name)
    return [by_id[number] for number in sorted(by_id)]


def _batches(model: Ssd, reader: InputReader, names: ClassNames) -> Iterator[Batch]:
    paths = reader.tf_record_input_reader.input_path if reader.tf_record_input_reader else ()
    source = stored(find_records(paths), names)
    for tensors in evaluation_batches(source, model.prepare, BATCH):
        yield batch_of(tensors)
