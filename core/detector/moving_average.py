"""Exponential moving averages of weights, as TensorFlow 1 kept them beside each trainable variable."""

from collections.abc import Mapping

import tensorflow as tf

SLOT = "ExponentialMovingAverage"
Variables = Mapping[str, tf.Variable]  # by name


def moving_averages(variables: Variables) -> dict[str, tf.Variable]:
    """An average for each variable, named `<variable>/ExponentialMovingAverage`; it starts as the variable.

    To be made after a checkpoint was restored: with a decay of 0.9999 a first value counts for 10,000 steps.
    """
    return {
        (slot := f"{name}/{SLOT}"): tf.Variable(
            variable.read_value(), name=slot, trainable=False, dtype=variable.dtype
        )
        for name, variable in variables.items()
    }


def update_averages(averages: Variables, variables: Variables, decay: float) -> None:
    """Move each average by the share 1 - decay towards its variable."""
    for name, variable in variables.items():
        average = averages[f"{name}/{SLOT}"]
        step = (average.read_value() - variable.read_value()) * (1.0 - decay)
        # By its handle, which is the device's own copy: replicas change it alike and need not be merged.
        tf.raw_ops.AssignSubVariableOp(resource=average.handle, value=step)


def averaged(averages: Variables) -> dict[str, tf.Tensor]:
    """The averages under the names of what they are averages of."""
    return {name.removesuffix(f"/{SLOT}"): average.read_value() for name, average in averages.items()}
