"""The verbs of training on the command line."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from boxwright.cli import main
from boxwright.core.pipeline.text import config_text
from tests.core.detector.program import command, environment
from tests.core.detector.training_run import config, write_records


@pytest.fixture
def kitti(tmp_path) -> Path:
    """A KITTI data set of two images, each with a cat and a dog."""
    for number in range(2):
        label = tmp_path / f"pets/label_2/{number:06}.txt"
        label.parent.mkdir(parents=True, exist_ok=True)
        rest = "-1 -1 -1 -1000 -1000 -1000 -10"
        label.write_text(f"cat 0 0 0 1 2 30 40 {rest}\ndog 0 0 0 32 2 60 40 {rest}\n")
        image = tmp_path / f"pets/image_2/{number:06}.png"
        image.parent.mkdir(exist_ok=True)
        Image.new("RGB", (64, 48), (200, 30 * number, 0)).save(image)
    return tmp_path / "pets"


def run(*arguments) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "boxwright.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_detector_is_trained_measured_exported_and_used(kitti, tmp_path):
    """The verbs one after the other, in processes of their own, on a net of a few thousand weights."""
    (tmp_path / "small.config").write_text(config_text(config(tmp_path / "other")))
    split = ("--split", "random:val=1")
    settings = ("train_config.num_steps=2", "train_config.batch_size=1", "model.ssd.num_classes=2")
    steps = [word for setting in settings for word in ("--set", setting)]
    out = {name: tmp_path / name for name in ("tf", "run", "model", "seen")}
    picture = kitti / "image_2/000000.png"
    for arguments, told in (
        (("convert", kitti, out["tf"], "--to", "tfrecord", *split), "splits: train 1, val 1"),
        (
            ("train", tmp_path / "small.config", "--run-dir", out["run"], "--records", out["tf"], *steps),
            "step 2/2",
        ),
        (("eval", out["run"]), "DetectionBoxes_Precision/mAP"),
        (("export", out["run"], out["model"]), "largest difference"),
        (("detect", out["model"], picture, "--out", out["seen"]), "000000.png"),
    ):
        result = run(*arguments)
        assert result.returncode == 0, result.stderr
        assert told in result.stdout
    assert (out["run"] / "evaluation/evaluation.json").is_file() and (
        out["seen"] / "detections.json"
    ).is_file()
    again = run("train", tmp_path / "small.config", "--run-dir", out["run"], "--records", out["tf"], *steps)
    assert "already at step 2 of 2" in again.stdout


def test_records_without_a_manifest_are_refused(tmp_path, root, capsys):
    path = tmp_path / "small.config"
    path.write_text(config_text(config(tmp_path / "other")))
    assert main(["train", str(path), "--run-dir", str(tmp_path / "run"), "--records", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"boxwright: {tmp_path}: holds no *_manifest.json\n"
        "  hint: boxwright convert SRC DST --to tfrecord makes one\n"
    )


def test_a_checkpoint_that_is_not_there_is_told_before_the_records_are_read(tmp_path, capsys):
    path = tmp_path / "small.config"
    path.write_text(config_text(config(tmp_path / "other")))
    assert main(["train", str(path), "--run-dir", str(tmp_path / "run"), "--init", "coco/model.ckpt"]) == 2
    assert capsys.readouterr().err == (
        "boxwright: coco/model.ckpt: no such checkpoint\n"
        "  hint: a checkpoint is named without .index and .data-00000-of-00001\n"
    )


@pytest.mark.slow
def test_a_run_that_is_told_to_stop_is_no_success(tmp_path):
    path = tmp_path / "small.config"
    path.write_text(config_text(config(write_records(tmp_path / "squares.tfrecord"), steps=100_000)))
    arguments = command("train", path, "--run-dir", tmp_path / "run")
    with subprocess.Popen(
        arguments, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert any("first step takes longest" in line for line in process.stdout)
        process.send_signal(signal.SIGTERM)
        told, errors = process.communicate()
    assert "which is saved: the same command goes on from there" in told
    assert process.returncode == 130, errors
