from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.initializers import Normal
from boxwright.core.detector.regularization import Penalty
from boxwright.core.detector.variables import Store

ZEROS = tf.compat.v1.zeros_initializer()


def get(store: Store, scope: str, **settings: object) -> tf.Variable:
    with store.scope(), tf.compat.v1.variable_scope(scope):
        return tf.compat.v1.get_variable("weights", [2, 3], **settings)


def test_a_name_is_one_variable_in_and_out_of_a_trace():
    store = Store()
    made = get(store, "a/b", initializer=ZEROS)
    assert made is store.vars["a/b/weights"] is get(store, "a/b", initializer=ZEROS)
    doubled = tf.function(lambda: 2.0 * get(store, "a/b", initializer=ZEROS), autograph=False)
    made.assign_add(tf.ones([2, 3]))
    np.testing.assert_array_equal(doubled(), np.full([2, 3], 2.0))
    assert list(store.vars) == ["a/b/weights"]


def test_a_variable_may_be_made_in_a_trace():
    store = Store()
    traced = tf.function(lambda: get(store, "a", initializer=Normal(0.0, 1.0)) + 0.0, autograph=False)
    np.testing.assert_array_equal(traced(), store.vars["a/weights"])


def test_a_frozen_store_makes_nothing_new():
    store = Store()
    get(store, "a", initializer=ZEROS)
    store.frozen = True
    get(store, "a", initializer=ZEROS)
    with pytest.raises(KeyError, match="variable 'b/weights' was not made when the network was built"):
        get(store, "b", initializer=ZEROS)


def test_it_knows_what_drew_a_variable_and_what_it_adds_to_the_loss():
    store, drawn, penalty = Store(), Normal(0.0, 0.5), Penalty("l2", 0.1)
    get(store, "a", initializer=drawn, regularizer=penalty)
    get(store, "b", initializer=ZEROS, trainable=False)
    assert store.initializers == {"a/weights": drawn}
    assert store.penalties == {"a/weights": penalty}
    assert [variable.trainable for variable in store.vars.values()] == [True, False]


def test_first_values_depend_on_name_and_seed_not_on_the_order():
    def made(seed: int, *scopes: str) -> dict[str, np.ndarray]:
        store = Store(seed)
        return {scope: get(store, scope, initializer=Normal(0.0, 1.0)).numpy() for scope in scopes}

    first, turned, other = made(1, "a", "b"), made(1, "b", "a"), made(2, "a", "b")
    np.testing.assert_array_equal(first["a"], turned["a"])
    assert not np.array_equal(first["a"], first["b"])
    assert not np.array_equal(first["a"], other["a"])


def test_a_checkpoint_holds_every_variable(tmp_path: Path):
    store, other = Store(1), Store(2)
    for each in (store, other):
        get(each, "a/b", initializer=Normal(0.0, 1.0), regularizer=Penalty("l2", 0.1))
    path = tf.train.Checkpoint(model=store).write(str(tmp_path / "ckpt"))
    tf.train.Checkpoint(model=other).read(path).assert_consumed()
    np.testing.assert_array_equal(store.vars["a/b/weights"], other.vars["a/b/weights"])
