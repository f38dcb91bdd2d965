from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.augment.flip import (
    flipped_horizontally,
    flipped_vertically,
    random_horizontal_flip,
    random_rotation90,
    random_vertical_flip,
    rotated,
)
from boxwright.core.detector.augment.sample import Sample

Make = Callable[..., Sample]
BOXES = [[0.1, 0.2, 0.3, 0.6], [0.0, 0.5, 1.0, 1.0]]


def test_a_horizontal_flip_is_exactly_the_originals(make: Make, measured_crops: dict[str, np.ndarray]):
    found = flipped_horizontally(make(measured_crops["twelve/boxes"]))
    np.testing.assert_array_equal(found.objects.boxes, measured_crops["flipped_twelve"])


@pytest.mark.parametrize("change", [flipped_horizontally, flipped_vertically, rotated])
def test_what_was_in_a_box_is_in_it_afterwards(change: Callable[[Sample], Sample], make: Make):
    sample = make(BOXES, size=(20, 30))
    changed = change(sample)
    for before, after in zip(_insides(sample), _insides(changed), strict=True):
        assert sorted(before) == sorted(after)


def _insides(sample: Sample) -> list[list[float]]:
    height, width = sample.image.shape[:2]
    edges = np.rint(sample.objects.boxes.numpy() * [height, width, height, width]).astype(int)
    return [sample.image.numpy()[y0:y1, x0:x1].ravel().tolist() for y0, x0, y1, x1 in edges]


@pytest.mark.parametrize("change, times", [(flipped_horizontally, 2), (flipped_vertically, 2), (rotated, 4)])
def test_repeated_it_comes_back(change: Callable[[Sample], Sample], times: int, make: Make):
    sample = changed = make(BOXES, size=(4, 6))
    for _ in range(times):
        changed = change(changed)
    np.testing.assert_array_equal(changed.image, sample.image)
    np.testing.assert_allclose(changed.objects.boxes, sample.objects.boxes, atol=1e-6)


def test_a_quarter_turn_is_counter_clockwise(make: Make):
    sample = make([], size=(4, 6))
    np.testing.assert_array_equal(rotated(sample).image, np.rot90(sample.image.numpy()))


@pytest.mark.parametrize("flip", [random_horizontal_flip, random_vertical_flip, random_rotation90])
@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_it_happens_as_often_as_asked(flip: Callable[..., Sample], probability: float, make: Make):
    sample = make([[0.1, 0.2, 0.3, 0.6]], size=(2, 3))

    def happens(number: tf.Tensor) -> tf.Tensor:
        made = flip(sample, tf.stack([number, 1]), probability=probability)
        return tf.reduce_any(made.objects.boxes != sample.objects.boxes)

    found = np.mean(list(tf.data.Dataset.range(500).map(happens).as_numpy_iterator()))
    assert abs(found - probability) <= 3 * np.sqrt(probability * (1 - probability) / 500)


@pytest.mark.parametrize("change", [flipped_horizontally, flipped_vertically, rotated])
def test_an_image_without_objects_stays_without(change: Callable[[Sample], Sample], make: Make):
    assert change(make([])).objects.boxes.shape == (0, 4)
