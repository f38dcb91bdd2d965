"""Event files are what TensorBoard reads."""

from pathlib import Path

import numpy as np

from boxwright.core.detector.summaries import Summaries
from tests.core.detector.event_reader import shown_numbers, shown_pictures

RED = np.full((20, 30, 3), (200, 30, 30), np.uint8)


def test_numbers_and_pictures_are_read_back_by_name_and_step(tmp_path: Path):
    with Summaries(tmp_path / "events", after=0) as events:
        events.numbers(1, {"Loss/total_loss": 2.5, "learning_rate": 0.25})
        events.numbers(2, {"Loss/total_loss": 1.5})
        events.pictures(2, {"image/0": RED})
    assert shown_numbers(tmp_path / "events") == {
        "Loss/total_loss": [(1, 2.5), (2, 1.5)],
        "learning_rate": [(1, 0.25)],
    }
    [(step, picture)] = shown_pictures(tmp_path / "events")["image/0"]
    assert step == 2
    np.testing.assert_allclose(picture, RED, atol=3)


def test_steps_that_are_made_again_are_there_once(tmp_path: Path):
    for after, steps in ((0, range(1, 6)), (3, range(4, 8))):
        with Summaries(tmp_path, after=after) as events:
            for step in steps:
                events.numbers(step, {"loss": 10.0 * after + step})
    assert shown_numbers(tmp_path)["loss"] == [(1, 1), (2, 2), (3, 3), (4, 34), (5, 35), (6, 36), (7, 37)]


def test_what_is_written_is_there_before_the_file_is_closed(tmp_path: Path):
    with Summaries(tmp_path, after=0) as events:
        events.numbers(1, {"loss": 1.0})
        assert shown_numbers(tmp_path) == {"loss": [(1, 1.0)]}


def test_a_run_with_nothing_to_tell_leaves_no_file(tmp_path: Path):
    with Summaries(tmp_path / "events", after=0) as events:
        events.numbers(1, {})
        events.pictures(1, {})
    assert not (tmp_path / "events").exists()
