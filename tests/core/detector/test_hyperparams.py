import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector import hyperparams
from boxwright.core.detector.convolution import conv2d, depthwise_conv2d
from boxwright.core.detector.hyperparams import MOBILENET
from boxwright.core.detector.regularization import Penalty
from boxwright.core.detector.variables import Store
from boxwright.core.pipeline.hyperparams import Activation, BatchNorm, Hyperparams

INPUTS = np.random.default_rng(0).normal(size=[2, 4, 4, 2]).astype(np.float32) * 20


def layer(settings: Hyperparams, *, is_training: bool = False) -> tuple[Store, np.ndarray]:
    store = Store()
    with store.scope(), hyperparams.scope(settings, is_training=is_training):
        outputs = conv2d(tf.constant(INPUTS), 3, 1, scope="layer")
    return store, outputs.numpy()


def test_without_batch_norm_in_the_config_there_are_biases():
    store, _ = layer(MOBILENET.model_copy(update={"batch_norm": None}))
    assert list(store.vars) == ["layer/weights", "layer/biases"]


def test_batch_norm_takes_the_configs_numbers():
    norm = BatchNorm(decay=0.75, center=True, scale=False, epsilon=0.5)
    settings = MOBILENET.model_copy(update={"batch_norm": norm, "activation": "NONE"})
    store, outputs = layer(settings, is_training=True)
    plain = INPUTS @ store.vars["layer/weights"].numpy()[0, 0]
    mean, variance = plain.mean((0, 1, 2)), plain.var((0, 1, 2))
    np.testing.assert_allclose(outputs, (plain - mean) / np.sqrt(variance + 0.5), atol=1e-4)
    np.testing.assert_allclose(store.vars["layer/BatchNorm/moving_mean"], 0.25 * mean, rtol=1e-4, atol=1e-5)
    assert "layer/BatchNorm/gamma" not in store.vars


def test_batch_norm_that_does_not_train_keeps_its_averages_in_training():
    settings = MOBILENET.model_copy(update={"batch_norm": BatchNorm(train=False)})
    store, outputs = layer(settings, is_training=True)
    np.testing.assert_array_equal(store.vars["layer/BatchNorm/moving_mean"], np.zeros(3))
    np.testing.assert_array_equal(outputs, layer(settings, is_training=False)[1])


@pytest.mark.parametrize(
    "activation, function",
    [
        ("NONE", lambda x: x),
        ("RELU", lambda x: np.maximum(x, 0)),
        ("RELU_6", lambda x: np.clip(x, 0, 6)),
        ("SWISH", lambda x: x / (1 + np.exp(-x))),
    ],
)
def test_the_activation_is_the_configs(activation: Activation, function):
    store, outputs = layer(MOBILENET.model_copy(update={"batch_norm": None, "activation": activation}))
    plain = INPUTS @ store.vars["layer/weights"].numpy()[0, 0]
    np.testing.assert_allclose(outputs, function(plain), atol=1e-4)


@pytest.mark.parametrize("penalized", [True, False])
def test_depthwise_weights_may_be_left_out_of_the_penalty(penalized: bool):
    store = Store()
    with store.scope(), hyperparams.scope(MOBILENET, is_training=False, penalize_depthwise=penalized):
        conv2d(depthwise_conv2d(tf.constant(INPUTS), 3, scope="a"), 3, 1, scope="b")
    names = ["a/depthwise_weights", "b/weights"] if penalized else ["b/weights"]
    assert store.penalties == dict.fromkeys(names, Penalty("l2", 4e-5))
