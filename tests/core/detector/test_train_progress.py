"""What a run says while it goes."""

import pytest

from boxwright.core.detector.train_progress import Progress, duration

VALUES = {
    "Loss/localization_loss": 1.0,
    "Loss/classification_loss": 2.0,
    "Loss/regularization_loss": 0.25,
    "Loss/total_loss": 3.25,
    "learning_rate": 0.004,
}
LOSSES = "loss 3.25 = 1 boxes + 2 classes + 0.25 weights  rate 0.004"


def test_the_first_step_is_told_at_once_then_every_few_seconds_and_the_last():
    now = 0.0
    lines: list[str] = []
    progress = Progress(lines.append, every=10, batch_size=8, last_step=100, clock=lambda: now)
    now = 5.0
    progress.step(1, VALUES)
    assert lines == [f"step 1/100  {LOSSES}"]
    for number in range(2, 7):
        with progress.waiting():
            now += 0.5
        now += 1.5
        progress.step(number, VALUES)
    assert lines[1:] == [f"step 6/100  {LOSSES}  4.0 images/s  waiting for input 25%  3 min left"]
    now += 1
    progress.step(100, VALUES)
    assert lines[2:] == [f"step 100/100  {LOSSES}  8.0 images/s  waiting for input 0%  0 s left"]


def test_what_was_done_in_between_is_no_time_of_a_step():
    now = 0.0
    lines: list[str] = []
    progress = Progress(lines.append, every=10, batch_size=1, last_step=0, clock=lambda: now)
    progress.step(1, VALUES)
    now += 1000
    progress.pause()
    now += 1
    progress.step(2, VALUES)
    assert len(lines) == 1
    now += 9
    progress.step(3, VALUES)
    assert lines[1] == f"step 3  {LOSSES}  0.2 images/s  waiting for input 0%"


@pytest.mark.parametrize(
    "seconds, text", [(48.2, "48 s"), (119, "119 s"), (720, "12 min"), (12000, "3 h 20 min")]
)
def test_durations_are_read_at_a_glance(seconds: float, text: str):
    assert duration(seconds) == text
