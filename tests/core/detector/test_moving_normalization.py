import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.convolution import conv2d, depthwise_conv2d, separable_conv2d
from boxwright.core.detector.initializers import Normal
from boxwright.core.detector.moving_normalization import MovingNormalization
from boxwright.core.detector.variables import Store

NORMALIZATION = MovingNormalization(epsilon=0.25, center=True, scale=True)
INPUTS = np.random.default_rng(0).normal(size=[2, 5, 6, 3]).astype(np.float32)
VALUES = {"beta": [1, 2, 3], "gamma": [2, 1, 0.5], "moving_mean": [3, 0, -1], "moving_variance": [0.75, 2, 6]}


def layer(kind: str, normalizer: MovingNormalization | None, store: Store) -> tf.Tensor:
    settings = {"scope": "layer", "weights_initializer": Normal(0.0, 1.0), "normalizer": normalizer}
    with store.scope():
        match kind:
            case "full":
                return conv2d(tf.constant(INPUTS), 3, 3, **settings)
            case "depthwise":
                return depthwise_conv2d(tf.constant(INPUTS), 3, **settings)
            case _:
                return separable_conv2d(tf.constant(INPUTS), 3, 3, multiplier=2, **settings)


@pytest.mark.parametrize("kind", ["full", "depthwise", "separable"])
def test_a_channel_loses_its_mean_is_divided_by_its_deviation_and_gets_gamma_and_beta(kind: str):
    store = Store()
    layer(kind, NORMALIZATION, store)
    for name, values in VALUES.items():
        store.vars[f"layer/BatchNorm/{name}"].assign(values)
    beta, gamma, mean, variance = (np.float64(values) for values in VALUES.values())
    plain = layer(kind, None, store).numpy()  # its biases are zeros
    wanted = (plain - mean) / np.sqrt(variance + 0.25) * gamma + beta
    np.testing.assert_allclose(layer(kind, NORMALIZATION, store), wanted, rtol=1e-4, atol=1e-5)


def test_variables_are_slims_in_its_order():
    store = Store()
    layer("full", NORMALIZATION, store)
    assert {name: variable.trainable for name, variable in store.vars.items()} == {
        "layer/weights": True,
        "layer/BatchNorm/beta": True,
        "layer/BatchNorm/gamma": True,
        "layer/BatchNorm/moving_mean": False,
        "layer/BatchNorm/moving_variance": False,
    }
    assert list(store.vars) == [
        "layer/weights",
        *(f"layer/BatchNorm/{name}" for name in ("beta", "gamma", "moving_mean", "moving_variance")),
    ]


def test_what_is_left_out_has_no_variable():
    store = Store()
    layer("full", MovingNormalization(epsilon=0.001, center=False, scale=False), store)
    assert set(store.vars) == {
        "layer/weights",
        "layer/BatchNorm/moving_mean",
        "layer/BatchNorm/moving_variance",
    }


def test_gamma_and_beta_learn_although_the_averages_stay():
    store = Store()
    layer("full", NORMALIZATION, store)
    gamma, beta = (store.vars[f"layer/BatchNorm/{name}"] for name in ("gamma", "beta"))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer("full", NORMALIZATION, store))
    by_gamma, by_beta = tape.gradient(total, [gamma, beta])
    np.testing.assert_allclose(by_beta, [60.0, 60.0, 60.0])  # 2 images of 5 x 6 places
    plain = layer("full", None, store).numpy().sum((0, 1, 2))
    np.testing.assert_allclose(by_gamma, plain / np.sqrt(1.25), rtol=1e-3)
