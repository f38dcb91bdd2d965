import pytest

from boxwright.core.pipeline.run_length import with_steps
from boxwright.core.pipeline.text import parse_config

CONFIG = """
train_config {{
  num_steps: {steps}
  optimizer {{ {optimizer} {{ learning_rate {{ {rate} }} }} use_moving_average: false }}
}}
"""
COSINE = "cosine_decay_learning_rate { total_steps: 1000 warmup_steps: 60 hold_base_rate_steps: 30 }"
EXPONENTIAL = "exponential_decay_learning_rate { decay_steps: 100 decay_factor: 0.8 }"
MANUAL = "manual_step_learning_rate { schedule { step: 500 } schedule { step: 800 learning_rate: 0.1 } }"


def rate_of(steps: int, rate: str, *, of: int = 1000, optimizer: str = "adam_optimizer"):
    config = with_steps(parse_config(CONFIG.format(steps=of, optimizer=optimizer, rate=rate), "test"), steps)
    assert config.train_config.num_steps == steps
    assert not config.train_config.optimizer.use_moving_average
    return getattr(config.train_config.optimizer, optimizer).learning_rate


def test_a_cosine_ends_with_the_run_and_warms_up_in_proportion():
    found = rate_of(200, COSINE).cosine_decay_learning_rate
    assert (found.total_steps, found.warmup_steps, found.hold_base_rate_steps) == (200, 12, 6)


def test_decays_and_boundaries_move_in_proportion():
    found = rate_of(3000, EXPONENTIAL, optimizer="rms_prop_optimizer").exponential_decay_learning_rate
    assert (found.decay_steps, found.decay_factor, found.burnin_steps) == (300, 0.8, 0)
    points = rate_of(100, MANUAL, optimizer="momentum_optimizer").manual_step_learning_rate.schedule
    assert [(point.step, point.learning_rate) for point in points] == [(50, 0.002), (80, 0.1)]


def test_a_short_run_keeps_a_step_of_everything():
    found = rate_of(2, COSINE).cosine_decay_learning_rate
    assert (found.total_steps, found.warmup_steps, found.hold_base_rate_steps) == (2, 1, 1)


def test_a_constant_rate_stays():
    assert (
        rate_of(5, "constant_learning_rate { learning_rate: 0.5 }").constant_learning_rate.learning_rate
        == 0.5
    )


@pytest.mark.parametrize(
    ("steps", "of", "told"),
    [
        (0, 1000, "--steps 0: at least 1"),
        (
            5,
            0,
            "train_config.num_steps: is 0, without end: nothing can be in proportion to it\n"
            "  hint: --set train_config.num_steps=N sets the number alone",
        ),
    ],
)
def test_what_has_no_proportion_is_refused(steps: int, of: int, told: str):
    with pytest.raises(Exception) as caught:
        rate_of(steps, COSINE, of=of)
    assert str(caught.value) == told
