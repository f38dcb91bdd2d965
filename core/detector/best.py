"""The best of a run's evaluations, whose checkpoint stays in RUN/best however many come after it.

Everything here follows from the run's metrics and checkpoints, so that a run which was killed anywhere
finds its best again: each evaluation is of a checkpoint that was saved before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from boxwright.core.detector import checkpoint
from boxwright.core.detector.checkpoint_prefix import at_step, steps_in
from boxwright.core.detector.coco_metrics import PRECISION, metric_names
from boxwright.core.detector.evaluate import PASCAL
from boxwright.core.detector.runs import Run, Value
from boxwright.core.errors import OptionError, nearest

EVALUATION = "evaluation"  # the kind of their lines in the metrics
METRIC = PRECISION  # COCO's average precision, by which the OD API's models are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The best evaluation so far, the first where several are as good.

    step, value  of that evaluation
    since        how many came after it
    """

    metric: str
    step: int
    value: float
    since: int

    def __str__(self) -> str:
        return f"{self.metric} {self.value:.3f} at step {self.step}"


def best(lines: Iterable[Mapping[str, Value]], metric: str) -> Best | None:
    """The best evaluation among lines of metrics; None where no evaluation has that metric.

    A metric that an evaluation lacks (there are no small objects) is no value and never the best.
    """
    found: Best | None = None
    for line in lines:
        if line["kind"] != EVALUATION:
            continue
        step, value = int(line["step"]), line.get(metric)
        if value is not None and (found is None or float(value) > found.value):
            found = Best(metric=metric, step=step, value=float(value), since=0)
        elif found is not None:
            found = Best(metric=metric, step=found.step, value=found.value, since=found.since + 1)
    return found


def keep(run: Run, found: Best | None) -> None:
    """Have the best evaluation's checkpoint in RUN/best, alone; done again, it changes nothing."""
    if found is None:
        return
    if found.step not in steps_in(run.best):
        if found.step not in steps_in(run.checkpoints):
            return  # somebody removed it
        run.best.mkdir(exist_ok=True)
        checkpoint.copy(at_step(run.checkpoints, found.step), at_step(run.best, found.step))
    for step in steps_in(run.best):
        if step != found.step:
            checkpoint.delete(at_step(run.best, step))


def check_metric(name: str) -> None:
    """Raise OptionError, which lists what there is, for a metric that no evaluation has."""
    names = (*metric_names(), PASCAL)
    if name not in names:
        fact = f"--best-metric {name}: no such metric{nearest(name, names)}"
        raise OptionError(fact, "one of " + ", ".join(names))
