"""Streams of batches: what is in them, their order, and that they go on where they stopped."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.input.batch import batch_of
from boxwright.core.detector.input.class_names import ClassNames
from boxwright.core.detector.input.records import find_records, selected
from boxwright.core.detector.input.source import Source, examples, stored
from boxwright.core.detector.input.streams import (
    Loading,
    Training,
    Worker,
    evaluation_batches,
    training,
    training_batches,
)
from boxwright.core.detector.resizer import resize
from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.image_resizer import FixedShapeResizer, ImageResizer, KeepAspectRatioResizer
from boxwright.core.pipeline.text import parse_config

Fields = dict[str, tf.Tensor]

NAMES = ClassNames(pairs=(("hand", 1),))
FIXED = partial(resize, resizer=ImageResizer(fixed_shape_resizer=FixedShapeResizer(height=6, width=5)))
AS_THEY_ARE = Training(seed=0, batch_size=4, epochs=2, shuffle=False)
OPTIONS = """
train_config {
  batch_size: 3
  data_augmentation_options { random_horizontal_flip { } }
  data_augmentation_options { ssd_random_crop { } }
  data_augmentation_options { random_distort_color { } }
}
"""
VARIED = replace(training(parse_config(OPTIONS, "x.config"), seed=7), max_boxes=2)


@pytest.fixture(scope="module")
def source(ten: str) -> Source:
    return stored(find_records([ten]), NAMES)


def rows_of(batches: Iterable[Fields]) -> list[list[int]]:
    return [batch["rows"].numpy().tolist() for batch in batches]


def digests(batches: Iterable[Fields]) -> list[str]:
    return [
        hashlib.sha256(repr([part.numpy().tolist() for part in tf.nest.flatten(batch)]).encode()).hexdigest()
        for batch in batches
    ]


def first(source: Source, count: int) -> Source:
    return replace(source, count=count)


def test_a_batch_holds_what_the_records_hold(source: Source):
    batch = batch_of(next(iter(training_batches(source, FIXED, AS_THEY_ARE))))
    images = [FIXED(example.image)[0] for example in examples(source).take(4)]
    np.testing.assert_array_equal(batch.images, images)
    assert batch.true_sizes.numpy().tolist() == [[6, 5]] * 4
    assert batch.stored_sizes.numpy().tolist() == [[12, 16]] * 4
    assert batch.source_ids.numpy().tolist() == [b"image 0", b"image 1", b"image 2", b"image 3"]
    assert batch.rows.numpy().tolist() == [0, 1, 2, 3]
    assert batch.groundtruth.count.numpy().tolist() == [0, 1, 2, 0]
    assert batch.groundtruth.weights.numpy().tolist() == [[0, 0], [1, 0], [1, 1], [0, 0]]
    boxes = np.zeros((4, 2, 4), np.float32)
    boxes[1, 0] = boxes[2, 0] = (0.0, 0.2, 0.3, 0.7)
    boxes[2, 1] = (0.1, 0.2, 0.4, 0.7)
    np.testing.assert_array_equal(batch.groundtruth.boxes, boxes)
    assert batch.details.difficult.shape == batch.details.area.shape == (4, 2)


def test_shapes_are_known_as_far_as_they_can_be(source: Source):
    spec = training_batches(source, FIXED, VARIED).element_spec
    assert spec["images"].shape == [3, 6, 5, 3] and spec["boxes"].shape == [3, None, 4]


def test_images_of_several_sizes_are_padded(source: Source, ten: str):
    keeping = ImageResizer(keep_aspect_ratio_resizer=KeepAspectRatioResizer(min_dimension=6, max_dimension=9))
    cropped = training(parse_config(OPTIONS, "x.config"), seed=7)
    for batch in map(batch_of, training_batches(source, partial(resize, resizer=keeping), cropped).take(4)):
        heights, widths = batch.true_sizes.numpy().T
        assert batch.images.shape[1:3] == (heights.max(), widths.max())
        for image, height, width in zip(batch.images.numpy(), heights, widths, strict=True):
            assert not image[height:].any() and not image[:, width:].any()


def test_a_batch_without_objects_has_room_for_one(source: Source):
    batch = batch_of(
        next(iter(training_batches(first(source, 1), FIXED, replace(AS_THEY_ARE, batch_size=2))))
    )
    assert batch.groundtruth.boxes.shape == (2, 1, 4)
    assert batch.groundtruth.count.numpy().tolist() == [0, 0] and not batch.groundtruth.weights.numpy().any()


def test_more_objects_than_the_most_are_left_out(source: Source):
    batch = batch_of(next(iter(training_batches(source, FIXED, replace(AS_THEY_ARE, max_boxes=1)))))
    assert batch.groundtruth.count.numpy().tolist() == [0, 1, 1, 0]


def test_batches_run_over_the_ends_of_epochs(source: Source):
    assert rows_of(training_batches(source, FIXED, AS_THEY_ARE)) == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9, 0, 1],
        [2, 3, 4, 5],
        [6, 7, 8, 9],
    ]


def test_every_epoch_has_every_record_in_an_order_of_its_own(source: Source):
    shuffled = replace(AS_THEY_ARE, shuffle=True, batch_size=10, epochs=4)
    orders = rows_of(training_batches(source, FIXED, shuffled))
    assert all(sorted(order) == list(range(10)) for order in orders)
    assert len(set(map(tuple, orders))) == 4
    assert orders == rows_of(training_batches(source, FIXED, shuffled))
    assert orders != rows_of(training_batches(source, FIXED, replace(shuffled, seed=1)))


def test_without_epochs_there_is_no_end(source: Source):
    endless = replace(AS_THEY_ARE, epochs=None)
    seen = Counter(
        row for batch in rows_of(training_batches(source, FIXED, endless).take(25)) for row in batch
    )
    assert seen == dict.fromkeys(range(10), 10)


def test_an_image_is_varied_in_another_way_in_every_epoch(source: Source):
    one = replace(VARIED, batch_size=1, epochs=5, shuffle=False)
    assert len(set(digests(training_batches(first(source, 1), FIXED, one)))) == 5


def test_variation_does_not_depend_on_place_or_neighbours(source: Source):
    def images(settings: Training) -> dict[int, bytes]:
        batches = training_batches(source, FIXED, replace(settings, epochs=1))
        return {
            int(row): image.numpy().tobytes()
            for batch in batches
            for row, image in zip(batch["rows"], batch["images"], strict=True)
        }

    assert images(replace(VARIED, batch_size=5)) == images(replace(VARIED, batch_size=2, shuffle=False))


def test_overfitting_sees_the_first_images_alone(ten: str):
    few = selected(find_records([ten]), slice(3))
    settings = replace(VARIED, augment=(), batch_size=6, epochs=2)
    [batch] = training_batches(stored(few, NAMES), FIXED, settings)
    assert sorted(batch["rows"].numpy().tolist()) == [0, 0, 1, 1, 2, 2]


def test_workers_share_every_epoch_without_overlap(source: Source):
    settings = replace(VARIED, batch_size=2, epochs=None)
    parts = [
        rows_of(training_batches(source, FIXED, settings, worker=Worker(number=n, count=2)).take(5))
        for n in range(2)
    ]
    # Step by step, two workers have what one with batches of twice the size has.
    alone = rows_of(training_batches(source, FIXED, replace(settings, batch_size=4)).take(5))
    for step in range(5):
        assert sorted(parts[0][step] + parts[1][step]) == sorted(alone[step])


@pytest.mark.parametrize("worker", [Worker(), Worker(number=1, count=2)])
def test_a_stream_can_start_at_any_batch(worker: Worker, source: Source):
    stream = partial(training_batches, source, FIXED, VARIED, worker=worker)
    whole = digests(stream().take(10))
    for batch in (1, 4, 7):
        assert digests(stream(first_batch=batch).take(3)) == whole[batch : batch + 3]


def test_a_finished_stream_stays_finished(source: Source):
    assert rows_of(training_batches(source, FIXED, AS_THEY_ARE, first_batch=5)) == []
    assert rows_of(training_batches(source, FIXED, AS_THEY_ARE, first_batch=99)) == []


def test_how_the_pipeline_runs_changes_no_batch(source: Source):
    plain = digests(training_batches(source, FIXED, VARIED).take(6))
    other = Loading(prefetch=0, threads=1)
    assert digests(training_batches(source, FIXED, VARIED, loading=other).take(6)) == plain


def test_a_restored_iterator_goes_on(source: Source, tmp_path: Path):
    stream = training_batches(source, FIXED, VARIED)
    iterator, again = iter(stream), iter(stream)
    digests(islice(iterator, 5))
    path = tf.train.Checkpoint(it=iterator).write(str(tmp_path / "x"))
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 20_000
    tf.train.Checkpoint(it=again).read(path).assert_consumed()
    assert digests(islice(iterator, 4)) == digests(islice(again, 4))


def test_another_process_goes_on_with_a_restored_iterator(ten: str, tmp_path: Path):
    ours = iter(training_batches(stored(find_records([ten]), NAMES), FIXED, VARIED))
    digests(islice(ours, 4))
    path = tf.train.Checkpoint(it=ours).write(str(tmp_path / "x"))
    script = (
        "import sys; sys.path[:0] = sys.argv[4:]; import runpy; runpy.run_path(sys.argv[1], run_name='other')"
    )
    python = subprocess.run(
        [sys.executable, "-c", script, __file__, ten, path, *filter(None, sys.path)],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env=os.environ,
    )
    assert python.stdout.split() == digests(islice(ours, 3))


def test_evaluation_sees_every_record_once_in_order(source: Source):
    batches = list(evaluation_batches(source, FIXED, 4))
    assert rows_of(batches) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    # Nothing is left out of the objects, and nothing is varied.
    assert [batch["boxes"].shape for batch in batches] == [(4, 2, 4), (4, 2, 4), (2, 2, 4)]
    plain = training_batches(source, FIXED, AS_THEY_ARE)
    assert digests(batches[:2]) == digests(plain.take(2))


@pytest.mark.parametrize("count", [0, 1, 10])
def test_workers_share_an_evaluation(count: int, source: Source):
    parts = [
        rows_of(evaluation_batches(first(source, count), FIXED, 3, worker=Worker(number=n, count=4)))
        for n in range(4)
    ]
    assert sorted(row for part in parts for rows in part for row in rows) == list(range(count))


def test_settings_come_from_the_config():
    config = parse_config(
        "train_config { batch_size: 24 max_number_of_boxes: 50"
        " data_augmentation_options { ssd_random_crop { } } }"
        "train_input_reader { shuffle: false num_epochs: 3 }",
        "x.config",
    )
    found = training(config, seed=5)
    assert replace(found, augment=()) == Training(
        seed=5, batch_size=24, epochs=3, shuffle=False, max_boxes=50
    )
    assert len(found.augment) == 1
    assert training(parse_config("", "x.config"), seed=5).epochs is None


def test_training_on_nothing_is_an_error(source: Source):
    with pytest.raises(BoxwrightError) as caught:
        training_batches(first(source, 0), FIXED, AS_THEY_ARE)
    assert str(caught.value) == "there is no record to train on"


def other_process(pattern: str, checkpoint: str) -> None:
    """Print what a new process makes of a checkpoint of the stream."""
    stream = training_batches(stored(find_records([pattern]), NAMES), FIXED, VARIED)
    iterator = iter(stream)
    tf.train.Checkpoint(it=iterator).read(checkpoint).assert_consumed()
    print(*digests(islice(iterator, 3)))


if __name__ == "other":
    other_process(*sys.argv[2:4])
