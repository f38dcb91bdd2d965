"""Where a retraining starts: which config, with how many steps, from which checkpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from boxwright.core.fetch.fetched import fetched_checkpoint
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.from_scratch import from_scratch
from boxwright.core.pipeline.override import override
from boxwright.core.pipeline.run_length import with_steps
from boxwright.core.pipeline.shipped_configs import shipped_config
from boxwright.core.pipeline.text import read_config


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A config that does not know its records yet.

    name     of its file
    init     the checkpoint to start from, or a fetched model's name; None: the config's, if it has one
    dropped  settings that make no sense without a checkpoint
    """

    name: str
    config: PipelineConfig
    init: str | None
    dropped: tuple[str, ...] = ()

    @property
    def checkpoint(self) -> str | None:
        """What the weights come from; None: they are random."""
        return self.init or self.config.train_config.fine_tune_checkpoint or None


def start_from(
    model: str | Path, init: str | None = None, *, steps: int | None = None, settings: Sequence[str] = ()
) -> Start:
    """The config of a model, or in a file, as a run of its own.

    model     a config's or a model's name, see shipped_config; a Path is a config's file
    init      None: the model's own of the model zoo, where it was fetched
    steps     of training, with the schedule in proportion; None: as many as the config says
    settings  that override the config's, last: `train_config.batch_size=4`
    raises    OptionError, ConfigError
    """
    path = model if isinstance(model, Path) else shipped_config(model)
    init = init or (None if isinstance(model, Path) else _fetched(model))
    config = _without_classes(read_config(path))
    if steps is not None:
        config = with_steps(config, steps)
    found = Start(name=path.name, config=override(config, settings), init=init)
    if found.checkpoint is not None:
        return found
    config, dropped = from_scratch(found.config)
    return Start(name=path.name, config=config, init=None, dropped=dropped)


def _fetched(name: str) -> str | None:
    """The fetched checkpoint of a model; ssd_mobilenet_v1_egohands is ssd_mobilenet_v1 here."""
    while name:
        if found := fetched_checkpoint(f"{name}_coco"):
            return str(found)
        name = name.rpartition("_")[0]
    return None


def _without_classes(config: PipelineConfig) -> PipelineConfig:
    """The config without its number of classes, for the records have one of their own."""
    ssd = config.model.ssd
    if ssd is None:
        return config
    stated = {name: getattr(ssd, name) for name in ssd.model_fields_set - {"num_classes"}}
    model = config.model.model_copy(update={"ssd": type(ssd)(**stated)})
    return config.model_copy(update={"model": model})
