"""The demo: a small EgoHands drawn here, converted, and a hand detector retrained on it from scratch.

Every step is what a user would run on the real one. A step that is finished already is not done again, so the
same call goes on where the last one was stopped.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from boxwright.core.convert import convert
from boxwright.core.demo.egohands import generate
from boxwright.core.demo.found_sheet import found_sheet
from boxwright.core.errors import OptionError
from boxwright.core.images.contact_sheet import contact_sheet
from boxwright.core.progress import shown_progress
from boxwright.core.read import read
from boxwright.core.retrain.retrain import AP, AP50, EVALUATION, PICTURES, retrain
from boxwright.core.retrain.wanted import Wanted
from boxwright.core.transforms import Transforms

MODEL = "demo"  # configs/demo.config
ONE_CLASS = dict.fromkeys(("myleft", "myright", "yourleft", "yourright"), "hand")
MOST_WORKERS = 8  # processes that draw; each takes some 200 MB
FRAMES = "_LABELLED_SAMPLES/*/*.jpg"

Say = Callable[[object], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much the demo does.

    videos, frames  of the small EgoHands: all 24 games from both sides, a dozen frames of each
    settings        that override the config's, as `retrain --set` takes them
    """

    videos: int = 48
    frames: int = 12
    settings: tuple[str, ...] = ()


FULL = Size()


def run_demo(out: Path, say: Say, size: Size = FULL) -> None:
    """Make `out`: a data set, its KITTI version, a detector, and pictures of both.

    say      takes what is told to the user
    raises   KeyboardInterrupt where the training was told to stop; the next call goes on
    """
    if out.exists() and not out.is_dir():
        raise OptionError(f"{out} is a file; the demo makes a folder")
    source, run = out / "egohands_data", out / "run"
    _draw(source, size, say)
    sheet = out / "contact_sheet.png"
    contact_sheet(read(source, "egohands"), sheet)
    say(f"look at {sheet}\n")
    _to_kitti(source, out / "kitti", say)
    say("\nretraining a detector from scratch: some minutes; after Ctrl-C it goes on")
    wanted = Wanted(source=source, model=MODEL, settings=size.settings, options={"hands": "one"})
    retrain(wanted, run, say)
    _tell_result(run, out / "detections.png", say)


def _draw(source: Path, size: Size, say: Say) -> None:
    wanted = size.videos * size.frames
    if not source.exists():  # it appears whole or not at all
        workers = min(len(os.sched_getaffinity(0)), MOST_WORKERS)
        say(f"drawing {wanted} frames of a small EgoHands: a minute or so")
        say(generate(source, size.videos, size.frames, workers=workers, progress=shown_progress()))
    elif (found := sum(1 for _ in source.glob(FRAMES))) != wanted:
        fact = f"{source} has {found} frames, not the demo's {wanted}"
        raise OptionError(fact, "remove the folder, or take another one with --out")
    else:
        say(f"{source}: the small EgoHands is there already")


def _to_kitti(source: Path, kitti: Path, say: Say) -> None:
    say("to KITTI, as the EgoHands tutorial does it: one class, whole pixels")
    tutorial = {"round": "outward", "layout": "flat"}
    say(convert(source, kitti, to="kitti", transforms=Transforms(map=ONE_CLASS), options=tutorial))


def _tell_result(run: Path, picture: Path, say: Say) -> None:
    numbers = json.loads((run / EVALUATION / "evaluation.json").read_text(encoding="utf-8"))
    found_sheet(run / PICTURES, picture)
    precision, half = (numbers["metrics"][name] for name in (AP, AP50))
    say(f"\nAP {precision:.3f}, AP50 {half:.3f} on {numbers['images']} frames of games that it never saw")
    say(f"look at the hands that it found: {picture}")
    say("\nyour own data set, in any format of `boxwright adapters`, is one command, too:")
    say("  boxwright retrain DATA --model ssd_mobilenet_v2 --run-dir run")
