"""A conversion that is killed, for real, and run again: the result is that of an undisturbed run."""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boxwright.core.convert import convert

SHARDS = 6
# Sleeps `sys.argv[4]` seconds for each record that is written.
SCRIPT = """
import sys, time
from boxwright.core.convert import convert

passes = iter((False, True))  # reading, writing

def slowly(dataset):
    def scan():
        writes = next(passes)
        for record in dataset:
            time.sleep(float(sys.argv[4]) * writes)
            yield record
    return dataset.derive(scan, dataset.declared_labels)

convert(sys.argv[1], sys.argv[2], to="tfrecord", format="jsonl", options={"shards": 6},
        workers=int(sys.argv[3]), progress=slowly)
"""


@pytest.fixture
def source(tmp_path: Path, picture: Callable[..., bytes]) -> Path:
    """A data set of 300 images in two splits that take turns."""
    folder = tmp_path / "source"
    (folder / "images").mkdir(parents=True)
    lines: list[dict[str, Any]] = [{"format": "boxwright", "version": 1}]
    for number in range(300):
        (folder / f"images/{number}.jpg").write_bytes(picture(seed=number))
        box = {"label": "hand", "x_min": 1, "y_min": 2, "x_max": 3 + number % 5, "y_max": 4}
        split = "val" if number % 4 == 0 else "train"
        lines.append({"path": f"{number}.jpg", "width": 8, "height": 6, "boxes": [box], "split": split})
    (folder / "annotations.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return folder


def started(source: Path, target: Path, workers: int, delay: float) -> "subprocess.Popen[str]":
    """Start the script; what it complains about goes to a file beside the source."""
    arguments = [sys.executable, "-c", SCRIPT, str(source), str(target), str(workers), str(delay)]
    with open(source.parent / "errors", "w") as err:
        return subprocess.Popen(arguments, cwd=source, stderr=err, text=True)


def again(source: Path, target: Path) -> bool:
    """Run the conversion to its end; says whether it was finished already."""
    return convert(source, target, to="tfrecord", format="jsonl", options={"shards": SHARDS}).unchanged


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def work_folder(target: Path) -> Path:
    return target.with_name(f".{target.name}.partial")


def complete(target: Path) -> dict[str, int]:
    """The complete shards of a run in progress, each with its identity on the disk."""
    found = sorted((work_folder(target) / ".shards").glob("*.json"))
    return {path.stem: (work_folder(target) / path.stem).stat().st_ino for path in found}


def wait(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_run_goes_on_where_it_was(workers: int, source: Path, tmp_path: Path):
    target = tmp_path / "killed/out"
    with started(source, target, workers, delay=0.01) as process:
        wait(lambda: len(complete(target)) >= 3 or process.poll() is not None)
        assert process.poll() is None, (tmp_path / "errors").read_text()
        process.send_signal(signal.SIGKILL)
    done = complete(target)
    assert 3 <= len(done) < 2 * SHARDS and not target.exists()
    assert not again(source, target)
    assert done.items() <= {path.name: path.stat().st_ino for path in target.iterdir()}.items()
    assert not again(source, tmp_path / "undisturbed/out")
    assert contents(target) == contents(tmp_path / "undisturbed/out")
    assert again(source, target)
    assert [path.name for path in (tmp_path / "killed").iterdir()] == ["out"]


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_killed_at_any_moment_can_be_finished(workers: int, source: Path, tmp_path: Path):
    assert not again(source, tmp_path / "undisturbed/out")
    expected = contents(tmp_path / "undisturbed/out")
    begun = time.monotonic()
    with started(source, tmp_path / "timed/out", workers, delay=0.005) as process:
        assert process.wait() == 0
    whole = time.monotonic() - begun
    moments = random.Random(0)
    found = set()
    for number in range(20):
        target = tmp_path / str(number) / "out"
        with started(source, target, workers, delay=0.005) as process:
            time.sleep(moments.uniform(0.2, 1) * whole)  # before, it imports
            process.send_signal(signal.SIGKILL)
        found.add(len(complete(target)))
        finished = target.exists()
        assert again(source, target) == finished
        assert contents(target) == expected
        assert again(source, target)
        assert [path.name for path in target.parent.iterdir()] == ["out"]
    assert len(found) > 3  # the moments were different ones
