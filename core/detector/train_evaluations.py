"""The evaluations of a run while it trains: when there is one, what it leaves, which was the best."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from boxwright.core.detector import runs
from boxwright.core.detector.best import EVALUATION, METRIC, Best, best, keep
from boxwright.core.detector.moving_average import averaged
from boxwright.core.detector.ssd import Ssd
from boxwright.core.detector.summaries import Picture, Summaries
from boxwright.core.detector.train_start import assign
from boxwright.core.detector.train_step import Trainer


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What an evaluation gives, by name: numbers for the metrics, and pictures for the event files."""

    numbers: Mapping[str, float]
    pictures: Mapping[str, Picture] = field(default_factory=dict)


# Measures a model at a step.
Evaluate = Callable[[Ssd, int], Measured]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When a run evaluates, and what follows.

    every      steps between evaluations; 0: only after the last
    last_step  0: there is none
    metric     by which the best is found; None: COCO's AP
    patience   evaluations without a better value that end the run; 0: none do
    """

    every: int
    last_step: int
    metric: str | None
    patience: int


class Evaluations:
    """Those that a run has made up to a step, and those that it makes."""

    def __init__(self, run: runs.Run, step: int, rules: Rules) -> None:
        self._run, self._rules = run, rules
        self._metric = rules.metric or METRIC
        lines = (line for line in runs.logged(run) if line["kind"] == EVALUATION)
        self._lines = [line for line in lines if int(line["step"]) <= step]
        self._best: Best | None = best(self._lines, self._metric)

    def due(self, step: int, *, last: bool = False) -> bool:
        """Whether the model is to be measured after this step, and was not.

        last   the run ends here
        """
        every = self._rules.every
        wanted = last or step == self._rules.last_step or (every > 0 and step % every == 0)
        return wanted and all(line["step"] != step for line in self._lines)

    def keep_best(self) -> None:
        """Have the best one's checkpoint in its place."""
        keep(self._run, self._best)

    def measure(self, trainer: Trainer, step: int, evaluate: Evaluate, events: Summaries) -> None:
        """Evaluate a step, which is saved."""
        with measured_weights(trainer):
            found = evaluate(trainer.model, step)
        runs.log(self._run, EVALUATION, step, found.numbers)
        self._lines.append({"kind": EVALUATION, "step": step, **found.numbers})
        self._best = best(self._lines, self._metric)
        self.keep_best()
        events.numbers(step, found.numbers)
        events.pictures(step, found.pictures)

    @property
    def stalled(self) -> bool:
        """Whether patience has run out."""
        return self._best is not None and 0 < self._rules.patience <= self._best.since

    def __str__(self) -> str:
        """What was the best, to be read after the reason why a run ended."""
        if not self._lines:
            return ""
        if self._best is None:
            return f"; no evaluation has a value of {self._metric}"
        return f"; the best: {self._best}, in {self._run.best}"

    def stall_text(self, step: int) -> str:
        """Why the run ended at a step."""
        since = self._best.since if self._best else 0
        times = f"{since} evaluation{'' if since == 1 else 's'}"
        return f"ended early at step {step}: no better value in {times}{self}"


@contextmanager
def measured_weights(trainer: Trainer) -> Generator[None]:
    """The weights that the config wants measured: their moving averages, where it says so."""
    if not (trainer.averages and trainer.model.config.eval_config.use_moving_averages):
        yield
        return
    own = {name: variable.numpy() for name, variable in trainer.variables.items()}
    assign(trainer.variables, averaged(trainer.averages))
    try:
        yield
    finally:
        assign(trainer.variables, own)
