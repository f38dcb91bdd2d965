"""A run's directory: what is in it, and what another start does to it."""

import json
from pathlib import Path

import pytest

from boxwright.core.detector.runs import Run, forget_after, log, logged, opened
from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.text import parse_config, read_config


def config(steps: int = 10, size: int = 8) -> PipelineConfig:
    text = f"train_config {{ num_steps: {steps} batch_size: {size} }} eval_config {{ num_examples: {steps} }}"
    return parse_config(text, "test")


def test_a_run_holds_its_config_options_and_environment(tmp_path: Path):
    with opened(tmp_path / "run", config(), {"seed": 3}) as run:
        assert read_config(run.config) == config()
        assert json.loads(run.options.read_text()) == {"seed": 3}
        found = json.loads((run.path / "environment.json").read_text())
    assert found.keys() == {"command", "python", "system", "cpus", "devices", "packages"}
    assert "tensorflow" in found["packages"]


def test_a_run_may_become_longer_and_be_measured_otherwise(tmp_path: Path):
    with opened(tmp_path, config(10), {}):
        pass
    with opened(tmp_path, config(20), {}) as run:
        assert read_config(run.config).train_config.num_steps == 20


def test_other_settings_are_refused_by_name(tmp_path: Path):
    with opened(tmp_path, config(), {"seed": 3, "overfit": None}):
        pass
    with pytest.raises(BoxwrightError) as caught, opened(tmp_path, config(size=4), {"seed": 4}):
        pass
    assert str(caught.value) == (
        f"{tmp_path}: is a run of other settings; different: seed, train_config.batch_size\n"
        f"  hint: take another directory, or compare with {tmp_path}/pipeline.config"
    )


def test_the_lock_is_given_up_with_the_run(tmp_path: Path):
    for _ in range(2):
        with (
            opened(tmp_path, config(), {}),
            pytest.raises(BoxwrightError) as caught,
            opened(tmp_path, config(), {}),
        ):
            pass
        assert str(caught.value) == f"{tmp_path}: another process trains in this directory"


def test_metrics_of_steps_that_are_made_again_are_forgotten(tmp_path: Path):
    run = Run(tmp_path)
    for step in (1, 2, 3):
        log(run, "train", step, {"loss": step / 2})
    with run.metrics.open("a") as file:
        file.write('{"kind": "train", "st')  # killed while it wrote
    forget_after(run, 2)
    log(run, "evaluation", 2, {"ap": 0.5})
    assert logged(run) == [
        {"kind": "train", "step": 1, "loss": 0.5},
        {"kind": "train", "step": 2, "loss": 1.0},
        {"kind": "evaluation", "step": 2, "ap": 0.5},
    ]
