"""What the weights add to the loss: each variable remembers its penalty from where it was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import tensorflow as tf

from boxwright.core.pipeline.hyperparams import Hyperparams


@dataclass(frozen=True, slots=True)
class Penalty:
    """scale * sum(w^2) / 2, or scale * sum(|w|)."""

    kind: Literal["l1", "l2"]
    scale: float

    def loss(self, weights: tf.Tensor) -> tf.Tensor:
        """The penalty of these weights, a scalar."""
        size = tf.nn.l2_loss(weights) if self.kind == "l2" else tf.reduce_sum(tf.abs(weights))
        return self.scale * size


def penalty(settings: Hyperparams) -> Penalty | None:
    """The penalty that a config's hyperparameters state; a weight of 0 is none."""
    stated = settings.regularizer
    if stated.l2_regularizer is not None and stated.l2_regularizer.weight != 0.0:
        return Penalty("l2", stated.l2_regularizer.weight)
    if stated.l1_regularizer is not None and stated.l1_regularizer.weight != 0.0:
        return Penalty("l1", stated.l1_regularizer.weight)
    return None


def regularization_loss(variables: Mapping[str, tf.Variable], penalties: Mapping[str, Penalty]) -> tf.Tensor:
    """The sum over all penalised variables, a float32 scalar."""
    losses = [penalties[name].loss(variables[name]) for name in penalties]
    return tf.reduce_sum(tf.stack(losses)) if losses else tf.zeros(())  # not add_n: see one_use
