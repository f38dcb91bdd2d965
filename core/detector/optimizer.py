"""Optimisers with TensorFlow 1's numbers and its names of slots, which are the checkpoint format.

A slot is what an optimiser keeps for a variable: `<variable>/RMSProp` is RMSProp's mean square. All go by
a variable's handle, which is the device's own copy: replicas that are given the same gradients, summed over
all of them, stay equal.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import tensorflow as tf

from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.optimizer import (
    AdamOptimizer,
    LearningRate,
    MomentumOptimizer,
    Optimizer,
    RMSPropOptimizer,
)

Variables = Mapping[str, tf.Variable]  # by name
Gradients = Mapping[str, tf.Tensor]  # by the variable's name; a variable without one stays as it is

# Adam's decay of the mean and of the mean square: algorithm 1 of the paper; the config has no names for them.
BETA_1, BETA_2 = 0.9, 0.999


@dataclass(frozen=True, slots=True, kw_only=True)
class Updater:
    """Moves variables.

    update     takes gradients and the learning rate, () float32
    slots      by name; to be saved with the variables
    schedule   the learning rate by step
    """

    update: Callable[[Gradients, tf.Tensor], None]
    slots: dict[str, tf.Variable]
    schedule: LearningRate


def updater(config: Optimizer, variables: Variables) -> Updater:
    """What the config's optimiser does to these variables."""
    if config.rms_prop_optimizer is not None:
        return rms_prop(config.rms_prop_optimizer, variables)
    if config.momentum_optimizer is not None:
        return momentum(config.momentum_optimizer, variables)
    if config.adam_optimizer is not None:
        return adam(config.adam_optimizer, variables)
    raise ConfigError("train_config.optimizer", "states no optimiser", "rms_prop_optimizer { ... }")


def rms_prop(config: RMSPropOptimizer, variables: Variables) -> Updater:
    """RMSProp whose mean square starts at one, with epsilon under the root.

    ms = decay ms + (1 - decay) g²;  mom = momentum mom + rate g / sqrt(ms + epsilon);  v = v - mom

    Lecture 6e, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf
    """
    slots = _slots(variables, {"RMSProp": 1.0, "RMSProp_1": 0.0})

    def update(gradients: Gradients, rate: tf.Tensor) -> None:
        for name, variable, gradient in _moved(variables, gradients):
            tf.raw_ops.ResourceApplyRMSProp(
                var=variable.handle,
                ms=slots[f"{name}/RMSProp"].handle,
                mom=slots[f"{name}/RMSProp_1"].handle,
                lr=rate,
                rho=config.decay,
                momentum=config.momentum_optimizer_value,
                epsilon=config.epsilon,
                grad=gradient,
            )

    return Updater(update=update, slots=slots, schedule=config.learning_rate)


def momentum(config: MomentumOptimizer, variables: Variables) -> Updater:
    """Gradient descent with momentum: mom = momentum mom + g;  v = v - rate mom."""
    slots = _slots(variables, {"Momentum": 0.0})

    def update(gradients: Gradients, rate: tf.Tensor) -> None:
        for name, variable, gradient in _moved(variables, gradients):
            tf.raw_ops.ResourceApplyMomentum(
                var=variable.handle,
                accum=slots[f"{name}/Momentum"].handle,
                lr=rate,
                grad=gradient,
                momentum=config.momentum_optimizer_value,
            )

    return Updater(update=update, slots=slots, schedule=config.learning_rate)


def adam(config: AdamOptimizer, variables: Variables) -> Updater:
    """Adam with epsilon beside the root of the uncorrected mean square ("epsilon hat", end of section 2).

    https://arxiv.org/abs/1412.6980
    """
    slots = _slots(variables, {"Adam": 0.0, "Adam_1": 0.0})
    slots |= {name: _variable(name, beta) for name, beta in _POWERS.items()}

    def update(gradients: Gradients, rate: tf.Tensor) -> None:
        powers = {name: slots[name].read_value() for name in _POWERS}
        for name, variable, gradient in _moved(variables, gradients):
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=slots[f"{name}/Adam"].handle,
                v=slots[f"{name}/Adam_1"].handle,
                lr=rate,
                beta1=BETA_1,
                beta2=BETA_2,
                epsilon=config.epsilon,
                grad=gradient,
                **powers,
            )
        for name, beta in _POWERS.items():
            tf.raw_ops.AssignVariableOp(resource=slots[name].handle, value=powers[name] * beta)

    return Updater(update=update, slots=slots, schedule=config.learning_rate)


# Adam's own variables: the powers of its decays at the next update.
_POWERS = {"beta1_power": BETA_1, "beta2_power": BETA_2}


def _slots(variables: Variables, first: Mapping[str, float]) -> dict[str, tf.Variable]:
    return {
        (name := f"{owner}/{slot}"): _variable(name, value, variable.shape)
        for owner, variable in variables.items()
        for slot, value in first.items()
    }


def _variable(name: str, value: float, shape: tuple[int, ...] = ()) -> tf.Variable:
    return tf.Variable(tf.fill(shape, tf.constant(value)), name=name, trainable=False)


def _moved(variables: Variables, gradients: Gradients) -> Iterator[tuple[str, tf.Variable, tf.Tensor]]:
    for name, gradient in gradients.items():
        yield name, variables[name], tf.convert_to_tensor(gradient)
