"""Learning rates: pure functions from a step to the rate of that step.

In float32 throughout, as the OD API computes them, so that rates agree to the last digit or nearly so.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import tensorflow as tf

from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.optimizer import (
    CosineDecayLearningRate,
    ExponentialDecayLearningRate,
    LearningRate,
    ManualStepLearningRate,
)


def learning_rate(config: LearningRate, step: tf.Tensor) -> tf.Tensor:
    """The rate of a step.

    step      () integer, from 0: how many updates were made before
    returns   () float32
    """
    step = tf.cast(step, tf.float32)  # whole numbers are exact up to 2^24 = 16.7 million steps
    if (constant := config.constant_learning_rate) is not None:
        return tf.constant(constant.learning_rate, tf.float32)
    if (exponential := config.exponential_decay_learning_rate) is not None:
        return exponential_decay(exponential, step)
    if (manual := config.manual_step_learning_rate) is not None:
        return manual_steps(manual, step)
    if (cosine := config.cosine_decay_learning_rate) is not None:
        return cosine_decay(cosine, step)
    raise ConfigError(
        "learning_rate", "states no schedule", "constant_learning_rate { learning_rate: 0.001 }"
    )


def exponential_decay(config: ExponentialDecayLearningRate, step: tf.Tensor) -> tf.Tensor:
    """The initial rate times the decay factor every `decay_steps`, counted after the burn-in.

    Without a rate of its own, the burn-in has the initial one. No rate is below the least.
    """
    if config.decay_steps == 0:
        raise ConfigError(
            "exponential_decay_learning_rate.decay_steps", "is 0; steps between decays start at 1"
        )
    decays = (step - config.burnin_steps) / config.decay_steps
    decays = tf.floor(decays) if config.staircase else decays
    decayed = config.initial_learning_rate * tf.pow(config.decay_factor, decays)
    burnin = config.burnin_learning_rate or config.initial_learning_rate
    return tf.maximum(tf.where(step < config.burnin_steps, burnin, decayed), config.min_learning_rate)


def manual_steps(config: ManualStepLearningRate, step: tf.Tensor) -> tf.Tensor:
    """The rate of the last boundary that the step has reached.

    With warm-up, a straight line from the initial rate to the first boundary's.
    """
    boundaries = [point.step for point in config.schedule]
    _check_ascending(boundaries)
    rates = tf.constant(
        [config.initial_learning_rate, *(p.learning_rate for p in config.schedule)], tf.float32
    )
    reached = tf.reduce_sum(tf.cast(step >= tf.constant(boundaries, tf.float32), tf.int32))
    rate = tf.gather(rates, reached)
    if not config.warmup or not boundaries or boundaries[0] == 0:
        return rate
    slope = (rates[1] - rates[0]) / boundaries[0]
    return tf.where(step < boundaries[0], rates[0] + slope * step, rate)


def _check_ascending(boundaries: Sequence[int]) -> None:
    if any(after <= before for before, after in pairwise(boundaries)):
        steps = ", ".join(map(str, boundaries))
        raise ConfigError("manual_step_learning_rate.schedule", f"steps must ascend; found {steps}")


def cosine_decay(config: CosineDecayLearningRate, step: tf.Tensor) -> tf.Tensor:
    """A straight line up to the base rate, a while at it, then half a cosine down to 0 at `total_steps`.

    SGDR, equation 5 without restarts, https://arxiv.org/abs/1608.03983
    """
    start = config.warmup_steps + config.hold_base_rate_steps
    if config.total_steps <= start:
        fact = f"is {config.total_steps}; warm-up and hold alone take {start} steps"
        raise ConfigError("cosine_decay_learning_rate.total_steps", fact)
    base = tf.constant(config.learning_rate_base, tf.float32)
    share = (step - start) / (config.total_steps - start)
    rate = tf.where(step > start, 0.5 * base * (1.0 + tf.cos(math.pi * share)), base)
    if config.warmup_steps > 0:
        slope = (base - config.warmup_learning_rate) / config.warmup_steps
        rate = tf.where(step < config.warmup_steps, slope * step + config.warmup_learning_rate, rate)
    return tf.where(step > config.total_steps, 0.0, rate)
