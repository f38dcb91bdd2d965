"""A run's directory: what was asked for, where it ran, what was measured; one process at a time.

pipeline.config     the resolved config
options.json        what the run was started with beside the config, its seed above all
environment.json    of the last start: versions, devices, command
metrics.jsonl       a line for each step and each evaluation
checkpoints/        model.ckpt-<step>: the last few
best/               model.ckpt-<step>: of the best evaluation
events/             what TensorBoard shows
run.lock            held while a process trains
"""

import fcntl
import json
import os
import platform
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import tensorflow as tf

from boxwright.core.detector.checkpoint import remove_orphans
from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.text import config_text, read_config
from boxwright.core.whole_file import write_text

Value = str | int | float

# What may change when a run goes on: how long it is, and how it is measured.
_MAY_CHANGE = {"train_config": {"num_steps"}, "": {"eval_config", "eval_input_reader"}}
_PACKAGES = ("boxwright", "tensorflow", "tf-slim", "numpy", "protobuf")


@dataclass(frozen=True, slots=True)
class Run:
    """A run's directory."""

    path: Path

    @property
    def config(self) -> Path:
        """The resolved config."""
        return self.path / "pipeline.config"

    @property
    def options(self) -> Path:
        """The options that count for as long as the run."""
        return self.path / "options.json"

    @property
    def metrics(self) -> Path:
        """What was measured, a JSON object on each line, with at least `kind` and `step`."""
        return self.path / "metrics.jsonl"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.path / "checkpoints"

    @property
    def best(self) -> Path:
        """The folder of the best evaluation's checkpoint; there is none before an evaluation."""
        return self.path / "best"

    @property
    def events(self) -> Path:
        """The folder of event files."""
        return self.path / "events"


@contextmanager
def opened(path: Path, config: PipelineConfig, options: Mapping[str, object]) -> Generator[Run]:
    """The directory of a new run or of one that goes on, for this process alone.

    options  that must be the same when the run goes on, as JSON can hold them
    raises  BoxwrightError where another process trains in it, or it is another config's
    """
    run = Run(path)
    run.checkpoints.mkdir(parents=True, exist_ok=True)
    with _locked(path / "run.lock", path):
        _check_same(run, {**_compared(config), **options})
        for folder in (run.checkpoints, run.best):
            remove_orphans(folder)
        write_text(run.config, config_text(config))
        write_text(run.options, json.dumps(options) + "\n")
        write_text(path / "environment.json", json.dumps(environment(), indent=2) + "\n")
        yield run


def log(run: Run, kind: str, step: int, values: Mapping[str, Value]) -> None:
    """Add a line to the metrics."""
    line = json.dumps({"kind": kind, "step": step, **values})
    with run.metrics.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def logged(run: Run) -> list[dict[str, Value]]:
    """The metrics, line by line; without a last line that a killed process left half-written."""
    if not run.metrics.exists():
        return []
    lines = run.metrics.read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines]


def forget_after(run: Run, step: int) -> None:
    """Drop the metrics of later steps, which will be made again."""
    kept = [line for line in logged(run) if int(line["step"]) <= step]
    write_text(run.metrics, "".join(json.dumps(line) + "\n" for line in kept))


def environment() -> dict[str, object]:
    """Where this process runs: versions, devices, command."""
    return {
        "command": sys.argv,
        "python": platform.python_version(),
        "system": platform.platform(),
        "cpus": os.cpu_count(),
        "devices": [device.name for device in tf.config.list_logical_devices()],
        "packages": {name: version for name in _PACKAGES if (version := _version(name))},
    }


@contextmanager
def _locked(lock: Path, path: Path) -> Generator[None]:
    """Hold the lock; the system gives it up whatever ends the process."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BoxwrightError(f"{path}: another process trains in this directory") from None
        yield


def _check_same(run: Run, now: Mapping[str, object]) -> None:
    if not run.options.exists():  # written last: before that, nothing was trained
        return
    before = {**_compared(read_config(run.config)), **json.loads(run.options.read_text(encoding="utf-8"))}
    different = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
    if different:
        fact = f"{run.path}: is a run of other settings; different: {', '.join(different)}"
        raise BoxwrightError(fact, f"take another directory, or compare with {run.config}")


def _compared(config: PipelineConfig) -> dict[str, object]:
    """What must stay the same while a run goes on, by the config's parts: `train_config.batch_size`."""
    parts: dict[str, dict[str, object]] = config.model_dump(exclude=_MAY_CHANGE[""])
    return {
        f"{part}.{name}": value
        for part, values in parts.items()
        if values is not None
        for name, value in values.items()
        if name not in _MAY_CHANGE.get(part, set())
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
