import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.gradients import clipped, with_biases_multiplied

GRADIENTS = {"a/weights": tf.constant([[3.0, 0.0]]), "a/biases": tf.constant([0.0, -4.0])}


@pytest.mark.parametrize(
    "norm, factor",
    [(0.0, 1.0), (10.0, 1.0), (2.5, 0.5)],
    ids=["no clipping", "below the bound", "above it"],
)
def test_gradients_are_scaled_by_their_common_norm(norm: float, factor: float):
    found, before = clipped(GRADIENTS, norm)
    assert before == 5.0
    for name, gradient in GRADIENTS.items():
        np.testing.assert_allclose(found[name], factor * gradient)


def test_a_gradient_that_is_not_finite_is_not_hidden():
    found, norm = clipped({"w": tf.constant([1.0, np.nan])}, 1.0)
    assert np.isnan(norm) and np.isnan(found["w"]).all()


def test_gradients_of_parts_of_a_variable_are_clipped_as_a_whole():
    sparse = tf.IndexedSlices(tf.constant([[3.0], [4.0]]), tf.constant([0, 2]), tf.constant([3, 1]))
    found, norm = clipped({"w": sparse}, 1.0)
    assert norm == 5.0
    np.testing.assert_allclose(found["w"], [[0.6], [0.0], [0.8]])


@pytest.mark.parametrize("multiplier, biases", [(0.0, -4.0), (2.0, -8.0)])
def test_biases_may_learn_faster(multiplier: float, biases: float):
    found = with_biases_multiplied(GRADIENTS, multiplier)
    assert found["a/biases"][1] == biases and found["a/weights"][0, 0] == 3.0
