"""What `boxwright train` calls: a config to a run directory, evaluated on the way."""

from collections.abc import Callable, Mapping
from pathlib import Path

from boxwright.core.detector import replicas
from boxwright.core.detector.evaluate_run import evaluate_as_configured
from boxwright.core.detector.ssd import Ssd
from boxwright.core.detector.train import Options, Trained, train
from boxwright.core.pipeline.config import PipelineConfig, settings_without_effect


def train_run(
    config: PipelineConfig, run_dir: Path, options: Options, say: Callable[[str], None] = print
) -> Trained:
    """Train in a run directory; goes on from its last checkpoint when it has one.

    raises   BoxwrightError where the config, the records or the run directory do not allow it
    """
    replicas.one_operation_at_a_time()  # before TensorFlow starts: equal runs then have equal bits
    if idle := settings_without_effect(config):
        say(f"settings without effect here: {', '.join(idle)}")

    def measured(model: Ssd, step: int) -> Mapping[str, float]:
        evaluation = evaluate_as_configured(model)
        say(f"step {step}: {evaluation}")
        return evaluation.numbers()

    return train(
        config, run_dir, options, on_evaluate=measured if config.eval_input_reader else None, say=say
    )
