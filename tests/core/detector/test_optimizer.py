"""Against TensorFlow 1's optimisers, and against the first updates that were measured of the original."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.moving_average import averaged, moving_averages, update_averages
from boxwright.core.detector.optimizer import Updater, updater
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.optimizer import (
    AdamOptimizer,
    MomentumOptimizer,
    Optimizer,
    RMSPropOptimizer,
)

RMS_PROP = Optimizer(rms_prop_optimizer=RMSPropOptimizer())
MOMENTUM = Optimizer(momentum_optimizer=MomentumOptimizer())
ADAM = Optimizer(adam_optimizer=AdamOptimizer())
ORIGINALS = [
    (RMS_PROP, lambda rate: tf.compat.v1.train.RMSPropOptimizer(rate, momentum=0.9, epsilon=1.0)),
    (MOMENTUM, lambda rate: tf.compat.v1.train.MomentumOptimizer(rate, momentum=0.9)),
    (ADAM, lambda rate: tf.compat.v1.train.AdamOptimizer(rate)),
]


def variables() -> dict[str, tf.Variable]:
    values = {"a/weights": np.linspace(-2, 3, 12).reshape(3, 4), "a/biases": [0.5, -0.25]}
    return {name: tf.Variable(value, dtype=tf.float32, name=name) for name, value in values.items()}


def gradients(step: int) -> dict[str, tf.Tensor]:
    draw = np.random.default_rng(step)
    return {
        "a/weights": tf.constant(draw.normal(size=(3, 4)) * 10.0**step, tf.float32),
        "a/biases": tf.constant(draw.normal(size=2), tf.float32),
    }


def in_a_graph(made: Updater) -> Callable[..., Any]:
    function: Callable[..., Any] = tf.function(made.update, autograph=False)
    return function


@pytest.mark.parametrize("config, original", ORIGINALS)
@pytest.mark.parametrize("traced", [False, True])
def test_five_updates_are_those_of_tensorflow_1(
    config: Optimizer, original: Callable[[float], Any], traced: bool
):
    ours, theirs = variables(), variables()
    made, optimizer = updater(config, ours), original(0.1)
    update = in_a_graph(made) if traced else made.update
    for step in range(5):
        update(gradients(step), tf.constant(0.1))
        optimizer.apply_gradients([(gradients(step)[name], theirs[name]) for name in theirs])
    for name in ours:
        np.testing.assert_array_equal(ours[name], theirs[name])


def test_rms_prop_moves_a_parabola_as_measured():
    """Three steps on w² from 1 and 2, rate 0.1, everything else as the config's defaults."""
    weights = {"w": tf.Variable([1.0, 2.0])}
    made = updater(RMS_PROP, weights)
    for _ in range(3):
        made.update({"w": 2.0 * weights["w"].read_value()}, tf.constant(0.1))
    np.testing.assert_allclose(weights["w"], [0.3517479, 0.97383726], rtol=1e-6)


@pytest.mark.parametrize(
    "model, config",
    [
        ("ssd_mobilenet_v1", RMS_PROP),
        ("ssd_mobilenet_v2", RMS_PROP),
        ("ssdlite_mobilenet_v2", RMS_PROP),
        ("ssd_inception_v2", RMS_PROP),
        ("ssd_resnet50_v1_fpn", MOMENTUM),
    ],
)
def test_the_first_update_of_a_model_is_the_originals(model: str, config: Optimizer, measured: Path):
    with np.load(measured / "first_updates.npz") as arrays:
        gradient, before, after = arrays[model]
        rate = arrays[f"{model}/learning_rate"]
    weights = {"w": tf.Variable(before)}
    updater(config, weights).update({"w": tf.constant(gradient)}, tf.constant(rate))
    np.testing.assert_allclose(weights["w"], after, rtol=0, atol=2e-7)


@pytest.mark.parametrize(
    "config, slots",
    [
        (RMS_PROP, ["a/weights/RMSProp", "a/weights/RMSProp_1", "a/biases/RMSProp", "a/biases/RMSProp_1"]),
        (MOMENTUM, ["a/weights/Momentum", "a/biases/Momentum"]),
        (
            ADAM,
            [
                *("a/weights/Adam", "a/weights/Adam_1", "a/biases/Adam", "a/biases/Adam_1"),
                *("beta1_power", "beta2_power"),
            ],
        ),
    ],
)
def test_slots_have_the_names_of_tensorflow_1(config: Optimizer, slots: list[str]):
    made = updater(config, variables())
    assert [*made.slots] == slots
    assert [slot.name for slot in made.slots.values()] == [f"{name}:0" for name in slots]


def test_slots_survive_a_checkpoint(tmp_path: Path):
    ours, gone_on = variables(), variables()
    made, other = updater(ADAM, ours), updater(ADAM, gone_on)
    made.update(gradients(0), tf.constant(0.1))
    path = tf.train.Checkpoint(vars=ours, slots=made.slots).write(str(tmp_path / "x"))
    tf.train.Checkpoint(vars=gone_on, slots=other.slots).read(path).assert_consumed()
    for each in (made, other):
        each.update(gradients(1), tf.constant(0.1))
    for name in ours:
        np.testing.assert_array_equal(ours[name], gone_on[name])


def test_a_variable_without_a_gradient_stays():
    weights = variables()
    before = weights["a/weights"].numpy()
    updater(MOMENTUM, weights).update({"a/biases": tf.ones([2])}, tf.constant(0.1))
    np.testing.assert_array_equal(weights["a/weights"], before)


def test_a_config_without_an_optimizer_is_told():
    with pytest.raises(ConfigError) as caught:
        updater(Optimizer(), variables())
    assert (
        str(caught.value) == "train_config.optimizer: states no optimiser\n  hint: rms_prop_optimizer { ... }"
    )


def test_replicas_move_their_copies_alike(tmp_path: Path):
    # Devices cannot be split once TensorFlow runs, hence another process.
    script = (
        "import sys; sys.path[:0] = sys.argv[2:]; import runpy; runpy.run_path(sys.argv[1], run_name='other')"
    )
    subprocess.run(
        [sys.executable, "-c", script, __file__, *filter(None, sys.path)],
        check=True,
        timeout=120,
        cwd=tmp_path,
        env=os.environ,
    )


def on_two_devices() -> None:
    """Compare two updates on two devices, each with half of every gradient, with those on one."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    for config, _ in ORIGINALS:
        alone = variables()
        single, single_averages = updater(config, alone), moving_averages(alone)
        with strategy.scope():
            mirrored = variables()
            both, averages = updater(config, mirrored), moving_averages(mirrored)

        def step(number: int) -> None:
            halves = {name: 0.5 * gradient for name, gradient in gradients(number).items()}
            context = tf.distribute.get_replica_context()
            both.update(context.all_reduce("SUM", halves), tf.constant(0.1))  # noqa: B023
            update_averages(averages, mirrored, 0.5)  # noqa: B023

        for number in range(2):
            tf.function(lambda number=number: strategy.run(step, [number]), autograph=False)()
            single.update(gradients(number), tf.constant(0.1))
            update_averages(single_averages, alone, 0.5)
        for name in alone:
            for copy in mirrored[name].values:
                np.testing.assert_allclose(copy, alone[name], rtol=1e-6)
            expected = averaged(single_averages)[name]
            for copy in averages[f"{name}/ExponentialMovingAverage"].values:
                np.testing.assert_allclose(copy, expected, rtol=1e-6)


if __name__ == "other":
    on_two_devices()
