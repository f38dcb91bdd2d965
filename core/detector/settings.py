"""The config of a run: a file, what the data's manifest knows, and what the command line overrides."""

from collections.abc import Iterable
from pathlib import Path

from boxwright.core.errors import OptionError
from boxwright.core.manifest import SUFFIX, manifest_in
from boxwright.core.pipeline.completion import complete
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.override import override
from boxwright.core.pipeline.shipped_configs import config_file
from boxwright.core.pipeline.text import read_config


def run_config(path: Path, overrides: Iterable[str] = (), records: Path | None = None) -> PipelineConfig:
    """Read a config, override single settings, and fill in what the records' manifest knows.

    path        a file; a word that no file is called is the name of a config of the package
    overrides   `train_config.batch_size=8`
    records     a folder that `convert --to tfrecord` made, taken instead of the records that the config
                names; None: the config names everything
    raises      ConfigError for settings that cannot be, OptionError for a folder without a manifest
    """
    config = override(read_config(config_file(path)), overrides)
    return config if records is None else on_records(config, records)


def on_records(config: PipelineConfig, records: Path) -> PipelineConfig:
    """The config with classes, paths and counts from a folder that `convert --to tfrecord` made.

    raises   OptionError for a folder without a manifest, ConfigError where the config contradicts it
    """
    manifest = manifest_in(records)
    if manifest is None:
        raise OptionError(
            f"{records}: holds no *{SUFFIX}", "boxwright convert SRC DST --to tfrecord makes one"
        )
    return complete(_without_records(config), manifest, records, str(records))


def _without_records(config: PipelineConfig) -> PipelineConfig:
    """The config without the records it names: others were asked for, and complete() keeps what is stated."""
    nothing = {"label_map_path": "", "tf_record_input_reader": None}
    evaluation = config.eval_config
    stated = evaluation.model_fields_set - {"num_examples"}
    return config.model_copy(
        update={
            "train_input_reader": config.train_input_reader.model_copy(update=nothing),
            "eval_input_reader": tuple(
                reader.model_copy(update=nothing) for reader in config.eval_input_reader
            ),
            "eval_config": type(evaluation)(**{name: getattr(evaluation, name) for name in stated}),
        }
    )
