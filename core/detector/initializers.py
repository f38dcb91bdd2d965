"""What weights are before training: functions of shape and seed, the same on every machine."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import tensorflow as tf

from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.hyperparams import FanMode, Hyperparams

Seed = tuple[int, int]


@runtime_checkable
class Initializer(Protocol):
    """Makes the first values of a variable."""

    def draw(self, shape: Sequence[int], seed: Seed) -> tf.Tensor:
        """Values of this shape, float32."""
        ...


@dataclass(frozen=True, slots=True)
class TruncatedNormal:
    """A normal distribution without what is beyond two standard deviations."""

    mean: float
    stddev: float

    def draw(self, shape: Sequence[int], seed: Seed) -> tf.Tensor:
        """Values of this shape, float32."""
        return tf.random.stateless_truncated_normal(shape, seed, self.mean, self.stddev)


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal distribution."""

    mean: float
    stddev: float

    def draw(self, shape: Sequence[int], seed: Seed) -> tf.Tensor:
        """Values of this shape, float32."""
        return tf.random.stateless_normal(shape, seed, self.mean, self.stddev)


@dataclass(frozen=True, slots=True)
class VarianceScaling:
    """A variance of factor / fan, as tf-slim's variance_scaling_initializer draws it.

    He et al., section 2.2, https://arxiv.org/abs/1502.01852
    """

    factor: float
    mode: FanMode
    uniform: bool

    def draw(self, shape: Sequence[int], seed: Seed) -> tf.Tensor:
        """Values of this shape, float32; the shape is that of a convolution, (height, width, in, out)."""
        variance = self.factor / self._fan(shape)
        if self.uniform:
            limit = math.sqrt(3.0 * variance)  # a uniform distribution's variance is limit^2 / 3
            return tf.random.stateless_uniform(shape, seed, -limit, limit)
        # 1.3 is slim's: what the truncation takes away from the variance.
        return tf.random.stateless_truncated_normal(shape, seed, 0.0, math.sqrt(1.3 * variance))

    def _fan(self, shape: Sequence[int]) -> float:
        place = math.prod(shape[:-2])
        fan_in, fan_out = shape[-2] * place, shape[-1] * place
        return {"FAN_IN": fan_in, "FAN_OUT": fan_out, "FAN_AVG": (fan_in + fan_out) / 2}[self.mode]


def weights_initializer(settings: Hyperparams) -> Initializer:
    """The initializer that a config's hyperparameters state; they have to state one."""
    stated = settings.initializer
    if stated.truncated_normal_initializer is not None:
        chosen = stated.truncated_normal_initializer
        return TruncatedNormal(chosen.mean, chosen.stddev)
    if stated.random_normal_initializer is not None:
        return Normal(stated.random_normal_initializer.mean, stated.random_normal_initializer.stddev)
    if stated.variance_scaling_initializer is not None:
        scaling = stated.variance_scaling_initializer
        return VarianceScaling(scaling.factor, scaling.mode, scaling.uniform)
    raise ConfigError(
        "conv_hyperparams",
        "states no initializer",
        "initializer { truncated_normal_initializer { stddev: 0.03 } }",
    )
