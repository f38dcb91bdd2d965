"""Evaluates a run's detector on the records that its config names for evaluation."""

from collections.abc import Callable
from pathlib import Path

from boxwright.core.detector.curve_files import write_curves
from boxwright.core.detector.evaluate import Evaluation, write_json
from boxwright.core.detector.evaluate_model import evaluate_model
from boxwright.core.detector.ssd import Ssd
from boxwright.core.detector.trained import trained
from boxwright.core.detector.validation import batches, validation


def evaluate_run(
    run: Path,
    target: Path,
    checkpoint: Path | str | None = None,
    say: Callable[[str], None] = lambda line: None,
    *,
    resamples: int = 0,
) -> Evaluation:
    """Evaluate a run's checkpoint; writes evaluation.json and the precision-recall curves to `target`.

    checkpoint   as of `trained`: the best when None
    say          is told which one it is
    resamples    for the intervals, as of `evaluate`
    """
    found = trained(run, checkpoint)
    say(str(found))
    evaluation = evaluate_as_configured(found.model, resamples=resamples)
    target.mkdir(parents=True, exist_ok=True)
    facts = {"checkpoint": found.checkpoint.name, "step": found.step}
    write_json(evaluation, target / "evaluation.json", facts)
    write_curves(evaluation, target)
    return evaluation


def evaluate_as_configured(model: Ssd, *, resamples: int = 0) -> Evaluation:
    """How good a model is, with its present values, on the records of its config's eval_input_reader."""
    data = validation(model.config)
    return evaluate_model(model, batches(data, model.prepare), data.labels, resamples=resamples)
