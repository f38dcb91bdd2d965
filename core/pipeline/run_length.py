"""A config for another number of steps: its schedule grows or shrinks with the run."""

from typing import TypeVar

from boxwright.core.errors import OptionError
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.message import Message
from boxwright.core.pipeline.optimizer import LearningRate, LearningRateSchedule

M = TypeVar("M", bound=Message)

# What is counted in steps, in each schedule of a learning rate.
_COUNTED = {
    "exponential_decay_learning_rate": ("decay_steps", "burnin_steps"),
    "cosine_decay_learning_rate": ("total_steps", "warmup_steps", "hold_base_rate_steps"),
}
_OPTIMIZERS = ("rms_prop_optimizer", "momentum_optimizer", "adam_optimizer")


def with_steps(config: PipelineConfig, steps: int) -> PipelineConfig:
    """The config with this many steps, and with all that its schedule counts in steps in proportion.

    raises   ConfigError where the config's own run has no end
    """
    if steps < 1:
        raise OptionError(f"--steps {steps}: at least 1")
    own = config.train_config.num_steps
    if not own:
        hint = "--set train_config.num_steps=N sets the number alone"
        raise ConfigError(
            "train_config.num_steps", "is 0, without end: nothing can be in proportion to it", hint
        )
    settings = config.train_config
    optimizer = settings.optimizer
    changes: dict[str, object] = {}
    for name in _OPTIMIZERS:
        if (chosen := getattr(optimizer, name)) is not None:
            changes[name] = _with(chosen, learning_rate=_scaled(chosen.learning_rate, steps / own))
    optimizer = _with(optimizer, **changes)
    return _with(config, train_config=_with(settings, num_steps=steps, optimizer=optimizer))


def _scaled(rate: LearningRate, factor: float) -> LearningRate:
    changes: dict[str, object] = {}
    for name, fields in _COUNTED.items():
        if (schedule := getattr(rate, name)) is not None:
            counts = {field: _count(getattr(schedule, field), factor) for field in fields}
            changes[name] = _with(schedule, **counts)
    if (manual := rate.manual_step_learning_rate) is not None:
        points = tuple(_moved(point, factor) for point in manual.schedule)
        changes["manual_step_learning_rate"] = _with(manual, schedule=points)
    return _with(rate, **changes)


def _moved(point: LearningRateSchedule, factor: float) -> LearningRateSchedule:
    return _with(point, step=_count(point.step, factor))


def _count(steps: int, factor: float) -> int:
    """So many steps in proportion; what there was stays at least one step."""
    return max(round(steps * factor), 1) if steps else 0


def _with(message: M, **changes: object) -> M:
    return message.model_copy(update=changes)
