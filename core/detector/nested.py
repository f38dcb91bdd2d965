"""Dataclasses of tensors that go in and out of tf.function and tf.data.

tf.distribute takes lists, tuples and dicts apart, one part for each replica, but not these: give a strategy
`tf.nest.flatten(value)`, and put the parts together within the replica by `tf.nest.pack_sequence_as`.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Self


class Nested:
    """Makes a dataclass a structure for TensorFlow, as a dict of its fields would be.

    TensorFlow looks for these two methods: https://www.tensorflow.org/api_docs/python/tf/nest
    """

    __slots__ = ()

    def __tf_flatten__(self) -> tuple[tuple[()], tuple[Any, ...]]:
        """What TensorFlow must not look at: nothing; and the tensors."""
        return (), tuple(getattr(self, name) for name in _names(type(self)))

    @classmethod
    def __tf_unflatten__(cls, metadata: tuple[()], components: Sequence[Any]) -> Self:
        """The dataclass again."""
        return cls(**dict(zip(_names(cls), components, strict=True)))


def _names(cls: Any) -> list[str]:
    return [field.name for field in fields(cls)]
