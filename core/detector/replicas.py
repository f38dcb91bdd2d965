"""Which devices train: one, several of this machine, or those of several machines, by the same code."""

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

import tensorflow as tf

from boxwright.core.detector.input.streams import ALONE, Worker
from boxwright.core.errors import BoxwrightError

Tensors = Mapping[str, tf.Tensor]


def strategy() -> Any:
    """The strategy of this process: by TF_CONFIG where there are several workers, else all of its devices.

    To be asked for first thing in a process: workers must meet before anything is computed.
    https://www.tensorflow.org/guide/distributed_training
    """
    if worker().count > 1:
        return _workers()
    kind = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
    devices = [device.name for device in tf.config.list_logical_devices(kind)]
    return tf.distribute.MirroredStrategy(devices) if len(devices) > 1 else tf.distribute.get_strategy()


@cache
def _workers() -> Any:
    """The strategy of several workers: they meet only once in a process."""
    return tf.distribute.MultiWorkerMirroredStrategy()


def worker() -> Worker:
    """Which of the workers in TF_CONFIG this process is; the chief, where there is one, is the first."""
    stated = json.loads(os.environ.get("TF_CONFIG") or "{}")
    cluster, task = stated.get("cluster", {}), stated.get("task", {})
    chiefs, workers = len(cluster.get("chief", [])), len(cluster.get("worker", []))
    if chiefs + workers < 2:
        return ALONE
    number = int(task["index"]) + (chiefs if task["type"] == "worker" else 0)
    return Worker(number=number, count=chiefs + workers)


def parts_of(batch: Tensors, to: Any) -> Any:
    """A worker's batch, one equal part for each of its devices."""
    count = to.num_replicas_in_sync // worker().count
    if count == 1:
        return batch
    return {name: _distributed(tf.split(values, count), to) for name, values in batch.items()}


def worker_batch(batch_size: int, on: Any) -> int:
    """How many images of each batch are this worker's.

    raises  BoxwrightError where the devices cannot have equally many
    """
    if batch_size % on.num_replicas_in_sync:
        fact = f"train_config.batch_size: {batch_size} images for {on.num_replicas_in_sync} devices"
        raise BoxwrightError(fact, "the batch size must be a multiple of the devices")
    return batch_size // worker().count


def summed(tensors: Any) -> Any:
    """Tensors of a replica, summed over all replicas; to be called in each of them."""
    # What comes from outside the replica has no device to be summed on, until it is copied.
    own = tf.nest.map_structure(tf.identity, tensors)
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, own)


def _distributed(values: list[tf.Tensor], to: Any) -> Any:
    def pick(context: Any) -> tf.Tensor:
        return values[context.replica_id_in_sync_group % len(values)]

    return to.experimental_distribute_values_from_function(pick)
