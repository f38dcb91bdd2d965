"""A COCO file of 1,000,000 boxes on 100,000 images: boxwright beside datumaro and supervision.

    python benchmarks/coco_large.py CACHE [IMAGES]

CACHE keeps the others' virtual environments, see convert.py. The data set is generated (convert_truth.py) and
lies, as all output, in TMPDIR: 0.5 GB, and 0.4 GB for what a conversion writes. Its images are files of a few
hundred bytes, so nobody pays for pixels. Each way is a new process that is ended when it holds more than
16 GB, which is a result, not a failure.

boxwright opens each image to check it and brings it along as a link; it is the command line as users call it,
fingerprint of the source, report and manifest included. datumaro and supervision copy no image; supervision
decodes each one when it writes VOC, to learn its size.

CPU, wall       seconds of the whole process; CPU is user and system, all threads
MB              most that the process held
exact, shifted  boxes of the output: where they belong; off by at most a pixel. Empty where nothing is read
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import convert
import convert_truth as data

IMAGES = 100_000
BOXES = (8, 12)  # of an image, by turns
COLUMNS = ("CPU", "wall", "MB", "exact", "shifted")
CAP = 16_000  # MB
TARGET = "TARGET"  # stands in a command for the folder of its output
POLL = 0.02  # seconds between two looks at the memory; growth within the last of them is missed

DATUMARO_READS = """
import sys, datumaro
found = datumaro.Dataset.import_from(sys.argv[1], "coco_instances")
print(sum(len(item.annotations) for item in found))
"""
SUPERVISION_READS = """
import sys, supervision
images, annotations = f"{sys.argv[1]}/images/train", f"{sys.argv[1]}/annotations/instances_train.json"
found = supervision.DetectionDataset.from_coco(images, annotations)
print(sum(map(len, found.annotations.values())))
"""


class Way(NamedTuple):
    """A command, and what reads back the boxes that it writes."""

    name: str
    command: list[str]
    reader: Callable[[Path], data.Found] | None = None


class Run(NamedTuple):
    processor: float  # seconds
    wall: float
    memory: float  # MB
    end: str  # empty, or why there is no result


def main(cache: Path, count: int) -> None:
    """Print a row for each way."""
    data.IMAGES, data.BOXES = count, BOXES  # in place of those for convert.py
    images = data.truth()
    title = f"{count:,} images, {sum(len(image.boxes) for image in images):,} boxes"
    print(f"{title:<34}" + "".join(f"{column:>10}" for column in COLUMNS))
    with TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        data.write_coco(images, source)
        for way in _ways(cache, source):
            with TemporaryDirectory(dir=folder) as work:
                run = _run([part.replace(TARGET, work) for part in way.command])
                found = way.reader(Path(work)) if way.reader and not run.end else None
            counts = {} if found is None else data.compared(images, found)
            _print_row(way.name, run, [f"{counts[name]:,}" for name in COLUMNS[3:] if name in counts])


def _ways(cache: Path, source: Path) -> Iterator[Way]:
    boxwright = str(Path(sys.executable).with_name("boxwright"))
    yield Way("boxwright inspect", [boxwright, "inspect", str(source)])
    readers = {"tfrecord": None, "kitti": data.read_kitti, "pascal_voc": data.read_voc}
    for format, reader in readers.items():
        command = [boxwright, "convert", str(source), f"{TARGET}/out", "--to", format, "--images", "link"]
        yield Way(f"boxwright convert, {format}", command, reader)
    for peer, script in {"datumaro": DATUMARO_READS, "supervision": SUPERVISION_READS}.items():
        python = str(convert._environment(cache, peer))
        yield Way(f"{peer} read", [python, "-c", script, str(source)])
        program = str(convert.SCRIPTS / f"run_{peer}.py")
        command = [python, program, "coco", "voc", str(source), TARGET]
        yield Way(f"{peer} read and write, VOC", command, data.read_voc)


def _run(command: list[str]) -> Run:
    """Run a command to its end, or until it holds more than the cap."""
    begin, memory, end = time.monotonic(), 0.0, ""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        memory = max(memory, _peak(process.pid))
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        if memory > CAP and not end:
            end = f"more than {CAP:,} MB"
            process.kill()
        time.sleep(POLL)
    if status and not end:
        end = f"exit code {os.waitstatus_to_exitcode(status)}"
    process.returncode = os.waitstatus_to_exitcode(status)  # Popen has not seen it
    return Run(usage.ru_utime + usage.ru_stime, time.monotonic() - begin, memory, end)


def _peak(pid: int) -> float:
    """Most memory that a process held, MB; 0 when it has ended. Its name in Linux is VmHWM."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM")), 0)


def _print_row(name: str, run: Run, counts: list[str]) -> None:
    costs = f"{run.processor:>10.1f}{run.wall:>10.1f}{run.memory:>10,.0f}"
    print(f"{name:<34}{costs}" + "".join(f"{text:>10}" for text in [run.end, *counts] if text), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else IMAGES)
