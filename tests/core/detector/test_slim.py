import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.slim import add_arg_scope, arg_scope, batch_norm
from boxwright.core.detector.variables import Store

SETTINGS = {"decay": 0.9, "epsilon": 0.001, "center": True, "scale": True}


@pytest.mark.parametrize("in_graph", [False, True])
def test_training_normalizes_by_the_batch_and_moves_the_averages(in_graph: bool):
    inputs = np.random.default_rng(0).normal(3.0, 2.0, [2, 5, 4, 3]).astype(np.float32)
    store = Store()

    def normalized(images: tf.Tensor) -> tf.Tensor:
        with store.scope():
            return batch_norm(images, is_training=True, **SETTINGS)

    outputs = (tf.function(normalized, autograph=False) if in_graph else normalized)(tf.constant(inputs))
    mean, variance = inputs.mean((0, 1, 2)), inputs.var((0, 1, 2))
    np.testing.assert_allclose(outputs, (inputs - mean) / np.sqrt(variance + 0.001), atol=1e-5)
    unbiased = variance * 40 / 39
    np.testing.assert_allclose(store.vars["BatchNorm/moving_mean"], 0.1 * mean, rtol=1e-5)
    np.testing.assert_allclose(store.vars["BatchNorm/moving_variance"], 0.9 + 0.1 * unbiased, rtol=1e-5)


def test_inference_takes_the_averages_and_keeps_them():
    store, inputs = Store(), np.ones([1, 2, 2, 3], np.float32)
    with store.scope():
        outputs = batch_norm(tf.constant(inputs), is_training=False, **SETTINGS)
    np.testing.assert_allclose(outputs, inputs / np.sqrt(1.001), rtol=1e-6)
    np.testing.assert_array_equal(store.vars["BatchNorm/moving_mean"], np.zeros(3))


def test_gamma_and_beta_are_made_and_trained_as_told():
    store = Store()
    with store.scope():
        batch_norm(tf.zeros([1, 1, 1, 2]), is_training=False, **{**SETTINGS, "scale": False})
    trainable = {name: variable.trainable for name, variable in store.vars.items()}
    assert trainable == {
        "BatchNorm/beta": True,
        "BatchNorm/moving_mean": False,
        "BatchNorm/moving_variance": False,
    }


def test_a_scope_gives_the_arguments_that_are_left_out():
    @add_arg_scope
    def product(first: int, *, second: int = 1) -> int:
        return first * second

    with arg_scope([product], second=3):
        assert (product(2), product(2, second=5)) == (6, 10)
    assert product(2) == 2
