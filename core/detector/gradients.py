"""What happens to gradients before they move the weights."""

from collections.abc import Mapping

import tensorflow as tf

Gradients = Mapping[str, tf.Tensor]  # by the variable's name


def clipped(gradients: Gradients, norm: float) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    """The gradients, scaled by one factor so that their common norm is at most `norm`; and that norm before.

    norm   0: they stay as they are

    Pascanu, Mikolov and Bengio, algorithm 1, https://arxiv.org/abs/1211.5063
    """
    values = [tf.convert_to_tensor(gradient) for gradient in gradients.values()]
    found = tf.linalg.global_norm(values)
    if norm > 0:
        values, _ = tf.clip_by_global_norm(values, norm, use_norm=found)
    return dict(zip(gradients, values, strict=True)), found


def with_biases_multiplied(gradients: Gradients, multiplier: float) -> dict[str, tf.Tensor]:
    """The gradients, those of biases times `multiplier` (0: as they are), as a config may ask."""
    if multiplier == 0:
        return dict(gradients)
    return {
        name: multiplier * gradient if name.endswith("/biases") else gradient
        for name, gradient in gradients.items()
    }
