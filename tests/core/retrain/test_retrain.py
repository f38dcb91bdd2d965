"""One command from a data set to a detector, on a net of a few thousand weights."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from boxwright.cli import main
from boxwright.core.pipeline.text import config_text
from tests.core.detector.training_run import config


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    """A KITTI data set of ten images with a bright square each, without splits."""
    for number in range(10):
        x, y = 4 * number, 30 - 3 * number
        label = tmp_path / f"squares/label_2/{number:06}.txt"
        label.parent.mkdir(parents=True, exist_ok=True)
        label.write_text(f"square 0 0 0 {x} {y} {x + 30} {y + 30} -1 -1 -1 -1000 -1000 -1000 -10\n")
        image = Image.new("RGB", (80, 64), (20, 20 * number, 60))
        ImageDraw.Draw(image).rectangle((x, y, x + 29, y + 29), fill=(250, 250, 250))
        (tmp_path / "squares/image_2").mkdir(exist_ok=True)
        image.save(tmp_path / f"squares/image_2/{number:06}.png")
    return tmp_path / "squares"


@pytest.fixture
def command(squares: Path, tmp_path: Path) -> Callable[[Path], list[str]]:
    """A function that gives the command for a run's folder."""
    path = tmp_path / "small.config"
    path.write_text(config_text(config(tmp_path / "nothing", steps=100)))

    def to(run: Path) -> list[str]:
        settings = ["--set", "train_config.batch_size=2", "--steps", "6"]
        words = ["retrain", squares, "--config", path, "--run-dir", run, *settings]
        return [sys.executable, "-m", "boxwright.cli", *map(str, words)]

    return to


def completed(command: list[str]) -> str:
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def environment() -> dict[str, str]:
    return {**os.environ, "BOXWRIGHT_HOME": "/nonexistent"}


def kill_at(command: list[str], mark: str) -> None:
    """Kill the command when it says this."""
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert any(mark in line for line in process.stdout), mark
        time.sleep(0.1)
        process.kill()


def numbers(run: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((run / "evaluation/evaluation.json").read_text())["metrics"]
    return found


@pytest.mark.slow
def test_one_command_leads_to_a_detector_however_often_it_is_killed(command: Callable, tmp_path: Path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    told = completed(command(whole))
    assert "split: made by --split group:val=0.2" in told
    assert "trains from scratch" in told and "6 steps of 2 images" in told
    assert "pre-flight: 8 + 2 images, 8 + 2 boxes" in told
    for name in ("export/saved_model/saved_model.pb", "export/label_map.pbtxt", "pictures/detections.json"):
        assert (whole / name).is_file()
    assert len(list((whole / "pictures").glob("*.png"))) == 2
    for mark in ("1/6 records", "step 1/6", "4/6 evaluation", "5/6 export", "6/6 pictures"):
        kill_at(command(killed), mark)
    assert "finished: AP" in completed(command(killed))
    assert numbers(killed) == numbers(whole)
    again = completed(command(whole))
    assert again.count("   finished already") == 4 and "\nfinished already: AP" in again


def test_a_misspelt_setting_costs_no_conversion(squares: Path, tmp_path: Path, capsys):
    words = ["--model", "ssd_mobilenet_v2_finetune", "--set", "train_config.batchsize=2"]
    assert main(["retrain", str(squares), "--run-dir", str(tmp_path / "run"), *words]) == 2
    assert capsys.readouterr().err.startswith("boxwright: train_config.batchsize=2: ")
    assert not (tmp_path / "run").exists()


def test_a_misspelt_checkpoint_costs_no_conversion(squares: Path, tmp_path: Path, capsys):
    words = ["--model", "ssd_mobilenet_v2_finetune", "--init", "ssd_mobilenet_v2_coc"]
    assert main(["retrain", str(squares), "--run-dir", str(tmp_path / "run"), *words]) == 2
    assert capsys.readouterr().err == (
        "boxwright: ssd_mobilenet_v2_coc: no such checkpoint; did you mean 'ssd_mobilenet_v2_coco'?\n"
        "  hint: a checkpoint is named without .index and .data-00000-of-00001\n"
    )
    assert not (tmp_path / "run").exists()


def test_a_split_without_anything_to_measure_on_is_refused(squares: Path, tmp_path: Path, capsys):
    run = tmp_path / "run"
    words = ["--model", "ssd_mobilenet_v2_finetune", "--split", "none"]
    assert main(["retrain", str(squares), "--run-dir", str(run), *words]) == 2
    assert capsys.readouterr().err == (
        f"boxwright: {run}/records: no split to measure on\n  hint: --split group:val=0.2\n"
    )


def test_other_records_are_made_until_something_was_trained_on_them(squares: Path, tmp_path: Path, capsys):
    run = tmp_path / "run"
    words = ["retrain", str(squares), "--run-dir", str(run), "--model", "ssd_mobilenet_v2_finetune"]
    assert main([*words, "--split", "none"]) == 2
    assert main([*words, "--split", "none", "--map", "square=box"]) == 2
    assert "label_map" not in capsys.readouterr().err
    assert "'box'" in (run / "records/squares_label_map.pbtxt").read_text()
    (run / "checkpoints").mkdir()
    (run / "checkpoints/model.ckpt-1.index").touch()
    assert main([*words, "--split", "none"]) == 2
    assert capsys.readouterr().err == (
        f"boxwright: {run}/records holds the result of another conversion:"
        " source.map.square: 'box' there, None wanted\n"
        f"  hint: {run} has been trained on them: take another --run-dir\n"
    )
