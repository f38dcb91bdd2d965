"""The variables of a detector by name: the names are the checkpoint format."""

import zlib
from contextlib import AbstractContextManager
from typing import Any

import tensorflow as tf

from boxwright.core.detector.initializers import Initializer
from boxwright.core.detector.regularization import Penalty


class Store(tf.Module):  # type: ignore[misc]  # TensorFlow has no types
    """Owns the variables that layers ask for inside its scope.

    vars          name -> variable, in the order in which they were made
    initializers  name -> what drew its first values, where that was random
    penalties     name -> what it adds to the loss, where it does
    frozen        from now on, asking for a name that is not there is an error
    """

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.vars: dict[str, tf.Variable] = {}
        self.initializers: dict[str, Initializer] = {}
        self.penalties: dict[str, Penalty] = {}
        self.frozen = False
        self._seed = seed

    def scope(self) -> AbstractContextManager[Any]:
        """Where layers get their variables from this store; to be entered inside the traced function."""
        # A traced function has its own stack of scopes and does not see one entered around its call.
        scope: AbstractContextManager[Any] = tf.compat.v1.variable_scope(
            "", custom_getter=self._get, reuse=tf.compat.v1.AUTO_REUSE
        )
        return scope

    def _get(self, getter: Any, name: str, **settings: Any) -> tf.Variable:
        if name not in self.vars:
            if self.frozen:
                raise KeyError(f"variable {name!r} was not made when the network was built")
            self._make(name, **settings)
        return self.vars[name]

    def _make(
        self,
        name: str,
        *,
        shape: Any,
        initializer: Any,
        regularizer: Penalty | None = None,
        trainable: bool | None = None,
        **_: Any,
    ) -> None:
        size = tf.TensorShape(shape).as_list()
        if isinstance(initializer, Initializer):
            self.initializers[name] = initializer
        if regularizer is not None:
            self.penalties[name] = regularizer
        with tf.init_scope():
            self.vars[name] = tf.Variable(
                lambda: self._first_values(name, size, initializer),
                name=name,
                trainable=trainable is not False,
            )

    def _first_values(self, name: str, shape: list[int], initializer: Any) -> tf.Tensor:
        if isinstance(initializer, Initializer):
            # By its name, so that neither the order of making nor the number of devices changes it.
            return initializer.draw(shape, (self._seed, zlib.crc32(name.encode())))
        return initializer(shape, dtype=tf.float32)
