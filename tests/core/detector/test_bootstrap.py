"""Intervals by drawing images anew: the sums behind them are COCO's, and they mean what they say."""

import numpy as np
import pytest

from boxwright.core.detector.bootstrap import NAMES, intervals, matches, numbers
from boxwright.core.detector.coco_metrics import measure
from boxwright.core.detector.evaluate import evaluate
from boxwright.core.detector.judged import FoundObjects, TrueObjects, found_objects, true_objects

SIZE = (480, 640)  # height, width in pixels
AP50 = NAMES[1]
Scene = tuple[list[TrueObjects], list[FoundObjects]]


def scene(seed: int, images: int = 25, classes: int = 3) -> Scene:
    """Objects, some of them crowds, and detections near and far of them; no two scores are equal."""
    draw = np.random.default_rng(seed)
    truths, founds = [], []
    for _ in range(images):
        count = int(draw.integers(0, 5))
        corner = draw.random((count, 2)) * 0.7
        boxes = np.concatenate([corner, corner + 0.05 + draw.random((count, 2)) * 0.25], axis=1)
        names = draw.integers(0, classes, count)
        truths.append(true_objects(boxes, names, SIZE, crowd=draw.random(count) < 0.15))
        near = np.sort((boxes + draw.normal(0, 0.01, boxes.shape)).reshape(-1, 2, 2), axis=1)
        far = np.array([[0.8, 0.8, 0.9, 0.9]])
        kinds = np.append(names, draw.integers(0, classes))
        found = np.concatenate([near.reshape(-1, 4), far])
        founds.append(found_objects(found, draw.random(len(found)), kinds, SIZE))
    return truths, founds


def one_object(found: bool) -> tuple[TrueObjects, FoundObjects]:
    """An image whose object is found exactly, or not at all."""
    place = np.array([[0.1, 0.1, 0.5, 0.5]])
    detection = place if found else place + 0.45
    return true_objects(place, [0], SIZE), found_objects(detection, [0.9], [0], SIZE)


def by_library(truths: list[TrueObjects], founds: list[FoundObjects], classes: int) -> list[float | None]:
    result = measure(truths, founds, classes, "pycocotools")
    return [result.average_precision(), result.average_precision(0.5), result.average_recall()]


@pytest.mark.parametrize("seed", range(4))
def test_each_image_once_gives_the_numbers_of_the_library_to_the_last_bit(seed: int):
    truths, founds = scene(seed)
    counted = numbers(matches(truths, founds, 3), np.ones(len(truths), np.int64))
    assert list(counted) == list(NAMES)
    assert list(counted.values()) == by_library(truths, founds, 3)
    assert 0.1 < counted[NAMES[0]] < 0.9


@pytest.mark.parametrize("seed", range(4))
def test_images_weighed_anew_give_the_numbers_of_a_set_that_holds_them_so_often(seed: int):
    truths, founds = scene(seed)
    weights = np.random.default_rng(seed).integers(0, 4, len(truths))
    rows = np.repeat(np.arange(len(truths)), weights)
    repeated = [truths[row] for row in rows], [founds[row] for row in rows]
    counted = numbers(matches(truths, founds, 3), weights)
    assert list(counted.values()) == by_library(*repeated, 3)


def test_a_class_without_objects_or_detections_counts_nothing():
    truths, founds = scene(0, classes=2)
    three, two = (numbers(matches(truths, founds, count), np.ones(25, np.int64)) for count in (3, 2))
    assert three == two


def test_an_interval_is_what_counting_by_hand_gives():
    # 12 of 40 objects are missed. With k of them in a sample and every score the same 0.9, found ones first:
    # AP50 is the share of the recalls 0, 0.01 ... 1 that (40 - k) / 40 reaches, at a precision of 1.
    images = [one_object(found=number >= 12) for number in range(40)]
    truths, founds = [truth for truth, _ in images], [found for _, found in images]
    founds = [
        FoundObjects(boxes=f.boxes, scores=f.scores * (1 if n >= 12 else 0.5), classes=f.classes)
        for n, f in enumerate(founds)
    ]
    found = intervals(truths, founds, 1, resamples=2000)
    missed = np.random.default_rng(5).binomial(40, 12 / 40, 100_000)
    shares = (np.floor((40 - missed) / 40 * 100 + 1e-9) + 1) / 101
    low, high = np.quantile(shares, [0.025, 0.975])
    assert found[AP50].low == pytest.approx(low, abs=0.03)  # one missed image is 0.025
    assert found[AP50].high == pytest.approx(high, abs=0.03)
    assert found[NAMES[2]].low == pytest.approx(np.quantile(1 - missed / 40, 0.025), abs=0.03)


def test_intervals_depend_on_nothing_but_the_seed():
    truths, founds = scene(1)
    first, again, other = (intervals(truths, founds, 3, resamples=50, seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_more_images_are_surer():
    few = [scene(seed, images=10) for seed in range(8)]
    truths, founds = ([part for pair in few for part in pair[side]] for side in (0, 1))
    ten, eighty = intervals(*few[0], 3, resamples=200), intervals(truths, founds, 3, resamples=200)
    assert eighty[AP50].high - eighty[AP50].low < ten[AP50].high - ten[AP50].low


def test_samples_without_objects_are_left_out():
    truth, found = one_object(found=True)
    nothing = true_objects(np.zeros((0, 4)), [], SIZE), found_objects(np.zeros((0, 4)), [], [], SIZE)
    drawn = intervals([truth, nothing[0]], [found, nothing[1]], 1, resamples=40)
    assert [round(found.low, 9) for found in drawn.values()] == [1.0, 1.0, 1.0]


def test_without_objects_there_is_no_interval():
    nothing = true_objects(np.zeros((0, 4)), [], SIZE), found_objects(np.zeros((0, 4)), [], [], SIZE)
    assert intervals([nothing[0]], [nothing[1]], 1, resamples=5) == {}


def test_an_evaluation_tells_its_intervals_beside_the_numbers():
    images = [one_object(found=number % 4 > 0) for number in range(20)]
    truths, founds = [truth for truth, _ in images], [found for _, found in images]
    result = evaluate(truths, founds, ["hand"], resamples=100)
    low, high = result.intervals[AP50].low, result.intervals[AP50].high
    assert f"  {AP50}      {result.metrics[AP50]:.3f} ({low:.2f} to {high:.2f})\n" in str(result)
    assert result.as_dict()["intervals"][AP50] == [low, high]
    assert low < result.metrics[AP50] < high


def test_an_evaluation_makes_no_intervals_unasked():
    truth, found = one_object(found=True)
    assert evaluate([truth], [found], ["hand"]).as_dict()["intervals"] == {}
