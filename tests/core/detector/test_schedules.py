import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.schedules import learning_rate
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.optimizer import LearningRate
from boxwright.core.pipeline.text import parse_config

MEASURED = json.loads((Path(__file__).parents[2] / "data/reference/lr_schedules.json").read_text())


def schedule(text: str) -> LearningRate:
    optimizer = f"train_config {{ optimizer {{ adam_optimizer {{ learning_rate {{ {text} }} }} }} }}"
    adam = parse_config(optimizer, "x.config").train_config.optimizer.adam_optimizer
    assert adam is not None
    return adam.learning_rate


@pytest.mark.parametrize("name", MEASURED)
def test_rates_are_the_originals(name: str):
    config = schedule(MEASURED[name]["config"])
    steps, expected = zip(*MEASURED[name]["step_lr"], strict=True)
    rate = tf.function(lambda step: learning_rate(config, step), autograph=False)
    found = [rate(tf.constant(step, tf.int64)).numpy() for step in steps]
    # Where the cosine comes near 0, float32 leaves 1e-7 of the base rate.
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7 * max(expected))


def test_a_rate_is_the_same_eagerly_and_in_a_graph():
    config = schedule("cosine_decay_learning_rate { total_steps: 100 warmup_steps: 10 }")
    rate = tf.function(lambda step: learning_rate(config, step), autograph=False)
    for step in (0, 5, 10, 55, 100, 101):
        # A graph may multiply its constants beforehand: the last digit differs.
        np.testing.assert_allclose(
            rate(tf.constant(step)), learning_rate(config, tf.constant(step)), rtol=1e-6
        )


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "",
            "learning_rate: states no schedule\n  hint: constant_learning_rate { learning_rate: 0.001 }",
        ),
        (
            "cosine_decay_learning_rate { total_steps: 100 warmup_steps: 90 hold_base_rate_steps: 10 }",
            "cosine_decay_learning_rate.total_steps: is 100; warm-up and hold alone take 100 steps",
        ),
        (
            "manual_step_learning_rate { schedule { step: 9 } schedule { step: 5 } }",
            "manual_step_learning_rate.schedule: steps must ascend; found 9, 5",
        ),
        (
            "exponential_decay_learning_rate { decay_steps: 0 }",
            "exponential_decay_learning_rate.decay_steps: is 0; steps between decays start at 1",
        ),
    ],
)
def test_a_schedule_that_cannot_be_is_named(text: str, message: str):
    with pytest.raises(ConfigError) as caught:
        learning_rate(schedule(text), tf.constant(0))
    assert str(caught.value) == message
