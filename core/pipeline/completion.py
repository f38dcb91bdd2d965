"""What a data set's manifest knows need not be written into the config."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from boxwright.core.pipeline.config import DetectionModel, PipelineConfig
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.evaluation import EvalConfig
from boxwright.core.pipeline.faster_rcnn import FasterRcnn
from boxwright.core.pipeline.input_reader import InputReader, TFRecordInputReader
from boxwright.core.pipeline.message import Message
from boxwright.core.pipeline.ssd import Ssd

# Tried in this order; a data set without splits is for training.
TRAIN_SPLITS = ("train", None)
EVAL_SPLITS = ("val", "validation", "valid", "eval", "minival", "test")
M = TypeVar("M", bound=Message)
_KEYS = ("classes", "label_map", "shards")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Records:
    """A split: its files and how many records they hold."""

    split: str | None
    paths: tuple[str, ...]
    count: int


def complete(config: PipelineConfig, manifest: Mapping[str, Any], folder: Path, name: str) -> PipelineConfig:
    """The config with number of classes, paths and number of examples from a manifest, where not stated.

    manifest   of TFRecords, as `convert --to tfrecord` writes it
    folder     where the manifest and the records are
    name       what errors call the manifest
    raises     ConfigError where the config states what the manifest contradicts
    """
    missing = [key for key in _KEYS if key not in manifest]
    if missing:
        raise ConfigError(name, f"is no manifest of TFRecords: it has no {', '.join(missing)}")
    train, evaluation = (_records(manifest, splits, folder) for splits in (TRAIN_SPLITS, EVAL_SPLITS))
    label_map = str(folder / manifest["label_map"])
    readers = config.eval_input_reader or (InputReader(),)
    return _with(
        config,
        model=_model(config, list(manifest["classes"]), name),
        train_input_reader=_reader(config.train_input_reader, train, label_map),
        eval_input_reader=tuple(_reader(reader, evaluation, label_map) for reader in readers),
        eval_config=_eval_config(config, evaluation, name),
    )


def _records(manifest: Mapping[str, Any], splits: Sequence[str | None], folder: Path) -> _Records | None:
    """The first of these splits that the manifest has, or None."""
    shards: Iterable[Mapping[str, Any]] = manifest["shards"]
    for split in splits:
        found = [shard for shard in shards if shard["split"] == split]
        if found:
            paths = tuple(str(folder / shard["file"]) for shard in found)
            return _Records(split=split, paths=paths, count=sum(shard["records"] for shard in found))
    return None


def _model(config: PipelineConfig, classes: list[str], name: str) -> DetectionModel:
    architecture: Ssd | FasterRcnn | None = config.model.ssd or config.model.faster_rcnn
    if architecture is None:
        raise ConfigError("model", "states neither ssd nor faster_rcnn")
    field = "ssd" if isinstance(architecture, Ssd) else "faster_rcnn"
    stated = architecture.num_classes
    if "num_classes" in architecture.model_fields_set and stated != len(classes):
        fact = f"is {stated}, but {name} has {len(classes)}: {', '.join(classes)}"
        raise ConfigError(f"model.{field}.num_classes", fact)
    return _with(config.model, **{field: _with(architecture, num_classes=len(classes))})


def _reader(reader: InputReader, records: _Records | None, label_map: str) -> InputReader:
    changes: dict[str, object] = {}
    if not reader.label_map_path:
        changes["label_map_path"] = label_map
    if records is not None and not _paths(reader):
        changes["tf_record_input_reader"] = TFRecordInputReader(input_path=records.paths)
    return _with(reader, **changes)


def _eval_config(config: PipelineConfig, records: _Records | None, name: str) -> EvalConfig:
    """With the number of examples, if they are the manifest's."""
    stated = config.eval_config
    if records is None or any(not _ours(_paths(reader), records) for reader in config.eval_input_reader):
        return stated
    if "num_examples" not in stated.model_fields_set:
        return _with(stated, num_examples=records.count)
    if stated.num_examples > records.count:
        fact = f"is {stated.num_examples}, but {name} has {records.count} in split {records.split!r}"
        raise ConfigError("eval_config.num_examples", fact)
    return stated


def _ours(paths: tuple[str, ...], records: _Records) -> bool:
    """Whether an evaluation reads these records: none are stated, or they have the same names."""
    return not paths or {Path(path).name for path in paths} == {Path(path).name for path in records.paths}


def _paths(reader: InputReader) -> tuple[str, ...]:
    return reader.tf_record_input_reader.input_path if reader.tf_record_input_reader else ()


def _with(message: M, **changes: object) -> M:
    return message.model_copy(update=changes)
