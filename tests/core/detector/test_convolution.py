import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.convolution import conv2d, depthwise_conv2d, scaled_depth, separable_conv2d
from boxwright.core.detector.initializers import Normal
from boxwright.core.detector.variables import Store

DRAWN = Normal(0.0, 1.0)


def shapes(store: Store) -> dict[str, tuple[int, ...]]:
    return {name: tuple(variable.shape) for name, variable in store.vars.items()}


def test_without_a_normalizer_there_are_biases():
    store, images = Store(), np.random.default_rng(0).normal(size=[2, 4, 5, 3]).astype(np.float32)
    with store.scope():
        outputs = conv2d(tf.constant(images), 2, 1, scope="layer", weights_initializer=DRAWN, bias=0.5)
    assert shapes(store) == {"layer/weights": (1, 1, 3, 2), "layer/biases": (2,)}
    np.testing.assert_allclose(outputs, images @ store.vars["layer/weights"].numpy()[0, 0] + 0.5, atol=1e-5)


def test_the_normalizer_comes_before_the_activation():
    store = Store()
    with store.scope():
        outputs = conv2d(
            tf.ones([1, 2, 2, 1]),
            1,
            1,
            scope="layer",
            weights_initializer=DRAWN,
            normalizer=lambda values: values * 0.0 - 1.0,
            activation=tf.nn.relu,
        )
    assert shapes(store) == {"layer/weights": (1, 1, 1, 1)}
    np.testing.assert_array_equal(outputs, np.zeros([1, 2, 2, 1]))


def test_a_separable_convolution_is_its_two_halves():
    store, images = Store(), np.random.default_rng(0).normal(size=[1, 8, 8, 3]).astype(np.float32)
    with store.scope():
        outputs = separable_conv2d(
            tf.constant(images), 5, 3, multiplier=2, stride=2, scope="layer", weights_initializer=DRAWN
        )
    assert shapes(store) == {
        "layer/depthwise_weights": (3, 3, 3, 2),
        "layer/pointwise_weights": (1, 1, 6, 5),
        "layer/biases": (5,),
    }
    inner = tf.nn.depthwise_conv2d(images, store.vars["layer/depthwise_weights"], [1, 2, 2, 1], "SAME")
    np.testing.assert_allclose(
        outputs, inner.numpy() @ store.vars["layer/pointwise_weights"].numpy()[0, 0], atol=1e-4
    )


@pytest.mark.parametrize("size, same", [(9, True), (10, False)])
@pytest.mark.parametrize("layer", ["full", "depthwise"])
def test_explicit_padding_differs_at_even_sizes_alone(layer: str, size: int, same: bool):
    images = tf.random.stateless_normal([1, size, size, 2], (0, 1))

    def halved(store: Store, explicit: bool) -> np.ndarray:
        arguments = {
            "stride": 2,
            "scope": "layer",
            "weights_initializer": DRAWN,
            "explicit_padding": explicit,
        }
        with store.scope():
            outputs = (
                conv2d(images, 4, 3, **arguments)
                if layer == "full"
                else depthwise_conv2d(images, 3, **arguments)
            )
        return outputs.numpy()

    store = Store()
    default, explicit = halved(store, False), halved(store, True)
    assert default.shape == explicit.shape == (1, 5, 5, 4 if layer == "full" else 2)
    assert np.allclose(default, explicit, atol=1e-5) is same


def test_a_convolution_outside_a_scope_of_hyperparameters_is_an_error():
    with Store().scope(), pytest.raises(TypeError) as caught:
        conv2d(tf.zeros([1, 2, 2, 1]), 1, 1, scope="layer")
    assert str(caught.value) == "no initializer for weights: convolutions are made inside hyperparams.scope"


@pytest.mark.parametrize("multiplier, depth", [(1.0, 33), (0.5, 16), (0.25, 16), (1.5, 49)])
def test_depths_are_cut_to_an_integer_and_not_below_the_least(multiplier: float, depth: int):
    assert scaled_depth(33, multiplier, 16) == depth
