"""What a run says while it goes."""

import pytest
import tensorflow as tf

from boxwright.core.detector.ssd import ssd
from boxwright.core.detector.train_progress import Progress, duration, size_text
from boxwright.core.detector.train_step import trainer
from boxwright.core.pipeline.text import parse_config
from tests.core.detector.small_model import CONFIG

VALUES = {
    "Loss/localization_loss": 1.0,
    "Loss/classification_loss": 2.0,
    "Loss/regularization_loss": 0.25,
    "Loss/total_loss": 3.25,
    "learning_rate": 0.004,
}
LOSSES = "loss 3.25 = 1 boxes + 2 classes + 0.25 weights\n  rate 0.004"


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
    assert lines[1:] == [f"step 6/100  {LOSSES}, 4.0 images/s, waiting for input 25%, 3 min left"]
    now += 1
    progress.step(100, VALUES)
    assert lines[2:] == [f"step 100/100  {LOSSES}, 8.0 images/s, waiting for input 0%, 0 s left"]


def test_each_line_is_recorded_with_its_speed():
    now = 0.0
    recorded: list[tuple[int, dict[str, float]]] = []
    progress = Progress(
        lambda line: None,
        every=10,
        batch_size=8,
        last_step=0,
        record=lambda step, values: recorded.append((step, dict(values))),
        clock=lambda: now,
    )
    progress.step(1, VALUES)
    for number in (2, 3):
        with progress.waiting():
            now += 1.0
        now += 4.0
        progress.step(number, VALUES)
    assert recorded == [(1, VALUES), (3, VALUES | {"images_per_second": 1.6, "waiting_for_input": 0.2})]


def test_a_model_is_told_by_its_size():
    frozen = """train_config {
      freeze_variables: 'FeatureExtractor'
      optimizer {
        momentum_optimizer { learning_rate { constant_learning_rate {} } }
        use_moving_average: false
      }
    }"""
    model = ssd(parse_config(CONFIG + frozen, "test"))
    made = trainer(model, tf.distribute.get_strategy(), seed=0)
    own = sum(variable.numpy().size for variable in model.store.vars.values())
    learn = sum(
        variable.numpy().size
        for name, variable in model.store.vars.items()
        if name.startswith("BoxPredictor")
    )
    saved = sum(variable.numpy().nbytes for variable in made.state().values()) / 1e6
    assert (
        size_text(made) == f"{own:,} parameters, of which {learn:,} learn; a checkpoint takes {saved:.3g} MB"
    )


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
    assert lines[1] == f"step 3  {LOSSES}, 0.2 images/s, waiting for input 0%"


@pytest.mark.parametrize(
    "seconds, text", [(48.2, "48 s"), (119, "119 s"), (720, "12 min"), (12000, "3 h 20 min")]
)
def test_durations_are_read_at_a_glance(seconds: float, text: str):
    assert duration(seconds) == text
