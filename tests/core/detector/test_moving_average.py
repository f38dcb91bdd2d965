import numpy as np
import tensorflow as tf

from boxwright.core.detector.moving_average import averaged, moving_averages, update_averages


def test_an_average_starts_as_its_variable_and_follows_it():
    variables = {"a/weights": tf.Variable([1.0, 2.0])}
    averages = moving_averages(variables)
    assert [*averages] == ["a/weights/ExponentialMovingAverage"]
    assert averages["a/weights/ExponentialMovingAverage"].name == "a/weights/ExponentialMovingAverage:0"
    variables["a/weights"].assign([3.0, 2.0])
    tf.function(lambda: update_averages(averages, variables, 0.9), autograph=False)()
    np.testing.assert_allclose(averaged(averages)["a/weights"], [0.9 * 1.0 + 0.1 * 3.0, 2.0], rtol=1e-6)


def test_averages_are_those_of_tensorflow_1():
    ours, theirs = {"w": tf.Variable([0.0, 1.0])}, tf.Variable([0.0, 1.0])
    averages, original = moving_averages(ours), tf.train.ExponentialMovingAverage(0.99)
    original.apply([theirs])
    for step in range(1, 6):
        for variable in (ours["w"], theirs):
            variable.assign([step, 1.0 / step])
        update_averages(averages, ours, 0.99)
        original.apply([theirs])
    np.testing.assert_allclose(averaged(averages)["w"], original.average(theirs), rtol=1e-6)
