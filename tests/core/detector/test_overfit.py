"""The command lines of docs/how-to/overfit.md: a detector that cannot learn eight images is broken."""

import re
import time
from pathlib import Path

import pytest

from boxwright.core.convert import convert
from boxwright.core.demo.egohands import generate
from boxwright.core.detector.runs import Run, logged
from tests.core.detector.program import boxwright

MODELS = ("ssd_mobilenet_v1", "ssd_mobilenet_v2", "ssdlite_mobilenet_v2", "ssd_inception_v2")
ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs/how-to/overfit.md"
AP50 = "DetectionBoxes_Precision/mAP@.50IOU"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """TFRecords of eight images with some thirty hands."""
    folder = tmp_path_factory.mktemp("overfit")
    generate(folder / "egohands_data", videos=4, frames=2)
    convert(folder / "egohands_data", folder / "tf", to="tfrecord", options={"hands": "one"}, split="none")
    return folder / "tf"


def settings() -> list[str]:
    """What the guide sets."""
    [command] = re.findall(r"^boxwright train CONFIG .*?[^\\]$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    return [setting.strip("'") for setting in re.findall(r"--set ('[^']*'|\S+)", command)]


def test_the_guide_sets_what_matters():
    names = {setting.partition("=")[0].rpartition(".")[2] for setting in settings()}
    assert {"fixed_shape_resizer", "decay", "num_steps", "optimizer", "fine_tune_checkpoint"} <= names


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_eight_images_are_learned_by_heart(model: str, records: Path, tmp_path: Path):
    config = ROOT / "configs" / f"{model}_egohands.config"
    overrides = [f"--set={setting}" for setting in settings()]
    start = time.monotonic()
    boxwright(
        *("train", config, "--records", records, "--run-dir", "run", "--overfit", 8, *overrides),
        folder=tmp_path,
    )
    seconds = time.monotonic() - start
    *_, last = logged(Run(tmp_path / "run"))
    print(f"{model}: AP50 {last[AP50]:.3f} after {last['step']} steps, {seconds:.0f} s")
    assert float(last[AP50]) > 0.9
