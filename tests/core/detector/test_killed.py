"""A run at full size that is killed again and again ends as one that was let alone."""

import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from boxwright.core.convert import convert
from boxwright.core.demo.egohands import generate
from boxwright.core.detector import checkpoint
from boxwright.core.detector.checkpoint_prefix import at_step, steps_in
from boxwright.core.detector.runs import Run, logged
from tests.core.detector.program import boxwright, command, environment

STEPS, EVERY, KILLS = 24, 2, 10  # a checkpoint every second step
CONFIG = Path(__file__).parents[3] / "configs/ssd_mobilenet_v2_finetune.config"  # 300 x 300 pixels


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """TFRecords of 16 images of a camera's size, with hands on them."""
    folder = tmp_path_factory.mktemp("killed")
    generate(folder / "egohands_data", videos=2, frames=8)
    convert(folder / "egohands_data", folder / "tf", to="tfrecord", options={"hands": "one"}, split="none")
    return folder / "tf"


def arguments(records: Path, run: Run) -> list[object]:
    shorter = ("--set", f"train_config.num_steps={STEPS}", "--set", "train_config.batch_size=4")
    often = ("--checkpoint-every", EVERY)
    return ["train", CONFIG, "--records", records, "--run-dir", run.path, *shorter, *often]


@pytest.mark.slow
def test_a_run_killed_at_ten_moments_ends_as_an_undisturbed_one(records: Path, tmp_path: Path):
    whole, killed = Run(tmp_path / "whole"), Run(tmp_path / "killed")
    boxwright(*arguments(records, whole), folder=tmp_path)
    moments = random.Random(0)
    while_saving = 0
    for kill in range(KILLS):
        before = last_checkpoint(killed)
        saving = kill % 2 == 1
        printed = killed_when(
            command(*arguments(records, killed)),
            (lambda: is_saving(killed)) if saving else made(killed, before + moments.randint(1, 4)),
            wait=moments.uniform(0.0, 0.05 if saving else 0.6),  # seconds: a save takes 0.1, a step 0.5
        )
        assert f"goes on from step {before}" in printed if before else "from step 0" in printed
        while_saving += is_saving(killed)
        now, step = last_checkpoint(killed), steps_made(killed)
        print(f"kill {kill + 1}: from step {before}, killed at step {step}, saved {now},", end=" ")
        print("inside a save" if is_saving(killed) else "between saves")
    assert while_saving >= 2, "no kill fell into a save, so nothing was tried"
    assert last_checkpoint(killed) < STEPS, "the run was over before the last kill"
    boxwright(*arguments(records, killed), folder=tmp_path)
    assert killed.metrics.read_text() == whole.metrics.read_text()
    assert different(whole, killed) == []


def last_checkpoint(run: Run) -> int:
    """The step that the run can go on from; whatever is seen of a checkpoint must be whole."""
    steps = steps_in(run.checkpoints)
    for step in steps:
        assert checkpoint.values_of(at_step(run.checkpoints, step))[checkpoint.STEP] == step
    return steps[-1] if steps else 0


def steps_made(run: Run) -> int:
    return max((int(line["step"]) for line in logged(run)), default=0)


def made(run: Run, step: int) -> Callable[[], bool]:
    """Whether a process has made this step; what an earlier one has made is forgotten at its start."""
    return lambda: any(line["step"] == step for line in logged(run))


def is_saving(run: Run) -> bool:
    return any(run.checkpoints.glob(f"*{checkpoint.TEMPORARY}"))


def killed_when(arguments: list[str], reached: Callable[[], bool], wait: float) -> str:
    """Start a process, kill it some seconds after something is reached; what it has printed until then."""
    with subprocess.Popen(
        arguments, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        printed = ""
        while "first step takes longest" not in printed:  # it has the directory, and forgot later metrics
            printed += (line := process.stdout.readline())
            assert line, printed
        deadline = time.monotonic() + 300
        while not reached():
            assert process.poll() is None and time.monotonic() < deadline, printed
            time.sleep(0.002)
        time.sleep(wait)
        process.kill()
    return printed


def different(run: Run, other: Run) -> list[str]:
    """The variables, slots and averages that are not the same to the last bit."""
    one, two = (checkpoint.values_of(at_step(r.checkpoints, STEPS)) for r in (run, other))
    assert one.keys() == two.keys()
    return [name for name in one if one[name].numpy().tobytes() != two[name].numpy().tobytes()]
