"""Conversions between VOC, COCO and KITTI: boxwright beside other converters, side by side in one run.

    python benchmarks/convert.py CACHE [RUNS]

CACHE keeps a virtual environment for each converter, made by pip on the first run. The data set is generated
(convert_truth.py) and lies, as all output, in TMPDIR; a folder in memory makes the numbers steadier. Nobody
copies images; boxwright opens each to check it, some others do to learn its size. Its `workers` write no
annotations, only TFRecords, so it has one here. Every conversion is a new process, converters take turns,
and numbers are medians of RUNS.

inside   CPU seconds (user and system, threads and children included) of the conversion without imports
process  CPU seconds of the whole process
exact, shifted, lost, added   boxes: where they belong; off by at most a pixel; missing; of nobody's
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import convert_truth as data

# Everything that pip is told to install for each.
PEERS = {
    "labelformat": ["labelformat==0.1.17"],
    "globox": ["globox==2.9.0"],
    # Without OpenCV it works more slowly, and says so.
    "supervision": ["supervision==0.31.2", "opencv-python-headless==5.0.0.93"],
    "datumaro": ["datumaro==1.13.12"],
}
NO_KITTI = {"globox", "supervision"}
CONVERSIONS = [("voc", "coco"), ("coco", "voc"), ("kitti", "coco"), ("coco", "kitti")]
WRITERS = {"voc": data.write_voc, "coco": data.write_coco, "kitti": data.write_kitti}
READERS = {"voc": data.read_voc, "coco": data.read_coco, "kitti": data.read_kitti}
SCRIPTS = Path(__file__).parent / "convert_peers"


class Run(NamedTuple):
    inside: float
    process: float
    memory: float  # most that the process held, MB


def main(cache: Path, runs: int) -> None:
    """Print a table for each conversion."""
    pythons = {"boxwright": Path(sys.executable)} | {name: _environment(cache, name) for name in PEERS}
    images = data.truth()
    with TemporaryDirectory() as folder:
        for name, write in WRITERS.items():
            write(images, Path(folder) / name)
        for read, write in CONVERSIONS:
            able = [name for name in pythons if "kitti" not in (read, write) or name not in NO_KITTI]
            found: dict[str, list[Run]] = {name: [] for name in able}
            boxes: dict[str, Counter[str]] = {}
            for _ in range(runs):
                for name in able:
                    run, boxes[name] = _run(pythons[name], name, read, write, Path(folder), images)
                    found[name].append(run)
            _print_table(f"{read} -> {write}", found, boxes)


def _environment(cache: Path, name: str) -> Path:
    """The Python of a converter's own environment, which is made when it is not there yet."""
    python = cache / "-".join(PEERS[name]).replace("==", "-") / "bin/python"
    if not (ready := python.with_name("ready")).exists():
        print(f"installing {' '.join(PEERS[name])}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", python.parent.parent], check=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", *PEERS[name]], check=True)
        ready.touch()
    return python


def _run(
    python: Path, name: str, read: str, write: str, folder: Path, images: list[data.Image]
) -> tuple[Run, Counter[str]]:
    """Make one conversion: what it cost and how its output compares with the truth."""
    source = folder / read
    for path in source.rglob("*"):  # no run shall wait for the disk
        if path.is_file():
            path.read_bytes()
    with TemporaryDirectory(dir=folder) as target:
        command = [python, SCRIPTS / f"run_{name}.py", read, write, source, target]
        before = os.times()
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        after = os.times()
        inside = json.loads(output.splitlines()[-1])
        process = sum(after[2:4]) - sum(before[2:4])  # of ended children
        return Run(process=process, **inside), data.compared(images, READERS[write](Path(target)))


def _print_table(title: str, found: dict[str, list[Run]], boxes: dict[str, Counter[str]]) -> None:
    columns = ("inside", "process", "MB", "exact", "shifted", "lost", "added")
    print(f"\n{title:<16}" + "".join(f"{column:>9}" for column in columns))
    for name, runs in found.items():
        inside, process, memory = (median(values) for values in zip(*runs, strict=True))
        counts = "".join(f"{boxes[name][column]:>9,}" for column in columns[3:])
        print(f"{name:<16}{inside:>9.2f}{process:>9.2f}{memory:>9.0f}{counts}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
