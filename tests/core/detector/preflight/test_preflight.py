"""All checks together, on records of a few small images."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from boxwright.core.detector.preflight.preflight import preflight
from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.override import override
from tests.core.detector.training_run import config

SQUARE = (0.3, 0.3, 0.7, 0.7)


@pytest.fixture
def two_sides(tmp_path: Path, example: Callable, write: Callable) -> PipelineConfig:
    """A config with records for training and evaluation, and nothing wrong with it."""
    write(tmp_path / "train.tfrecord", [example([SQUARE], ["hand"], seed=n) for n in range(3)])
    write(tmp_path / "val.tfrecord", [example([SQUARE], ["hand"], seed=9)])
    label_map = tmp_path / "map.pbtxt"
    label_map.write_text("item { id: 1 name: 'hand' }")
    return override(
        config(tmp_path / "train.tfrecord", steps=0),
        [
            f"train_input_reader.label_map_path={label_map}",
            f"eval_input_reader[0].label_map_path={label_map}",
            f"eval_input_reader[0].tf_record_input_reader.input_path={tmp_path / 'val.tfrecord'}",
        ],
    )


def told(config: PipelineConfig, run: Path, **options: object) -> str:
    lines: list[str] = []
    preflight(config, run, say=lines.append, **options)
    return "\n".join(lines)


def refused(config: PipelineConfig, run: Path) -> str:
    with pytest.raises(BoxwrightError) as caught:
        preflight(config, run, say=print)
    return str(caught.value)


def test_when_all_is_well_one_line_says_so(two_sides: PipelineConfig, tmp_path: Path):
    assert told(two_sides, tmp_path / "run") == (
        "pre-flight: 3 + 1 images, 3 + 1 boxes, all well; anchors cover 100 %"
    )


def test_everything_that_is_wrong_is_told_at_once_and_leaves_nothing_behind(
    two_sides: PipelineConfig, tmp_path: Path, example: Callable, write: Callable
):
    write(tmp_path / "train.tfrecord", [example([SQUARE], labels=[2]), example(encoded=[b"none"])])
    write(tmp_path / "val.tfrecord", [example()])
    broken = override(two_sides, ["train_config.freeze_variables=Conv2d_0"])
    text = refused(broken, tmp_path / "run")
    assert text.startswith("pre-flight: 4 things to put right before training\n")
    assert re.findall(r"error: (.*)", text) == [
        "train_config.freeze_variables keeps weights as they are, and without a",
        "no image that can be decoded: 1 of the records",
        "objects of no class: 1 of the records",
        "no object is marked on any of the 1 evaluation images",
    ]
    assert f"{tmp_path}/train.tfrecord: record[0]: image/object[0]: class 2 is no" in text
    assert not (tmp_path / "run").exists()


def test_a_label_map_may_name_a_part_of_the_classes(
    two_sides: PipelineConfig, tmp_path: Path, example: Callable, write: Callable
):
    write(tmp_path / "train.tfrecord", [example([SQUARE] * 3, ["nose", "hand", "nose"])])
    text = told(two_sides, tmp_path / "run")
    assert text.startswith("pre-flight: 1 + 1 images, 1 + 1 boxes, 1 warning; anchors cover 100 %\n")
    assert "nose: 2" in text


def test_files_that_are_missing_are_told_together(two_sides: PipelineConfig, tmp_path: Path):
    (tmp_path / "train.tfrecord").unlink()
    (tmp_path / "map.pbtxt").unlink()
    text = " ".join(refused(two_sides, tmp_path / "run").split())  # lines are wrapped
    assert f"no TFRecord file is named '{tmp_path}/train.tfrecord'" in text
    assert f"{tmp_path}/map.pbtxt: cannot be read: No such file or directory" in text


def test_a_run_that_goes_on_does_not_decode_again(
    two_sides: PipelineConfig, tmp_path: Path, example: Callable, write: Callable, png: Callable
):
    told(two_sides, tmp_path / "run")
    path = tmp_path / "val.tfrecord"
    before = path.stat()
    good = png(9)
    broken = good[:60] + bytes(len(good) - 60 - 16) + good[-16:]  # its header and its end are whole
    write(path, [example([SQUARE], ["hand"], seed=9, encoded=[broken])])
    assert path.stat().st_size == before.st_size
    assert "no image that can be decoded" in refused(two_sides, tmp_path / "run")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "all well" in told(two_sides, tmp_path / "run")
    assert "no image that can be decoded" in refused(two_sides, tmp_path / "another run")


def test_overfitting_looks_at_the_images_that_it_trains_on(two_sides: PipelineConfig, tmp_path: Path):
    (tmp_path / "val.tfrecord").unlink()
    assert told(two_sides, tmp_path / "run", overfit=2).startswith("pre-flight: 2 images, 2 boxes, all well")


def test_only_the_first_worker_tells(
    two_sides: PipelineConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    cluster = '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 1}}'
    monkeypatch.setenv("TF_CONFIG", cluster)
    assert told(two_sides, tmp_path / "run") == "" and not (tmp_path / "run").exists()
