"""What `boxwright train` calls: a config to a run directory, evaluated on the way."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from boxwright.core.detector import replicas
from boxwright.core.detector.best import METRIC, check_metric
from boxwright.core.detector.checkpoint_prefix import check_start
from boxwright.core.detector.evaluate import evaluate
from boxwright.core.detector.evaluate_model import detecting, true_and_found
from boxwright.core.detector.preflight.preflight import preflight
from boxwright.core.detector.runs import Run
from boxwright.core.detector.side_by_side import pictures
from boxwright.core.detector.ssd import Ssd
from boxwright.core.detector.train import Options, Trained, check_options, train, training_records
from boxwright.core.detector.train_evaluations import Evaluate, Measured
from boxwright.core.detector.validation import Validation, batches, names_records, on_training, validation
from boxwright.core.pipeline.config import PipelineConfig, settings_without_effect

Say = Callable[[str], None]


def train_run(config: PipelineConfig, run_dir: Path, options: Options, say: Say = print) -> Trained:
    """Train in a run directory; goes on from its last checkpoint when it has one.

    raises   BoxwrightError where the config, the records or the run directory do not allow it
    """
    check_metric(options.best_metric or METRIC)
    evaluated = options.overfit is not None or names_records(config)
    check_options(options, evaluated=evaluated)
    check_start(options.init or config.train_config.fine_tune_checkpoint, Run(run_dir).checkpoints)
    if idle := settings_without_effect(config):
        say(f"settings without effect here: {', '.join(idle)}")
    replicas.strategy()  # workers must meet before anything is computed
    preflight(config, run_dir, init=options.init, overfit=options.overfit, say=say)
    on_evaluate = measuring(_data(config, options), say) if evaluated else None
    return train(config, run_dir, options, on_evaluate=on_evaluate, say=say)


def measuring(data: Validation, say: Say) -> Evaluate:
    """Measures a model on records: the numbers, which are said too, and a few pictures."""
    traced_once = lru_cache(maxsize=1)(detecting)  # of the run's one model

    def measured(model: Ssd, step: int) -> Measured:
        truths, founds = true_and_found(traced_once(model), batches(data, model.prepare))
        evaluation = evaluate(truths, founds, data.labels)
        say(f"step {step}: {evaluation}")
        shown = pictures(data, truths, founds, model.config.eval_config)
        return Measured(numbers=evaluation.numbers(), pictures=shown)

    return measured


def _data(config: PipelineConfig, options: Options) -> Validation:
    """What its config names; with `overfit`, the images that it trains on."""
    if options.overfit is None:
        return validation(config)
    return on_training(config, training_records(config, options))
