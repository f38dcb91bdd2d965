"""What training and detecting cost on this machine's CPU.

    python benchmarks/train.py                        the four nets as the EgoHands tutorial trains them
    python benchmarks/train.py configs/ssd_mobilenet_v1_egohands.config --set train_config.batch_size=24
    python benchmarks/train.py configs/*_quick.config --json found.json

Some minutes for the four on two cores. The data is drawn here: frames of 1280 x 720 pixels with hands, JPEGs
in TFRecords. Every measurement is a process of its own, see train_measured.py for what is in it; weights have
their first values.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from boxwright import Transforms, convert
from boxwright.core.demo.egohands import generate

CONFIGS = Path(__file__).parents[1] / "configs"
NETS = ("ssd_mobilenet_v1", "ssd_mobilenet_v2", "ssdlite_mobilenet_v2", "ssd_inception_v2")
TUTORIAL = [CONFIGS / f"{net}_egohands.config" for net in NETS]
BATCH = "train_config.batch_size=8"  # unless it is set; the tutorial's is 24
VIDEOS, FRAMES = 4, 8  # drawn; the stream gives each frame several times
DETECTED = (1, 8, 24)  # images at a time
PROGRAM = Path(__file__).with_name("train_measured.py")
LABEL, COLUMN = 24, 14  # widths of the table

Found = dict[str, Any]  # what train_measured.py prints


def main() -> None:
    """Draw the data, measure each config, and print the table."""
    arguments = _arguments()
    overrides = (BATCH, *arguments.set)
    with TemporaryDirectory() as folder:
        _make_records(Path(folder))
        records = Path(folder) / "tf"
        found = {path.stem: _measured(path, records, overrides) for path in arguments.configs}
    print("\n".join(_table(found)))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("configs", nargs="*", type=Path, default=TUTORIAL, metavar="CONFIG")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="as of train")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")
    return parser.parse_args()


def _make_records(folder: Path) -> None:
    generate(folder / "drawn", VIDEOS, FRAMES, workers=os.cpu_count() or 1)
    hand = dict.fromkeys(("myleft", "myright", "yourleft", "yourright"), "hand")
    one_class = Transforms(map=hand)
    convert(folder / "drawn", folder / "tf", to="tfrecord", transforms=one_class, split="random:val=0.1")


def _measured(config: Path, records: Path, overrides: Sequence[str]) -> Found:
    found = {}
    for what in ("train", *(f"detect {count}" for count in DETECTED)):
        print(f"{config.stem}: {what}", file=sys.stderr)
        found[what] = _in_process(what, config, records, overrides)
    return found


def _in_process(what: str, config: Path, records: Path, overrides: Sequence[str]) -> Found:
    command = [sys.executable, str(PROGRAM), what, str(config), str(records), *overrides]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found: Found = json.loads(done.stdout)
    return found


def _table(found: dict[str, Found]) -> Iterator[str]:
    """A column for each config; lines of 80 characters where there are four."""
    yield from _heads(list(found))
    first = next(iter(found.values()))
    for what in first:
        group = [one[what] for one in found.values()]
        yield what
        yield _row("  images/s", [f"{one['images_per_second']:.1f}" for one in group])
        yield _row("  CPU ms an image", [f"{1000 * one['cpu_seconds_per_image']:.1f}" for one in group])
        yield _row("  most memory, MB", [f"{one['peak_memory_mb']:.0f}" for one in group])
        for name in first[what].get("shares", ()):
            yield _row(f"  {name}", [f"{one['shares'][name]:.1%}" for one in group])


def _heads(names: Sequence[str]) -> Iterator[str]:
    """The names in lines, since they are long: `ssd`, `mobilenet_v1`, `egohands`."""
    words = [name.split("_") for name in names]
    yield _row("", [first for first, *_ in words])
    yield _row("", ["_".join(middle) for _, *middle, _ in words])
    yield _row("", [last for *_, last in words])


def _row(label: str, cells: Sequence[str]) -> str:
    return f"{label:<{LABEL}}" + "".join(f"{cell:>{COLUMN}}" for cell in cells)


if __name__ == "__main__":
    main()
