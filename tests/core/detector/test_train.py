"""Training runs: going on, being stopped, several devices. Small ones; a process of its own takes seconds."""

import fcntl
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from boxwright.core.detector import checkpoint
from boxwright.core.detector.checkpoint_prefix import at_step, steps_in
from boxwright.core.detector.runs import Run, logged
from boxwright.core.detector.train import Options, train
from boxwright.core.detector.train_evaluations import Measured
from boxwright.core.errors import BoxwrightError
from tests.core.detector.training_run import config, write_records

PROGRAM = Path(__file__).with_name("training_run.py")
STEPS = 6
FROZEN = {"frozen": "true", "dropout": "false", "steps": 4}


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_records(tmp_path_factory.mktemp("records") / "squares.tfrecord")


@pytest.fixture(scope="module")
def undisturbed(records: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of its steps in one go."""
    run = Run(tmp_path_factory.mktemp("undisturbed"))
    train(config(records), run.path, Options(), say=lambda line: None)
    return run


def program(records: Path, run_dir: Path, **changes: object) -> list[str]:
    options = json.dumps({"checkpoint_every": 1})
    return [sys.executable, str(PROGRAM), str(records), str(run_dir), options, json.dumps(changes)]


def environment(**more: str) -> dict[str, str]:
    """For the program: modules are found where these are."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **more}


def completed(command: list[str], **more: str) -> str:
    done = subprocess.run(command, env=environment(**more), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def final(run: Run, step: int = STEPS) -> dict[str, np.ndarray]:
    values = checkpoint.values_of(at_step(run.checkpoints, step))
    return {name: value.numpy() for name, value in values.items()}


def assert_same(run: Run, other: Run) -> None:
    """Weights, averages, slots and metrics are the same to the last bit."""
    first, second = final(run), final(other)
    assert first.keys() == second.keys()
    different = [name for name in first if first[name].tobytes() != second[name].tobytes()]
    assert different == []
    assert logged(run) == logged(other)


def test_a_run_stopped_by_sigterm_saves_and_another_process_goes_on_identically(
    records: Path, tmp_path: Path, undisturbed: Run
):
    lines: list[str] = []
    options = Options(evaluate_every=2)

    def stop(model: object, step: int) -> Measured:
        os.kill(os.getpid(), signal.SIGTERM)
        return Measured(numbers={})

    stopped = train(config(records), tmp_path, options, on_evaluate=stop, say=lines.append)
    assert stopped.stopped and stopped.step == 3
    assert lines[-1] == "stopped at step 3, which is saved: the same command goes on from there"
    run = Run(tmp_path)
    kept = [line for line in run.metrics.read_text().splitlines(True) if '"train"' in line]
    run.metrics.write_text("".join(kept))
    assert f"{tmp_path}: goes on from step 3" in completed(program(records, tmp_path))
    assert_same(run, undisturbed)


def test_a_killed_run_goes_on_from_its_last_checkpoint_identically(
    records: Path, tmp_path: Path, undisturbed: Run
):
    run = Run(tmp_path)
    kill_when(program(records, tmp_path), lambda: bool(steps_in(run.checkpoints)))
    (run.checkpoints / "model.ckpt-99_temp").mkdir()  # as if killed while it wrote
    train(config(records), tmp_path, Options(), say=lambda line: None)
    assert_same(run, undisturbed)
    assert not list(run.checkpoints.glob("*_temp"))


@pytest.mark.slow
def test_a_run_killed_ten_times_ends_as_an_undisturbed_one(records: Path, tmp_path: Path):
    steps = 60
    whole, run = Run(tmp_path / "whole"), Run(tmp_path / "killed")
    train(config(records, steps=steps), whole.path, Options(), say=lambda line: None)
    moments = random.Random(0)
    for _ in range(10):
        seen = len(steps_in(run.checkpoints)) and steps_in(run.checkpoints)[-1]
        wanted = seen + moments.randrange(1, 6)
        kill_when(
            program(records, run.path, steps=steps),
            lambda wanted=wanted: steps_in(run.checkpoints)[-1:] >= [wanted],
            wait=moments.uniform(0, 0.05),
        )
    completed(program(records, run.path, steps=steps))
    first, second = final(whole, steps), final(run, steps)
    assert [name for name in first if first[name].tobytes() != second[name].tobytes()] == []


def kill_when(command: list[str], reached: object, wait: float = 0.0) -> None:
    """Start a program and kill it when something is reached."""
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + 120
        while not reached():
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.005)
        time.sleep(wait)
        process.kill()


def test_two_devices_find_the_losses_of_one(records: Path, tmp_path: Path):
    one, two = Run(tmp_path / "one"), Run(tmp_path / "two")
    train(config(records, **FROZEN), one.path, Options(), say=lambda line: None)
    printed = completed(program(records, two.path, **FROZEN), LOGICAL_CPUS="2")
    assert "4 steps, on 2 devices" in printed
    assert_close(one, two, 1e-6)


@pytest.mark.slow
def test_two_workers_find_the_losses_of_one(records: Path, tmp_path: Path):
    one, two = Run(tmp_path / "one"), Run(tmp_path / "two")
    train(config(records, **FROZEN), one.path, Options(), say=lambda line: None)
    ports = free_ports(2)
    workers = [f"localhost:{port}" for port in ports]
    processes = []
    for index in range(2):
        task = {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}
        told = environment(TF_CONFIG=json.dumps(task))
        processes.append(
            subprocess.Popen(program(records, two.path, **FROZEN), env=told, stderr=subprocess.PIPE)
        )
    errors = [process.communicate(timeout=180)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    assert_close(one, two, 1e-6)


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("localhost", 0)) for _ in range(count)]
    ports = [int(held.getsockname()[1]) for held in sockets]
    for held in sockets:
        held.close()
    return ports


def assert_close(run: Run, other: Run, rtol: float) -> None:
    lines, others = logged(run), logged(other)
    assert [line["step"] for line in lines] == [line["step"] for line in others]
    for line, other_line in zip(lines, others, strict=True):
        for name in (name for name in line if name.startswith("Loss/")):
            np.testing.assert_allclose(line[name], other_line[name], rtol=rtol, err_msg=name)


def test_a_finished_run_says_so(records: Path, undisturbed: Run):
    lines: list[str] = []
    assert train(config(records), undisturbed.path, say=lines.append).step == STEPS
    assert lines[-2:] == [
        f"{undisturbed.path}: already at step 6 of 6",
        "  hint: set train_config.num_steps higher to go on",
    ]


def test_a_run_of_other_settings_is_refused(records: Path, undisturbed: Run):
    with pytest.raises(BoxwrightError) as caught:
        train(config(records, rate=0.5), undisturbed.path, Options(seed=7), say=lambda line: None)
    assert str(caught.value) == (
        f"{undisturbed.path}: is a run of other settings; different: seed, train_config.optimizer\n"
        f"  hint: take another directory, or compare with {undisturbed.config}"
    )


def test_two_processes_cannot_train_in_one_directory(records: Path, tmp_path: Path):
    with (tmp_path / "run.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BoxwrightError) as caught:
            train(config(records), tmp_path, say=lambda line: None)
    assert str(caught.value) == f"{tmp_path}: another process trains in this directory"


def test_a_loss_that_is_no_number_stops_the_run_and_names_the_images(records: Path, tmp_path: Path):
    with pytest.raises(BoxwrightError) as caught:
        train(config(records, rate=1e30, steps=20), tmp_path, Options(), say=lambda line: None)
    fact, *images = caught.value.fact.splitlines()
    assert "the images of the batch:" in fact
    assert len(images) == 4
    assert all(f"({records}: record[" in image and "  square" in image for image in images)
    assert steps_in(Run(tmp_path).checkpoints) == []


def test_evaluation_is_called_every_few_steps_and_at_the_end(records: Path, tmp_path: Path):
    options = Options(evaluate_every=2, overfit=3)
    lines: list[str] = []
    train(
        config(records, steps=5),
        tmp_path,
        options,
        on_evaluate=lambda _, step: Measured(numbers={"ap": step / 10}),
        say=lines.append,
    )
    found = [(line["step"], line["ap"]) for line in logged(Run(tmp_path)) if line["kind"] == "evaluation"]
    assert found == [(2, 0.2), (4, 0.4), (5, 0.5)]
    assert lines[0] == (
        "training on 3 images, 4 at a time, from step 0, 5 steps, on 1 device; the first step takes longest"
    )
