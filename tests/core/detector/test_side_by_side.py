"""Pictures of what is found beside what is there."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from boxwright.core.detector.input.class_names import ClassNames
from boxwright.core.detector.input.records import find_records
from boxwright.core.detector.judged import FoundObjects, TrueObjects, found_objects, true_objects
from boxwright.core.detector.side_by_side import pictures, shown_rows
from boxwright.core.detector.validation import Validation
from boxwright.core.images.box_drawing import colour
from boxwright.core.pipeline.evaluation import EvalConfig
from tests.core.detector.training_run import SIDE, write_records

NAMES = ClassNames(pairs=(("cat", 1), ("dog", 2)))
SIZE = (SIDE, SIDE)


@pytest.mark.parametrize(
    "count, most, rows",
    [
        (10, 3, [0, 3, 6]),
        (40, 10, [0, 4, 8, 12, 16, 20, 24, 28, 32, 36]),
        (2, 10, [0, 1]),
        (0, 10, []),
        (5, 0, []),
    ],
)
def test_the_images_that_are_shown_are_spread_over_all(count: int, most: int, rows: list[int]):
    assert list(shown_rows(count, most)) == rows


def there(x: int) -> TrueObjects:
    return true_objects([[0.5, x / SIDE, 0.9, (x + 30) / SIDE]], [1], SIZE)


def found(x: int, *scores: float) -> FoundObjects:
    boxes = [[0.5, (x + 20 * n) / SIDE, 0.9, (x + 20 * n + 30) / SIDE] for n in range(len(scores))]
    return found_objects(np.reshape(boxes, (-1, 4)), scores, [0] * len(scores), SIZE)


@pytest.fixture
def data(tmp_path: Path) -> Validation:
    records = find_records([write_records(tmp_path / "squares.tfrecord", 4)])
    return Validation(records=records, names=NAMES)


def test_detections_are_on_the_left_and_objects_on_the_right(data: Validation):
    truths, founds = [there(10)] * 4, [found(0), found(0), found(40, 0.9), found(0)]
    shown = pictures(data, truths, founds, EvalConfig(num_visualizations=2))
    assert list(shown) == ["Detections_Left_Groundtruth_Right/0", "Detections_Left_Groundtruth_Right/1"]
    second = shown["Detections_Left_Groundtruth_Right/1"]  # of the third record
    assert second.shape == (SIDE, 2 * SIDE + 4, 3)
    left, right = second[:, :SIDE], second[:, SIDE + 4 :]
    cat, dog = colour(0), colour(1)
    assert tuple(left[60, 40]) == tuple(left[60, 69]) == cat
    assert tuple(right[60, 10]) == tuple(right[60, 39]) == dog
    assert not (left == dog).all(axis=2).any() and not (right == cat).all(axis=2).any()


def test_detections_are_shown_as_the_config_says(data: Validation):
    truths = [true_objects(np.zeros((0, 4)), [], SIZE)] * 4
    for scores, settings, columns in (
        ((0.4, 0.6), {}, [20]),
        ((0.4, 0.6), {"min_score_threshold": 0.3}, [0, 20]),
        ((0.9, 0.6), {"max_num_boxes_to_visualize": 1}, [0]),
    ):
        settings = EvalConfig(num_visualizations=1, **settings)
        [picture] = pictures(data, truths, [found(0, *scores)] * 4, settings).values()
        left = (picture[60, :SIDE] == colour(0)).all(axis=1)
        assert [x for x in (0, 20) if left[x]] == columns, settings


def test_a_large_image_is_made_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: Validation):
    monkeypatch.setattr("boxwright.core.detector.side_by_side.SIDE", 40)
    [picture] = pictures(data, [there(20)] * 4, [found(0)] * 4, EvalConfig(num_visualizations=1)).values()
    assert picture.shape == (40, 84, 3)
    Image.fromarray(picture).save(tmp_path / "picture.png")
    assert tuple(picture[30, 44 + 10]) == colour(1)
