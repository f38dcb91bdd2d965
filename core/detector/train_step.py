"""One step of training: losses of a batch, gradients, moved weights, on all devices at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import tensorflow as tf

from boxwright.core.detector import gradients as gradient_steps
from boxwright.core.detector.groundtruth import GroundTruth
from boxwright.core.detector.losses import Losses, object_weight
from boxwright.core.detector.moving_average import moving_averages, update_averages
from boxwright.core.detector.optimizer import Updater, updater
from boxwright.core.detector.replicas import Tensors, parts_of, summed
from boxwright.core.detector.schedules import learning_rate
from boxwright.core.detector.ssd import Ssd, named_losses
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.training import TrainConfig

RATE, NORM, STOP = "learning_rate", "gradient_norm", "stop"
# Takes a worker's batch, the step's number and whether this worker wants to stop; returns losses, RATE, NORM,
# and in STOP how many devices want to stop, all float32 scalars.
Step = Callable[[Tensors, int, bool], dict[str, tf.Tensor]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainer:
    """What a step works on.

    variables   that are moved, by name
    updater     moves them, and keeps the optimiser's slots
    averages    moving averages of the variables; empty without
    strategy    of tf.distribute
    """

    model: Ssd
    variables: dict[str, tf.Variable]
    updater: Updater
    averages: dict[str, tf.Variable]
    strategy: Any
    seed: int

    def state(self) -> dict[str, tf.Variable]:
        """All that a checkpoint must hold beside the step, by name."""
        return {**self.model.store.vars, **self.updater.slots, **self.averages}


def trainer(model: Ssd, strategy: Any, seed: int) -> Trainer:
    """A trainer for a model that has the values to start from; to be called in the strategy's scope."""
    settings = model.config.train_config
    variables = trainable(model.store.vars, settings)
    averaging = settings.optimizer.use_moving_average
    return Trainer(
        model=model,
        variables=variables,
        updater=updater(settings.optimizer, variables),
        averages=moving_averages(variables) if averaging else {},
        strategy=strategy,
        seed=seed,
    )


def trainable(variables: Mapping[str, tf.Variable], settings: TrainConfig) -> dict[str, tf.Variable]:
    """The variables that a config lets learn: patterns are looked for anywhere in the name, as the original.

    raises  ConfigError where none is left
    """
    include, exclude = settings.update_trainable_variables, settings.freeze_variables
    found = {
        name: variable
        for name, variable in variables.items()
        if variable.trainable
        and (not include or any(re.search(pattern, name) for pattern in include))
        and not any(re.search(pattern, name) for pattern in exclude)
    }
    if not found:
        raise ConfigError("train_config.freeze_variables", "leaves no variable that could learn")
    return found


def step_of(trainer: Trainer) -> Step:
    """The step, which is traced at its first call."""
    strategy, most = trainer.strategy, trainer.model.config.train_config.max_number_of_boxes

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def traced(part: Tensors, number: tf.Tensor, stop: tf.Tensor) -> dict[str, tf.Tensor]:
        def replica(part: Tensors, number: tf.Tensor, stop: tf.Tensor) -> dict[str, tf.Tensor]:
            return _replica_step(trainer, part, number, stop)

        found = strategy.run(replica, args=(part, number, stop))
        return {name: strategy.experimental_local_results(value)[0] for name, value in found.items()}

    def step(batch: Tensors, number: int, stop: bool) -> dict[str, tf.Tensor]:
        parts = parts_of(_needed(batch, most), strategy)
        found: dict[str, tf.Tensor] = traced(
            parts, tf.constant(number, tf.int64), tf.constant(float(stop), tf.float32)
        )
        return found

    return step


def _needed(batch: Tensors, most: int) -> dict[str, tf.Tensor]:
    """What a step needs of a stream's batch; objects padded to a number that is always the same.

    Another number would be traced anew; the OD API pads to this one too.
    """
    objects = {item.name: batch[item.name] for item in fields(GroundTruth) if item.name != "count"}
    return {
        **{name: _padded(values, most) for name, values in objects.items()},
        **{name: batch[name] for name in ("images", "true_sizes", "count")},
    }


def _padded(values: tf.Tensor, most: int) -> tf.Tensor:
    """Values of objects, (B, G, ...), as (B, most, ...)."""
    return tf.pad(values, [[0, 0], [0, most - values.shape[1]]] + [[0, 0]] * (values.shape.rank - 2))


def _replica_step(
    trainer: Trainer, batch: Tensors, number: tf.Tensor, stop: tf.Tensor
) -> dict[str, tf.Tensor]:
    model, settings = trainer.model, trainer.model.config.train_config
    replicas = tf.distribute.get_replica_context().num_replicas_in_sync
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(trainer.variables)
        losses, penalty = _losses(trainer, batch, number), model.penalty()
        own = losses.localization + losses.classification + penalty / replicas
    found = tape.gradient(own, trainer.variables)
    gradients = summed({name: gradient for name, gradient in found.items() if gradient is not None})
    gradients = gradient_steps.with_biases_multiplied(gradients, settings.bias_grad_multiplier)
    gradients, norm = gradient_steps.clipped(gradients, settings.gradient_clipping_by_norm)
    rate = learning_rate(trainer.updater.schedule, number)
    trainer.updater.update(gradients, rate)
    if trainer.averages:
        update_averages(trainer.averages, trainer.variables, settings.optimizer.moving_average_decay)
    whole: Losses = tf.nest.map_structure(summed, losses)
    return {**named_losses(whole, penalty), RATE: rate, NORM: norm, STOP: summed(stop)}


def _losses(trainer: Trainer, batch: Tensors, number: tf.Tensor) -> Losses:
    """This device's part of the whole batch's losses: the parts' sum is what one device would find."""
    model = trainer.model
    # Another dropout on each device and in each step.
    device = tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, tf.int32)
    seed = tf.stack([(trainer.seed & 0xFFFF) + device * 0x10000, tf.cast(number, tf.int32)])
    predictions = model.predict_prepared(
        batch["images"], batch["true_sizes"], is_training=True, dropout_seed=seed
    )
    groundtruth = GroundTruth(**{item.name: batch[item.name] for item in fields(GroundTruth)})
    targets = model.targets_of(predictions, groundtruth)
    return model.losses_of(predictions, targets, total_weight=summed(object_weight(targets)))
