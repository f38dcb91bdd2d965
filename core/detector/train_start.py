"""What a run starts from: its last checkpoint, or the weights to fine-tune."""

from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from boxwright.core.detector import checkpoint, replicas, runs
from boxwright.core.detector.checkpoint_prefix import at_step, steps_in
from boxwright.core.detector.ssd import Ssd, ssd
from boxwright.core.detector.train_step import Trainer, trainer
from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.config import PipelineConfig

Say = Callable[[str], None]


def started(
    config: PipelineConfig, run: runs.Run, strategy: Any, *, seed: int, init: str | None, say: Say
) -> tuple[Trainer, int]:
    """A trainer, and its step: from the run's last checkpoint, or with the weights to fine-tune.

    To be called in the strategy's scope.
    init   the checkpoint to start from; None: the config's fine_tune_checkpoint
    """
    model = ssd(config, seed)
    steps = steps_in(run.checkpoints)
    if replicas.worker().number == 0:
        runs.forget_after(run, steps[-1] if steps else 0)
    if not steps:
        _fine_tune(model, init, say)
        return trainer(model, strategy, seed), 0
    found = trainer(model, strategy, seed)
    assign(found.state(), checkpoint.values_of(at_step(run.checkpoints, steps[-1])))
    say(f"{run.path}: goes on from step {steps[-1]}")
    return found, steps[-1]


def assign(variables: Mapping[str, tf.Variable], values: Mapping[str, Any]) -> None:
    """Give variables the values of their names; raises BoxwrightError where there is none."""
    for name, variable in variables.items():
        if name not in values:
            raise BoxwrightError(f"the run's checkpoint has no {name}", "take another run directory")
        variable.assign(values[name])


def _fine_tune(model: Ssd, init: str | None, say: Say) -> None:
    settings = model.config.train_config
    path = init or settings.fine_tune_checkpoint
    if path:
        everything = settings.load_all_detection_checkpoint_vars or init is not None
        say(str(checkpoint.restore(model.store, path, within="" if everything else checkpoint.BACKBONE)))
