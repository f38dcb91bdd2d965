"""Gradients summed in an order that is always the same, so that equal runs have equal bits.

Where a tensor is used three times or more, TensorFlow sums the gradients of its uses by AddN, which adds the
others to whichever lies in memory that nothing else needs any more. With operations side by side that is now
one of them, now another, and sums in another order differ in their last digits. Sums of two do not.
"""

import tensorflow as tf

from boxwright.core.detector.slim import add_arg_scope


@add_arg_scope
def one_use(values: tf.Tensor, *, is_training: bool = False) -> tf.Tensor:
    """The same values, of which all uses together count as one use of the tensor that was given.

    is_training   False: the tensor itself, for graphs without gradients
    """
    used: tf.Tensor = _one_use(values) if is_training else values
    return used


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _one_use(values: tf.Tensor) -> tuple[tf.Tensor, object]:
    def gradient(summed: tf.Tensor) -> tf.Tensor:
        # Grappler makes one AddN of a sum of sums; not through this operation, which does nothing else.
        return tf.ensure_shape(summed, summed.shape)

    return tf.identity(values), gradient
