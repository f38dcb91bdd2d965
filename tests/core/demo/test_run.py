"""The demo from end to end, as its user sees it: tiny by default, in full where slow tests are wanted."""

import json

import pytest
from PIL import Image

from boxwright.cli import main
from boxwright.core.demo import run
from boxwright.core.demo.run import Size, run_demo
from boxwright.core.errors import OptionError

# Enough to go the whole way; nothing is learnt.
TINY = Size(
    videos=4,
    frames=1,
    settings=(
        "train_config.num_steps=1",
        "train_config.batch_size=1",
        "model.ssd.image_resizer.fixed_shape_resizer.height=64",
        "model.ssd.image_resizer.fixed_shape_resizer.width=64",
    ),
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The folder of a tiny demo, and all that it said, in lines."""
    out, said = tmp_path_factory.mktemp("demo") / "demo", []
    run_demo(out, lambda text: said.extend(str(text).splitlines()), TINY)
    return out, said


def test_the_demo_goes_from_no_data_to_a_model_and_a_picture(finished):
    out, _ = finished
    made = {path.name for path in out.iterdir()}
    assert made == {"contact_sheet.png", "detections.png", "egohands_data", "kitti", "run"}
    assert (out / "run/export/saved_model/saved_model.pb").is_file()
    with Image.open(out / "detections.png") as picture:
        assert picture.width == 1316  # three frames of 420 pixels side by side, and gaps


def test_the_demo_ends_with_its_precision_and_with_what_to_do_next(finished):
    out, said = finished
    numbers = json.loads((out / "run/evaluation/evaluation.json").read_text())["metrics"]
    ap, ap50 = (numbers[f"DetectionBoxes_Precision/mAP{of}"] for of in ("", "@.50IOU"))
    assert said[-5:] == [
        f"AP {ap:.3f}, AP50 {ap50:.3f} on 2 frames of games that it never saw",
        f"look at the hands that it found: {out / 'detections.png'}",
        "",
        "your own data set, in any format of `boxwright adapters`, is one command, too:",
        "  boxwright retrain DATA --model ssd_mobilenet_v2 --run-dir run",
    ]


def test_a_finished_demo_is_not_made_again(finished):
    out, first = finished
    files = {path: path.stat().st_mtime_ns for path in (out / "run").rglob("*") if path.is_file()}
    said = []
    run_demo(out, lambda text: said.extend(str(text).splitlines()), TINY)
    assert {path: path.stat().st_mtime_ns for path in (out / "run").rglob("*") if path.is_file()} == files
    assert said[0] == f"{out / 'egohands_data'}: the small EgoHands is there already"
    assert said.count("   finished already") == 4 and said[-5:] == first[-5:]


def test_frames_of_a_demo_of_another_size_are_not_taken_for_this_ones(finished):
    out, _ = finished
    with pytest.raises(OptionError) as caught:
        run_demo(out, lambda text: None, Size(videos=4, frames=3))
    assert str(caught.value) == (
        f"{out / 'egohands_data'} has 4 frames, not the demo's 12\n"
        "  hint: remove the folder, or take another one with --out"
    )


def test_a_file_is_no_place_for_the_demo(tmp_path, capsys):
    (tmp_path / "demo").touch()
    assert main(["demo", "--out", str(tmp_path / "demo")]) == 2
    assert capsys.readouterr().err == f"boxwright: {tmp_path / 'demo'} is a file; the demo makes a folder\n"


@pytest.mark.slow
def test_the_demo_finds_hands_in_games_that_it_has_never_seen(tmp_path):
    run_demo(tmp_path, print, run.FULL)
    found = json.loads((tmp_path / "run/evaluation/evaluation.json").read_text())
    assert found["images"] == 120 and found["metrics"]["DetectionBoxes_Precision/mAP@.50IOU"] > 0.8
