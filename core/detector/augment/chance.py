"""Random numbers of a seed, without state: what was drawn once is drawn again."""

from collections.abc import Callable

import tensorflow as tf

from boxwright.core.detector.augment.sample import Sample, Seed


def folded(seed: Seed, number: tf.Tensor | int) -> Seed:
    """Another seed for each number: of an epoch, an example, a step, a draw."""
    return tf.random.experimental.stateless_fold_in(seed, number)


def uniform(seed: Seed, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
    """A number from `low` up to `high`, which is not reached: () float32."""
    return tf.random.stateless_uniform([], seed, low, high)


def whole_number(seed: Seed, low: tf.Tensor | int, end: tf.Tensor | int) -> tf.Tensor:
    """A whole number from `low` up to `end`, which is not reached; `low` where there is none: () int32."""
    return tf.random.stateless_uniform([], seed, low, tf.maximum(end, low + 1), tf.int32)


def sometimes(
    change: Callable[[Sample], Sample], sample: Sample, seed: Seed, *, probability: float
) -> Sample:
    """The changed sample with a probability, else the sample as it is."""
    if probability >= 1.0:
        return change(sample)
    changed: Sample = tf.cond(uniform(seed) < probability, lambda: change(sample), lambda: sample)
    return changed
