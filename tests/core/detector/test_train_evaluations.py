"""Evaluations on the way: they change nothing, keep the best, and end a run that gets no better."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from boxwright.core.detector import checkpoint
from boxwright.core.detector.best import METRIC
from boxwright.core.detector.checkpoint_prefix import at_step, steps_in
from boxwright.core.detector.runs import Run, logged
from boxwright.core.detector.ssd import Ssd
from boxwright.core.detector.train import Options, train
from boxwright.core.detector.train_evaluations import Evaluate, Measured
from boxwright.core.detector.train_run import measuring, train_run
from boxwright.core.detector.trained import trained
from boxwright.core.detector.validation import validation
from boxwright.core.errors import BoxwrightError, OptionError
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.evaluation import EvalConfig
from boxwright.core.pipeline.input_reader import InputReader, TFRecordInputReader
from tests.core.detector.event_reader import shown_numbers, shown_pictures
from tests.core.detector.training_run import SIDE, config, write_records

PROGRAM = Path(__file__).with_name("training_run.py")
STEPS = 150  # of a run that is killed ten times
PICTURE = "Detections_Left_Groundtruth_Right/0"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("records")
    (folder / "label_map.pbtxt").write_text("item { id: 1 name: 'square' }")
    return write_records(folder / "squares.tfrecord")


def measured_config(records: Path, **changes: object) -> PipelineConfig:
    """A small run that is measured, by its moving averages, on what it trains on."""
    reader = InputReader(
        label_map_path=str(records.with_name("label_map.pbtxt")),
        tf_record_input_reader=TFRecordInputReader(input_path=(str(records),)),
    )
    settings = EvalConfig(use_moving_averages=True, num_visualizations=2)
    changed = {"eval_input_reader": (reader,), "eval_config": settings}
    return config(records, **changes).model_copy(update=changed)


def scripted(*values: float) -> Evaluate:
    """The first of the values after step 1, and so on."""
    return lambda model, step: Measured(numbers={METRIC: values[step - 1]})


def trained_so(
    records: Path, folder: Path, options: Options, evaluate: Evaluate | None, **changes: object
) -> list[str]:
    """What a run says."""
    said: list[str] = []
    train(config(records, **changes), folder, options, on_evaluate=evaluate, say=said.append)
    return said


def values_at(folder: Path, step: int) -> dict[str, bytes]:
    values = checkpoint.values_of(at_step(folder, step))
    return {name: value.numpy().tobytes() for name, value in values.items()}


def test_a_run_that_is_measured_learns_the_same_and_shows_it(records: Path, tmp_path: Path):
    alone, run = Run(tmp_path / "alone"), Run(tmp_path / "measured")
    train(config(records), alone.path, Options(), say=lambda line: None)
    settings, said, seen = measured_config(records), [], {}
    measure = measuring(validation(settings), lambda line: None)

    def evaluate(model: Ssd, step: int) -> Measured:
        seen[step] = {name: variable.numpy() for name, variable in model.store.vars.items()}
        return measure(model, step)

    options = Options(evaluate_every=3, line_every=0.0)
    train(settings, run.path, options, on_evaluate=evaluate, say=said.append)
    assert values_at(run.checkpoints, 6) == values_at(alone.checkpoints, 6)
    evaluations = [line for line in logged(run) if line["kind"] == "evaluation"]
    assert [line["step"] for line in evaluations] == [3, 6]
    assert_shown(run, evaluations)
    best = max(evaluations, key=lambda line: line[METRIC])
    value = f"{METRIC} {best[METRIC]:.3f} at step {best['step']}"
    assert said[-1] == f"done: step 6 of 6; the best: {value}, in {run.best}"
    found = trained(run.path)
    assert found.checkpoint == run.best / f"model.ckpt-{best['step']}"
    for name, variable in found.model.store.vars.items():  # the averages, which were measured
        np.testing.assert_array_equal(variable, seen[best["step"]][name], err_msg=name)


def assert_shown(run: Run, evaluations: list[dict[str, str | int | float]]) -> None:
    """What is logged is in the event files too, and pictures are."""
    numbers = shown_numbers(run.events)
    steps = {line["step"]: line for line in logged(run) if line["kind"] == "train"}
    for name in ("Loss/total_loss", "Loss/localization_loss", "learning_rate", "gradient_norm"):
        expected = [(step, pytest.approx(line[name])) for step, line in steps.items()]
        assert numbers[name] == expected, name
    assert numbers[METRIC] == [(line["step"], pytest.approx(line[METRIC])) for line in evaluations]
    assert [step for step, _ in numbers["images_per_second"]] == [2, 3, 4, 5, 6]
    assert all(0 <= share <= 1 for _, share in numbers["waiting_for_input"])
    pictures = shown_pictures(run.events)
    assert sorted(pictures) == [PICTURE, PICTURE.replace("/0", "/1")]
    assert [(step, image.shape) for step, image in pictures[PICTURE]] == [
        (step, (SIDE, 2 * SIDE + 4, 3)) for step in (3, 6)
    ]


def test_a_run_that_gets_no_better_ends_and_one_that_goes_on_counts_right(records: Path, tmp_path: Path):
    run, values = Run(tmp_path / "run"), scripted(0.1, 0.3, 0.2, 0.3, 0.1, 0.4)
    two, three = (Options(evaluate_every=1, patience=patience) for patience in (2, 3))
    said = trained_so(records, run.path, two, values)
    best = f"the best: {METRIC} 0.300 at step 2, in {run.best}"
    assert said[-1] == f"ended early at step 4: no better value in 2 evaluations; {best}"
    again = trained_so(records, run.path, two, values)
    assert again[-2:] == [f"{run.path}: {said[-1]}", "  hint: a higher --patience goes on"]
    more = trained_so(records, run.path, three, values)
    assert more[-1] == f"ended early at step 5: no better value in 3 evaluations; {best}"
    assert [step for step, _ in shown_numbers(run.events)[METRIC]] == [1, 2, 3, 4, 5]
    lines, kept = logged(run), values_at(run.best, 2)
    as_if_killed_before_it_was_logged(run, lines)
    assert trained_so(records, run.path, three, values)[-1] == more[-1]
    assert logged(run) == lines and values_at(run.best, 2) == kept and len(list(run.best.iterdir())) == 2
    with pytest.raises(BoxwrightError) as caught:
        trained_so(records, run.path, Options(best_metric="DetectionBoxes_Recall/AR@1"), values)
    assert caught.value.fact == f"{run.path}: is a run of other settings; different: best_metric"


def as_if_killed_before_it_was_logged(run: Run, lines: list[dict[str, str | int | float]]) -> None:
    """A run that was saved and not measured, or not to the end; and orphans beside the best."""
    run.metrics.write_text("".join(json.dumps(line) + "\n" for line in lines[:-1]))
    (run.best / "model.ckpt-5_temp").mkdir()
    (run.best / "model.ckpt-5.data-00000-of-00001").touch()


@pytest.mark.slow
def test_a_run_killed_ten_times_has_the_evaluations_and_the_best_of_an_undisturbed_one(
    records: Path, tmp_path: Path
):
    whole, run = Run(tmp_path / "whole"), Run(tmp_path / "killed")
    options = {"evaluate_every": 3, "checkpoint_every": 5, "keep": 2, "line_every": 0.0}

    def program(folder: Path) -> list[str]:
        words = (records, folder, json.dumps(options), json.dumps({"steps": STEPS}))
        return [sys.executable, str(PROGRAM), *map(str, words)]

    told = {"PYTHONPATH": ":".join(sys.path), "PYTHONUNBUFFERED": "1"}
    subprocess.run(program(whole.path), env=told, check=True, capture_output=True)
    moments = random.Random(0)
    for number in range(10):
        with subprocess.Popen(program(run.path), env=told, stdout=subprocess.PIPE, text=True) as process:
            steps = (line for line in process.stdout if line.startswith("step "))
            for _ in range(number % 5 + 1):
                next(steps)
            time.sleep(moments.uniform(0, 0.3))
            process.kill()
        assert process.returncode == -signal.SIGKILL
    subprocess.run(program(run.path), env=told, check=True, capture_output=True)
    assert logged(run) == logged(whole)
    [step] = steps_in(whole.best)
    assert steps_in(run.best) == [step]
    assert values_at(run.best, step) == values_at(whole.best, step)
    assert values_at(run.checkpoints, STEPS) == values_at(whole.checkpoints, STEPS)
    numbers = shown_numbers(run.events)
    assert [at for at, _ in numbers[METRIC]] == sorted({at for at, _ in numbers[METRIC]})


@pytest.mark.parametrize(
    "options, message",
    [
        (
            Options(evaluate_every=5),
            "--eval-every 5: the config names no records to evaluate on\n"
            '  hint: eval_input_reader { tf_record_input_reader { input_path: "hands_val.tfrecord" } }',
        ),
        (Options(evaluate_every=-1), "--eval-every -1: must be 0 or more"),
        (Options(checkpoint_every=0), "--checkpoint-every 0: must be 1 or more"),
        (Options(overfit=0), "--overfit 0: must be 1 or more"),
        (Options(patience=-2), "--patience -2: must be 0 or more"),
        (
            Options(patience=2),
            "--patience 2: needs --eval-every, which says when to evaluate\n  hint: --eval-every 500",
        ),
        (Options(best_metric="AP"), "--best-metric AP: no such metric"),
    ],
)
def test_options_that_cannot_be_are_refused_before_anything_is_made(
    options: Options, message: str, tmp_path: Path
):
    with pytest.raises(OptionError) as caught:
        train_run(config(tmp_path / "no.tfrecord"), tmp_path / "run", options)
    assert str(caught.value) == message or str(caught.value).startswith(f"{message}\n  hint: one of ")
    assert not (tmp_path / "run").exists()
