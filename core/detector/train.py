"""Training, from a config to checkpoints. The same call goes on where the last one stopped, bit by bit."""

import math
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tensorflow as tf

from boxwright.core.detector import checkpoint, replicas, runs
from boxwright.core.detector.input.class_names import ClassNames, read_class_names
from boxwright.core.detector.input.records import Records, find_records, place_of, selected
from boxwright.core.detector.input.source import stored
from boxwright.core.detector.input.streams import training, training_batches
from boxwright.core.detector.moving_average import averaged
from boxwright.core.detector.replicas import Tensors
from boxwright.core.detector.ssd import TOTAL, Ssd, ssd
from boxwright.core.detector.train_progress import Progress
from boxwright.core.detector.train_step import NORM, STOP, Trainer, step_of, trainer
from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.config_error import ConfigError

Say = Callable[[str], None]
# Measures a model at a step: values by name, which go into the metrics.
Evaluate = Callable[[Ssd, int], Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to train, beside what the config says.

    seed              of first values, order, augmentation and dropout
    init              the checkpoint to start from; None: the config's fine_tune_checkpoint
    overfit           train on the first so many records as they are, which must succeed; None: on all
    checkpoint_every  steps; keep: how many checkpoints
    evaluate_every    steps; 0: only at the end
    line_every        seconds between lines
    """

    seed: int = 0
    init: str | None = None
    overfit: int | None = None
    checkpoint_every: int = 500
    keep: int = 3
    evaluate_every: int = 0
    line_every: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A run's model, how many steps it has made, and whether it was told to stop before its last."""

    model: Ssd
    step: int
    stopped: bool


def train(
    config: PipelineConfig,
    run_dir: Path,
    options: Options | None = None,
    *,
    on_evaluate: Evaluate | None = None,
    say: Say = print,
) -> Trained:
    """Train a detector in a run directory, from its last checkpoint if it has one.

    on_evaluate   called every `evaluate_every` steps and after the last
    say           takes the lines that tell how it goes
    raises        BoxwrightError where the loss is no number any more; the last checkpoint stays
    """
    options = options or Options()
    strategy = replicas.strategy()
    chief = replicas.worker().number == 0
    with _directory(run_dir, config, options, chief=chief) as run, _told_to_stop(say) as told:
        records = training_records(config, options)
        with strategy.scope():
            started, step = _started(config, run, strategy, options, say)
        loop = _Loop(started, records, run, options, on_evaluate, say, chief)
        if config.train_config.num_steps and step >= config.train_config.num_steps:
            say(f"{run_dir}: already at step {step} of {config.train_config.num_steps}")
            say("  hint: set train_config.num_steps higher to go on")
            return Trained(model=started.model, step=step, stopped=False)
        return loop.run(step, told)


def training_records(config: PipelineConfig, options: Options) -> Records:
    """The records that a run trains on."""
    reader = config.train_input_reader
    if reader.tf_record_input_reader is None:
        hint = 'tf_record_input_reader { input_path: "hands_train.tfrecord" }'
        raise ConfigError("train_input_reader", "names no records", hint)
    records = find_records(reader.tf_record_input_reader.input_path)
    records = selected(records, slice(None, None, max(reader.sample_1_of_n_examples, 1)))
    return records if options.overfit is None else selected(records, slice(options.overfit))


def batches(
    model: Ssd, records: Records, options: Options, *, first: int, batch_size: int
) -> tf.data.Dataset:
    """This worker's batches from the run's batch `first` on."""
    reader = model.config.train_input_reader
    path = reader.label_map_path
    names = read_class_names(path, display_first=reader.use_display_name) if path else ClassNames()
    settings = replace(training(model.config, options.seed), batch_size=batch_size)
    if options.overfit is not None:
        settings = replace(settings, augment=(), epochs=None)
    return training_batches(
        stored(records, names),
        model.prepare,
        settings,
        first_batch=first,
        worker=replicas.worker(),
    )


class _Loop:
    """Steps, and what is done between them."""

    def __init__(
        self,
        started: Trainer,
        records: Records,
        run: runs.Run,
        options: Options,
        on_evaluate: Evaluate | None,
        say: Say,
        chief: bool,
    ) -> None:
        self._trainer, self._records, self._run, self._options = started, records, run, options
        self._evaluate = on_evaluate if chief else None
        self._say, self._chief = say if chief else lambda _: None, chief
        self._settings = started.model.config.train_config
        self._progress = Progress(
            self._say,
            every=options.line_every,
            batch_size=self._settings.batch_size,
            last_step=self._settings.num_steps,
        )

    def run(self, step: int, told: threading.Event) -> Trained:
        """Train from `step` on, to the last step, the end of the input, or until told to stop."""
        size = replicas.worker_batch(self._settings.batch_size, self._trainer.strategy)
        dataset = batches(self._trainer.model, self._records, self._options, first=step, batch_size=size)
        self._introduce(step)
        make = step_of(self._trainer)
        stopped = False
        for batch in self._waited(dataset):
            values = {name: float(value) for name, value in make(batch, step, told.is_set()).items()}
            self._check(values, step, batch)
            stopped = values.pop(STOP) > 0  # of any worker: all stop after the same step
            step += 1
            self._after(step, values)
            if stopped or step == self._settings.num_steps:
                break
        self._finish(step, stopped=stopped)
        return Trained(model=self._trainer.model, step=step, stopped=stopped)

    def _introduce(self, step: int) -> None:
        settings, replicated = self._settings, self._trainer.strategy.num_replicas_in_sync
        length = f"{settings.num_steps - step} steps" if settings.num_steps else "without end"
        self._say(
            f"training on {len(self._records)} images, {settings.batch_size} at a time, from step {step}, "
            f"{length}, on {replicated} device{'s' if replicated > 1 else ''}; the first step takes longest"
        )

    def _waited(self, dataset: tf.data.Dataset) -> Iterator[Tensors]:
        iterator = iter(dataset)
        while True:
            with self._progress.waiting():
                batch = next(iterator, None)
            if batch is None:
                return
            yield batch

    def _check(self, values: Mapping[str, float], step: int, batch: Tensors) -> None:
        """Stop before a checkpoint of weights that are no numbers."""
        broken = [name for name in (TOTAL, NORM) if not math.isfinite(values[name])]
        if broken:
            images = "".join(
                f"\n  {source.decode(errors='replace')} ({place_of(self._records, row)})"
                for source, row in zip(batch["source_ids"].numpy(), batch["rows"].numpy(), strict=True)
            )
            raise BoxwrightError(
                f"step {step + 1}: {broken[0]} is {values[broken[0]]}; the images of the batch:{images}",
                "a lower learning rate, train_config.gradient_clipping_by_norm, or boxes that are wrong",
            )

    def _after(self, step: int, values: Mapping[str, float]) -> None:
        if self._chief:
            runs.log(self._run, "train", step, values)
        self._progress.step(step, values)
        last = step == self._settings.num_steps
        if step % self._options.checkpoint_every == 0 and not last:
            self._save(step)
        if self._options.evaluate_every and step % self._options.evaluate_every == 0 and not last:
            self._measure(step)

    def _finish(self, step: int, *, stopped: bool) -> None:
        self._save(step)
        if stopped:
            self._say(f"stopped at step {step}, which is saved: the same command goes on from there")
        else:
            self._measure(step)

    def _save(self, step: int) -> None:
        if self._chief:
            state = self._trainer.state()
            checkpoint.save_step(self._run.checkpoints, step, state, keep=self._options.keep)
            self._progress.pause()

    def _measure(self, step: int) -> None:
        if self._evaluate is not None:
            with measured_weights(self._trainer):
                runs.log(self._run, "evaluation", step, self._evaluate(self._trainer.model, step))
            self._progress.pause()


@contextmanager
def measured_weights(trainer: Trainer) -> Generator[None]:
    """The weights that the config wants measured: their moving averages, where it says so."""
    if not (trainer.averages and trainer.model.config.eval_config.use_moving_averages):
        yield
        return
    own = {name: variable.numpy() for name, variable in trainer.variables.items()}
    _assign(trainer.variables, averaged(trainer.averages))
    try:
        yield
    finally:
        _assign(trainer.variables, own)


def _directory(
    path: Path, config: PipelineConfig, options: Options, *, chief: bool
) -> AbstractContextManager[runs.Run]:
    """The run's directory, which the first of the workers writes alone."""
    if not chief:
        return nullcontext(runs.Run(path))
    lasting = {"seed": options.seed, "overfit": options.overfit, "init": options.init}
    return runs.opened(path, config, lasting)


def _started(
    config: PipelineConfig, run: runs.Run, strategy: Any, options: Options, say: Say
) -> tuple[Trainer, int]:
    """A trainer, and its step: from the run's last checkpoint, or with the weights to fine-tune."""
    model = ssd(config, options.seed)
    steps = checkpoint.steps_in(run.checkpoints)
    if replicas.worker().number == 0:
        runs.forget_after(run, steps[-1] if steps else 0)
    if not steps:
        _fine_tune(model, options, say)
        return trainer(model, strategy, options.seed), 0
    started = trainer(model, strategy, options.seed)
    values = checkpoint.values_of(checkpoint.at_step(run.checkpoints, steps[-1]))
    _assign(started.state(), values)
    say(f"{run.path}: goes on from step {steps[-1]}")
    return started, steps[-1]


def _fine_tune(model: Ssd, options: Options, say: Say) -> None:
    settings = model.config.train_config
    path = options.init or settings.fine_tune_checkpoint
    if path:
        everything = settings.load_all_detection_checkpoint_vars or options.init is not None
        say(str(checkpoint.restore(model.store, path, within="" if everything else checkpoint.BACKBONE)))


def _assign(variables: Mapping[str, tf.Variable], values: Mapping[str, Any]) -> None:
    for name, variable in variables.items():
        if name not in values:
            raise BoxwrightError(f"the run's checkpoint has no {name}", "take another run directory")
        variable.assign(values[name])


@contextmanager
def _told_to_stop(say: Say) -> Generator[threading.Event]:
    """Set by SIGTERM or Ctrl-C, so that the run can save first; the second Ctrl-C ends it at once."""
    told = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield told
        return

    def tell(number: int, frame: object) -> None:
        if told.is_set():
            raise KeyboardInterrupt
        told.set()
        say("saving after this step; again to end without")

    before = {number: signal.signal(number, tell) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
