"""The detector of a run, with the weights of one of its checkpoints."""

from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf

from boxwright.core.detector.checkpoint import STEP, Restored, restore, values_of
from boxwright.core.detector.checkpoint_prefix import at_step, prefix_of, steps_in
from boxwright.core.detector.moving_average import SLOT
from boxwright.core.detector.runs import Run
from boxwright.core.detector.ssd import Ssd, ssd
from boxwright.core.errors import BoxwrightError, nearest
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.text import read_config
from boxwright.core.tfrecord.label_map import read_label_map

BEST, LAST = "best", "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A detector as a run left it.

    step    of the checkpoint; None: it states none
    labels  names by id, from 1; empty where the config names no label map
    """

    model: Ssd
    checkpoint: Path
    step: int | None
    labels: dict[int, str]

    @property
    def class_names(self) -> list[str]:
        """The names in the order of the ids."""
        return [self.labels[number] for number in sorted(self.labels)]

    def __str__(self) -> str:
        return str(self.checkpoint) if self.step is None else f"{self.checkpoint}: step {self.step}"


def trained(folder: Path, checkpoint: Path | str | None = None, label_map: Path | None = None) -> Trained:
    """The detector of a run's directory.

    checkpoint  BEST or LAST of the run, or a path; None: the best where there is one, else the last
    label_map   None: the one that the config names
    raises      BoxwrightError for no run, for a checkpoint that does not hold every variable in its shape
    """
    run = Run(folder)
    _require_run(run)
    config = read_config(run.config)
    prefix = _prefix(run, checkpoint)
    model = ssd(config)
    _require_all(restore(model.store, prefix, "detection"))
    values = values_of(prefix)
    if config.eval_config.use_moving_averages:
        _take_averages(model, values)
    return Trained(
        model=model,
        checkpoint=prefix,
        step=int(values[STEP]) if STEP in values else None,
        labels=_labels(config, label_map),
    )


def _require_run(run: Run) -> None:
    if not run.config.is_file():
        lacks = f"has no {run.config.name}" if run.path.is_dir() else "there is no such folder"
        raise BoxwrightError(f"{run.path}: {lacks}", "name the --run-dir of boxwright train or retrain")


def _prefix(run: Run, checkpoint: Path | str | None) -> Path:
    if checkpoint is not None and checkpoint not in (BEST, LAST):
        return _named(run, checkpoint)
    steps = steps_in(run.best)
    if checkpoint == BEST and not steps:
        hint = f"{LAST}, or train with an eval_input_reader, which is what the best is measured on"
        raise BoxwrightError(f"{run.path}: has no best checkpoint", hint)
    return at_step(run.best, steps[-1]) if steps and checkpoint != LAST else prefix_of(run.path)


def _named(run: Run, checkpoint: Path | str) -> Path:
    """A checkpoint that is named by a path; raises BoxwrightError that tells what the run has instead."""
    try:
        return prefix_of(checkpoint)
    except BoxwrightError as error:
        own = [str(at_step(place, step)) for place in (run.best, run.checkpoints) for step in steps_in(place)]
        known = [*([BEST] if steps_in(run.best) else []), LAST, *own]
        fact = f"{error.fact}{nearest(str(checkpoint), known)}"
        raise BoxwrightError(fact, f"this run has {', '.join(known)}") from None


def _take_averages(model: Ssd, values: dict[str, tf.Tensor]) -> None:
    """Weights that have a moving average get it, as they were measured."""
    for name, variable in model.store.vars.items():
        if (average := f"{name}/{SLOT}") in values:
            variable.assign(values[average])


def _require_all(restored: Restored) -> None:
    lacking = [*restored.new, *restored.missing]
    if lacking:
        fact = f"{restored.path}: {len(lacking)} variables of the model are not in it, or in another shape"
        raise BoxwrightError(fact, f"the first is {lacking[0]}")


def _labels(config: PipelineConfig, label_map: Path | None) -> dict[int, str]:
    if label_map is not None:
        return read_label_map(label_map)
    stated = [reader.label_map_path for reader in (config.train_input_reader, *config.eval_input_reader)]
    path = next((Path(path) for path in stated if path), None)
    return {} if path is None or not path.is_file() else read_label_map(path)
