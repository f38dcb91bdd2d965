"""The EgoHands tutorial's own configs, unchanged, in a folder laid out as the tutorial's.

https://github.com/jkjung-avt/hand-detection-tutorial
"""

import json
import shutil
from pathlib import Path

import pytest

from boxwright.core.demo.egohands import generate
from boxwright.core.detector import checkpoint
from boxwright.core.detector.ssd import ssd
from boxwright.core.pipeline.override import override
from boxwright.core.pipeline.text import read_config
from tests.core.detector.program import boxwright

# The model folders that the configs' fine_tune_checkpoint names.
MODELS = {
    "ssd_mobilenet_v1_egohands.config": "ssd_mobilenet_v1_coco_2018_01_28",
    "ssd_inception_v2_egohands.config": "ssd_inception_v2_coco_2018_01_28",
}
HANDS = [f"--map={label}=hand" for label in ("myleft", "myright", "yourleft", "yourright")]
# All but the class heads, of another size; without load_all_detection_checkpoint_vars the backbone alone.
LOADED = {"ssd_mobilenet_v1_egohands.config": 187, "ssd_inception_v2_egohands.config": 386}
COCO_CLASSES = 90  # of the checkpoints that the tutorial downloads


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's folder with prepared data, through KITTI: 24 images to train on, 8 to validate."""
    folder = tmp_path_factory.mktemp("hand-detection-tutorial")
    generate(folder / "egohands_data", videos=4, frames=8)
    flat = ("--option", "layout=flat", "--option", "round=outward")
    boxwright("convert", "egohands_data", "egohands_kitti", "--to", "kitti", *flat, *HANDS, folder=folder)
    split = ("--split", "random:val=8", "--seed", 1)
    boxwright(
        "convert", "egohands_kitti", "data", "--to", "tfrecord", "--name=egohands", *split, folder=folder
    )
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_tutorials_config_runs_unchanged(tutorial: Path, reference: Path, name: str):
    config = tutorial / "configs" / name
    config.parent.mkdir(exist_ok=True)
    shutil.copy(reference / "pipeline_configs" / name, config)
    stand_in(config, tutorial / MODELS[name] / "model.ckpt")
    run, seen = Path("runs") / config.stem, Path("seen") / config.stem

    # Two of the 20,000 steps: said on the command line, so that the file stays as it is.
    two_steps = ("--set", "train_config.num_steps=2")
    trained = boxwright("train", config.relative_to(tutorial), "--run-dir", run, *two_steps, folder=tutorial)
    evaluated = boxwright("eval", run, folder=tutorial)
    exported = boxwright("export", run, run / "model", folder=tutorial)
    images = sorted((tutorial / "egohands_data").rglob("*.jpg"))[:2]
    detected = boxwright("detect", run / "model", *images, "--out", seen, "--threshold=0", folder=tutorial)
    print(trained, evaluated, exported, detected, sep="\n")

    assert f"{MODELS[name]}/model.ckpt: detection checkpoint" in trained
    assert f" {LOADED[name]} loaded: " in trained
    assert "training on 24 images, 24 at a time, from step 0, 2 steps, on 1 device" in trained
    steps = [json.loads(line) for line in (tutorial / run / "metrics.jsonl").read_text().splitlines()]
    assert [(line["kind"], line["step"]) for line in steps] == [("train", 1), ("train", 2), ("evaluation", 2)]
    assert "8 images" in evaluated
    assert (tutorial / run / "model/frozen_inference_graph.pb").is_file()
    found = json.loads((tutorial / seen / "detections.json").read_text())
    assert [len(image["detections"]) for image in found["images"]] == [100, 100]
    assert {box["label"] for image in found["images"] for box in image["detections"]} == {"hand"}
    assert config.read_bytes() == (reference / "pipeline_configs" / name).read_bytes()


def stand_in(config: Path, prefix: Path) -> None:
    """A checkpoint by name, as the model zoo has it: the config's net with the classes of COCO."""
    many = override(read_config(config), [f"model.ssd.num_classes={COCO_CLASSES}"])
    prefix.parent.mkdir(exist_ok=True)
    checkpoint.save(prefix, ssd(many, seed=1).store.vars)
