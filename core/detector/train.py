"""Training, from a config to checkpoints. The same call goes on where the last one stopped, bit by bit."""

import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import tensorflow as tf

from boxwright.core.detector import checkpoint, replicas, runs
from boxwright.core.detector.checkpoint_prefix import steps_in
from boxwright.core.detector.input.class_names import ClassNames, read_class_names
from boxwright.core.detector.input.records import Records, find_records, place_of, selected
from boxwright.core.detector.input.source import stored
from boxwright.core.detector.input.streams import training, training_batches
from boxwright.core.detector.replicas import Tensors
from boxwright.core.detector.ssd import TOTAL, Ssd
from boxwright.core.detector.summaries import Summaries
from boxwright.core.detector.told_to_stop import told_to_stop
from boxwright.core.detector.train_evaluations import Evaluate, Evaluations, Rules
from boxwright.core.detector.train_progress import Progress, size_text
from boxwright.core.detector.train_start import started
from boxwright.core.detector.train_step import NORM, STOP, Trainer, step_of
from boxwright.core.errors import BoxwrightError, OptionError
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.config_error import ConfigError

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to train, beside what the config says.

    seed              of first values, order, augmentation and dropout
    init              the checkpoint to start from; None: the config's fine_tune_checkpoint
    overfit           train on the first so many records as they are, which must succeed; None: on all
    checkpoint_every  steps; keep: how many checkpoints
    evaluate_every    steps; 0: only at the end
    best_metric       of the evaluations, by which one checkpoint is kept as the best; None: COCO's AP
    patience          stop after so many evaluations that were no better than the best; 0: never
    line_every        seconds between lines
    """

    seed: int = 0
    init: str | None = None
    overfit: int | None = None
    checkpoint_every: int = 500
    keep: int = 3
    evaluate_every: int = 0
    best_metric: str | None = None
    patience: int = 0
    line_every: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A run's model with its last weights, its steps, and whether it was told to stop before its last."""

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

    on_evaluate   called every `evaluate_every` steps and after the last, when these steps are saved
    say           takes the lines that tell how it goes; the last one says why it ended
    raises        OptionError for options that cannot be; BoxwrightError where the loss is no number any
                  more: the last checkpoint stays
    """
    options = options or Options()
    check_options(options, evaluated=on_evaluate is not None)
    strategy = replicas.strategy()
    with _directory(run_dir, config, options) as run, told_to_stop(say) as told:
        records = training_records(config, options)
        with strategy.scope():
            trainer, step = started(config, run, strategy, seed=options.seed, init=options.init, say=say)
        with Summaries(run.events, after=step) as events:
            loop = _Loop(
                trainer,
                records,
                run,
                options=options,
                evaluations=Evaluations(run, step, _rules(config, options)),
                on_evaluate=on_evaluate,
                events=events,
                say=say,
            )
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
        trainer: Trainer,
        records: Records,
        run: runs.Run,
        *,
        options: Options,
        evaluations: Evaluations,
        on_evaluate: Evaluate | None,
        events: Summaries,
        say: Say,
    ) -> None:
        self._trainer, self._records, self._run, self._options = trainer, records, run, options
        self._settings = trainer.model.config.train_config
        self._chief = replicas.worker().number == 0
        self._evaluations, self._events = evaluations, events
        self._evaluate = on_evaluate if self._chief else None
        self._say = say if self._chief else lambda _: None
        self._progress = Progress(
            self._say,
            every=options.line_every,
            batch_size=self._settings.batch_size,
            last_step=self._settings.num_steps,
            record=events.numbers if self._chief else lambda step, values: None,
        )

    def run(self, step: int, told: threading.Event) -> Trained:
        """Train from `step` on, to the last step, the end of the input, or until told to stop."""
        over = self._over(step)  # asked before catching up, so that all workers know the same
        self._catch_up(step)
        if over:
            for line in over:
                self._say(line)
            return Trained(model=self._trainer.model, step=step, stopped=False)
        self._introduce(step)
        make = step_of(self._trainer)
        stopped = False
        for batch in self._waited(step):
            stop = told.is_set() or self._evaluations.stalled
            values = {name: float(value) for name, value in make(batch, step, stop).items()}
            self._check(values, step, batch)
            stopped = values.pop(STOP) > 0  # of any worker: all stop after the same step
            step += 1
            self._after(step, values)
            if stopped or step == self._settings.num_steps:
                break
        stopped = stopped and not self._evaluations.stalled
        self._finish(step, stopped=stopped)
        return Trained(model=self._trainer.model, step=step, stopped=stopped)

    def _over(self, step: int) -> tuple[str, ...]:
        """Why there is nothing to train any more, and the way on; empty where there is something."""
        last = self._settings.num_steps
        if last and step >= last:
            fact = f"{self._run.path}: already at step {step} of {last}"
            return fact, "  hint: set train_config.num_steps higher to go on"
        if self._evaluations.stalled:
            fact = f"{self._run.path}: {self._evaluations.stall_text(step)}"
            return fact, "  hint: a higher --patience goes on"
        return ()

    def _catch_up(self, step: int) -> None:
        """Do what a killed run did not come to after its last checkpoint."""
        if self._chief:
            self._evaluations.keep_best()
        if step and self._evaluations.due(step):
            self._measure(step)

    def _introduce(self, step: int) -> None:
        settings, replicated = self._settings, self._trainer.strategy.num_replicas_in_sync
        length = f"{settings.num_steps - step} steps" if settings.num_steps else "without end"
        self._say(
            f"training on {len(self._records)} images, {settings.batch_size} at a time, from step {step}, "
            f"{length}, on {replicated} device{'s' if replicated > 1 else ''}; the first step takes longest"
        )
        self._say(size_text(self._trainer))

    def _waited(self, first: int) -> Iterator[Tensors]:
        """The batches from the run's batch `first` on, as long as more are wanted."""
        size = replicas.worker_batch(self._settings.batch_size, self._trainer.strategy)
        dataset = batches(self._trainer.model, self._records, self._options, first=first, batch_size=size)
        iterator = iter(dataset)
        # Of several workers only the first knows that; its next step tells the others.
        while not (self._evaluations.stalled and replicas.worker().count == 1):
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
        if step == self._settings.num_steps:
            return  # _finish does the rest
        due = self._evaluations.due(step)
        if due or step % self._options.checkpoint_every == 0:
            self._save(step)  # before it is measured: a run that is killed then measures it when it goes on
        if due:
            self._measure(step)

    def _finish(self, step: int, *, stopped: bool) -> None:
        self._save(step)
        if stopped:
            self._say(f"stopped at step {step}, which is saved: the same command goes on from there")
        elif self._evaluations.stalled:
            self._say(self._evaluations.stall_text(step))
        else:
            if self._evaluations.due(step, last=True):
                self._measure(step)
            last = self._settings.num_steps
            end = f"done: step {step} of {last}" if step == last else f"done: the input ended at step {step}"
            self._say(f"{end}{self._evaluations}")

    def _save(self, step: int) -> None:
        if self._chief and steps_in(self._run.checkpoints)[-1:] != [step]:
            state = self._trainer.state()
            checkpoint.save_step(self._run.checkpoints, step, state, keep=self._options.keep)
            self._progress.pause()

    def _measure(self, step: int) -> None:
        if self._evaluate is not None:
            self._evaluations.measure(self._trainer, step, self._evaluate, self._events)
            self._progress.pause()


def check_options(options: Options, *, evaluated: bool) -> None:
    """Raise OptionError for options that cannot be, or not without records to evaluate on."""
    for name, value, least in (
        ("checkpoint-every", options.checkpoint_every, 1),
        ("eval-every", options.evaluate_every, 0),
        ("patience", options.patience, 0),
        ("overfit", 1 if options.overfit is None else options.overfit, 1),
    ):
        if value < least:
            raise OptionError(f"--{name} {value}: must be {least} or more")
    if options.evaluate_every and not evaluated:
        fact = f"--eval-every {options.evaluate_every}: the config names no records to evaluate on"
        raise OptionError(
            fact, 'eval_input_reader { tf_record_input_reader { input_path: "hands_val.tfrecord" } }'
        )
    if options.patience and not options.evaluate_every:
        fact = f"--patience {options.patience}: needs --eval-every, which says when to evaluate"
        raise OptionError(fact, "--eval-every 500")


def _rules(config: PipelineConfig, options: Options) -> Rules:
    return Rules(
        every=options.evaluate_every,
        last_step=config.train_config.num_steps,
        metric=options.best_metric,
        patience=options.patience,
    )


def _directory(path: Path, config: PipelineConfig, options: Options) -> AbstractContextManager[runs.Run]:
    """The run's directory, which the first of the workers writes alone."""
    if replicas.worker().number > 0:
        return nullcontext(runs.Run(path))
    lasting = {
        name: getattr(options, name)
        # Of another metric, the best so far may be gone.
        for name in ("seed", "overfit", "init", "best_metric")
    }
    return runs.opened(path, config, lasting)
