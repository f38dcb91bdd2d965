import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.one_use import one_use


def test_without_gradients_it_is_the_tensor_itself():
    values = tf.constant([1.0, 2.0])
    assert one_use(values) is values


@pytest.mark.parametrize("in_graph", [False, True])
def test_values_and_gradients_are_what_they_were(in_graph: bool):
    def gradient(values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(values)
            used = one_use(values, is_training=True)
            total = tf.reduce_sum(3.0 * used + used * used + values)
        return used, tape.gradient(total, values)

    given = np.array([[1.0, 2.0], [-4.0, 0.0]], np.float32)
    used, found = (tf.function(gradient) if in_graph else gradient)(tf.constant(given))
    np.testing.assert_array_equal(used, given)
    np.testing.assert_array_equal(found, 3.0 + 2.0 * given + 1.0)


def test_all_uses_of_it_are_one_of_the_tensor():
    @tf.function(autograph=False)
    def gradient(values: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(values)
            used = one_use(values, is_training=True)
            total = tf.reduce_sum(tf.sin(used) + tf.cos(used) + tf.exp(values))
        return tape.gradient(total, values)

    graph = gradient.get_concrete_function(tf.TensorSpec([2])).graph
    assert [len(operation.inputs) for operation in graph.get_operations() if operation.type == "AddN"] == [
        2,
        2,
    ]
