"""The demo: a small EgoHands drawn here, converted as a user would convert the real one."""

from collections.abc import Callable
from pathlib import Path

from boxwright.core.convert import convert
from boxwright.core.demo.egohands import generate
from boxwright.core.errors import OptionError
from boxwright.core.images.contact_sheet import contact_sheet
from boxwright.core.read import read
from boxwright.core.transforms import Transforms

ONE_CLASS = dict.fromkeys(("myleft", "myright", "yourleft", "yourright"), "hand")


def run_demo(out: Path, say: Callable[[object], None]) -> None:
    """Make `out`: the generated data set, its KITTI and TFRecord versions, and a contact sheet.

    say   takes what is told to the user
    """
    if out.exists() and not out.is_dir():
        raise OptionError(f"{out} is a file; the demo makes a folder")
    source, kitti, records = out / "egohands_data", out / "kitti", out / "tfrecords"
    if source.exists():  # it appears whole or not at all
        say(f"the small EgoHands is in {source} already")
    else:
        say(f"drawing a small EgoHands in {source}")
        say(generate(source))
    say("\nto KITTI, as the EgoHands tutorial does it: one class, whole pixels")
    tutorial = {"round": "outward", "layout": "flat"}
    say(convert(source, kitti, to="kitti", transforms=Transforms(map=ONE_CLASS), options=tutorial))
    say("\nto TFRecords, no session on both sides of the split")
    say(
        convert(
            source,
            records,
            to="tfrecord",
            name="egohands",
            split="group",
            transforms=Transforms(map=ONE_CLASS),
        )
    )
    sheet = out / "contact_sheet.png"
    contact_sheet(read(source, "egohands"), sheet)
    say(f"\nlook at {sheet}")
