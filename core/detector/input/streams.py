"""Streams of batches: records, read, decoded, augmented, resized and padded to a common size.

Everything is a pure function of the run's seed and a position in the stream, so a stream goes on identically
after its iterator was restored with tf.train.Checkpoint, and as well when it is made anew to start at a
batch. An iterator's state is a few positions: no images and no shuffle buffer.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import tensorflow as tf

from boxwright.core.detector.augment.chance import folded
from boxwright.core.detector.augment.sample import Objects, Sample, Step
from boxwright.core.detector.augment.steps import augmented, steps
from boxwright.core.detector.input.examples import Example, sample_of
from boxwright.core.detector.input.records import as_written
from boxwright.core.detector.input.source import Source
from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.config import PipelineConfig

# Gives an image as the network takes it, and (height, width) of what is no padding: `resizer.resize` and
# `preprocess.preprocess` with their settings filled in. Takes (H, W, 3) uint8 or float32, from 0 to 255.
Prepare = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]

# What seeds are for: two uses of a run's seed must not meet.
_SHUFFLING, _AUGMENTING = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How records become training batches.

    seed        of the run
    batch_size  images of one worker's batch
    epochs      how often each record is seen; None: without end
    shuffle     a new order in every epoch, of all records
    max_boxes   more objects of an image than these are left out; None: all of them stay
    augment     what varies images
    """

    seed: int
    batch_size: int
    epochs: int | None = None
    shuffle: bool = True
    max_boxes: int | None = None
    augment: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """How the pipeline runs; none of it changes what comes out, but for `deterministic`.

    deterministic  false: a batch may hold what was ready first, and does not resume identically
    prefetch       batches that are ready before they are asked for
    threads        of the pipeline's own; None: TensorFlow's common ones, one for each core
    """

    deterministic: bool = True
    prefetch: int = 2
    threads: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One of `count` processes that share the work: it has every count-th record, from the `number`-th on."""

    number: int = 0
    count: int = 1


ALONE, USUAL = Worker(), Loading()


def training(config: PipelineConfig, seed: int) -> Training:
    """What a config asks for; raises ConfigError for an augmentation that is not implemented."""
    return Training(
        seed=seed,
        batch_size=config.train_config.batch_size,
        epochs=config.train_input_reader.num_epochs or None,
        shuffle=config.train_input_reader.shuffle,
        max_boxes=config.train_config.max_number_of_boxes,
        augment=steps(config.train_config.data_augmentation_options),
    )


def training_batches(
    source: Source,
    prepare: Prepare,
    settings: Training,
    *,
    first_batch: int = 0,
    worker: Worker = ALONE,
    loading: Loading = USUAL,
) -> tf.data.Dataset:
    """A worker's training batches, all of the same size, from the run's batch `first_batch` on.

    returns   a data set of dicts, of which `batch_of` makes batches
    """
    if source.count == 0:
        raise BoxwrightError("there is no record to train on")
    first = first_batch * settings.batch_size * worker.count
    places = _places(source.count, settings, first).shard(worker.count, worker.number)
    elements = _elements(source, places, prepare, settings, loading)
    return _batches(elements.padded_batch(settings.batch_size, drop_remainder=True), loading)


def evaluation_batches(
    source: Source, prepare: Prepare, batch_size: int, *, worker: Worker = ALONE, loading: Loading = USUAL
) -> tf.data.Dataset:
    """A worker's part of all records once, in their order, as they are; the last batch may be smaller.

    returns   a data set of dicts, of which `batch_of` makes batches
    """
    settings = Training(seed=0, batch_size=batch_size, epochs=1, shuffle=False)
    places = _places(source.count, settings, 0).shard(worker.count, worker.number)
    elements = _elements(source, places, prepare, settings, loading)
    return _batches(elements.padded_batch(batch_size), loading)


def _places(count: int, settings: Training, first: int) -> tf.data.Dataset:
    """Pairs (epoch, row), both () int64, from position `first` of the whole stream on."""
    seed = _seed(settings, _SHUFFLING)

    def one_epoch(epoch: tf.Tensor) -> tf.data.Dataset:
        rows = tf.range(count, dtype=tf.int64)
        if settings.shuffle:
            rows = tf.random.experimental.stateless_shuffle(rows, folded(seed, epoch))
        return tf.data.Dataset.from_tensor_slices((tf.repeat(epoch, count), rows))

    first_epoch, passed = divmod(first, count) if count else (0, 0)
    end = tf.int64.max if settings.epochs is None else settings.epochs
    return (
        tf.data.Dataset.range(first_epoch, max(first_epoch, end)).flat_map(as_written(one_epoch)).skip(passed)
    )


def _seed(settings: Training, use: int) -> tf.Tensor:
    low, high = settings.seed & 0x7FFFFFFF, settings.seed >> 31 & 0x7FFFFFFF
    return folded(tf.constant([low, high]), use)


def _elements(
    source: Source, places: tf.data.Dataset, prepare: Prepare, settings: Training, loading: Loading
) -> tf.data.Dataset:
    seed = _seed(settings, _AUGMENTING)

    def element(place: tuple[tf.Tensor, tf.Tensor], data: tf.Tensor) -> dict[str, tf.Tensor]:
        epoch, row = place
        example = source.decode(data)
        sample = augmented(sample_of(example), folded(folded(seed, epoch), row), settings.augment)
        return {"rows": row, **_fields(example, sample, prepare, settings.max_boxes)}

    rows = places.map(as_written(lambda _, row: row))
    read = tf.data.Dataset.zip(places, source.read(rows))
    return read.map(
        as_written(element), num_parallel_calls=tf.data.AUTOTUNE, deterministic=loading.deterministic
    )


def _fields(example: Example, sample: Sample, prepare: Prepare, most: int | None) -> dict[str, tf.Tensor]:
    image, true_size = prepare(sample.image)
    objects = {item.name: getattr(sample.objects, item.name)[:most] for item in fields(Objects)}
    return {
        "images": tf.ensure_shape(image, [None, None, 3]),
        "true_sizes": true_size,
        "stored_sizes": example.size,
        "source_ids": example.source_id,
        "count": tf.shape(objects["boxes"])[0],
        **objects,
    }


def _batches(padded: tf.data.Dataset, loading: Loading) -> tf.data.Dataset:
    options = tf.data.Options()
    options.deterministic = loading.deterministic
    options.experimental_symbolic_checkpoint = True  # saves positions, not what waits in buffers
    if loading.threads is not None:
        options.threading.private_threadpool_size = loading.threads
    return padded.map(as_written(_with_room)).prefetch(loading.prefetch).with_options(options)


def _with_room(padded: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    return padded | {item.name: _at_least_one(padded[item.name]) for item in fields(Objects)}


def _at_least_one(values: tf.Tensor) -> tf.Tensor:
    """Values of objects, (B, G, …), with one of padding where G is 0."""
    missing = tf.maximum(1 - tf.shape(values)[1], 0)
    return tf.pad(values, [[0, 0], [0, missing]] + [[0, 0]] * (values.shape.rank - 2))
