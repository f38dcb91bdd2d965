import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.regularization import Penalty, penalty, regularization_loss
from boxwright.core.pipeline.hyperparams import Hyperparams, L1Regularizer, L2Regularizer, Regularizer


@pytest.mark.parametrize(
    "stated, chosen",
    [
        (Regularizer(l2_regularizer=L2Regularizer(weight=0.5)), Penalty("l2", 0.5)),
        (Regularizer(l1_regularizer=L1Regularizer(weight=0.5)), Penalty("l1", 0.5)),
        (Regularizer(l2_regularizer=L2Regularizer(weight=0.0)), None),
        (Regularizer(l1_regularizer=L1Regularizer(weight=0.0)), None),
        (Regularizer(), None),
    ],
)
def test_a_config_chooses_the_penalty(stated: Regularizer, chosen: Penalty | None):
    assert penalty(Hyperparams(regularizer=stated)) == chosen


def test_l2_is_half_the_squares_and_l1_the_sizes():
    weights = tf.constant([1.0, -2.0, 3.0])
    np.testing.assert_allclose(Penalty("l2", 0.5).loss(weights), 0.5 * 14 / 2)
    np.testing.assert_allclose(Penalty("l1", 0.5).loss(weights), 0.5 * 6)


def test_the_loss_is_the_sum_over_penalized_variables():
    variables = {"a": tf.Variable([1.0, 2.0]), "b": tf.Variable([5.0]), "c": tf.Variable([3.0])}
    loss = regularization_loss(variables, {"a": Penalty("l2", 1.0), "c": Penalty("l1", 2.0)})
    np.testing.assert_allclose(loss, 2.5 + 6.0)
    assert regularization_loss(variables, {}).numpy() == 0.0
