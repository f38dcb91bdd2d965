"""Memory and throughput over 100,000 small images with 1,000,000 boxes, for each format.

    python benchmarks/memory.py PLOT.png [IMAGES [FORMAT ...]]

Each format is first written from generated records, then read again: converted to TFRecords, and TFRecords
to JSON lines. Every run is a new process, which notes its resident memory and its CPU time as the images
pass. All files lie in TMPDIR; the images are links to a few files. EgoHands has four boxes for each image,
as it has four labels; other formats have ten. A second pass is that of writing TFRecords after all has been
read.

What grows are the images' names, which are kept to find those that come twice: 0.1 to 0.4 KB an image. Some
files are read as a whole. A box takes 0.7 KB in COCO's JSON (0.9 while it is parsed), 0.25 in a CSV table,
0.45 in Create ML's JSON, 1 in VIA's. EgoHands' metadata.mat is read and written as a whole; its reader takes
no 100,000 frames.

start, end    memory at a tenth of the pass and at its end, MB; growth is between them, bytes an image
first, last   images/s of CPU time in the second and in the last tenth of the pass
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

IMAGES = 100_000
PICTURES = 16  # files that the images link to: a file has at most 65,000 links on ext4
WIDTH, HEIGHT = 1280, 720  # of one colour: 14 KB; EgoHands takes no other size
FRAMES = 100  # of each EgoHands video
HANDS = ("myleft", "myright", "yourleft", "yourright")
LABELS = {"wider_face": ("face",), "crowd_human": ("person",)}  # of formats that know no others
FORMATS = (
    *("jsonl", "kitti", "pascal_voc", "egohands", "coco", "tfrecord", "yolo", "open_images", "csv"),
    *("create_ml", "via", "label_me", "cvat", "wider_face", "crowd_human"),
)
TENTHS = 10
SAMPLES = 200  # of each pass


class Sample(NamedTuple):
    """A moment of a pass."""

    images: int
    memory: float  # resident, MB
    seconds: float  # CPU time of the process


# What each process does.


def _write(format: str, count: int, target: Path, pictures: Path) -> Any:
    import boxwright

    boxes, labels = 4 if format == "egohands" else 10, LABELS.get(format, HANDS)
    dataset = boxwright.Dataset(labels, lambda: _sampled(_records(count, boxes, labels, pictures), count))
    return boxwright.write(dataset, target, format=format, images="link")


def _read(format: str, count: int, source: Path, target: Path) -> Any:
    import boxwright

    def watched(records: Any) -> Any:
        return records.derive(lambda: _sampled(iter(records), count), records.declared_labels)

    to = "jsonl" if format == "tfrecord" else "tfrecord"
    return boxwright.convert(source, target, format=format, to=to, images="link", progress=watched)


def _records(count: int, boxes: int, labels: Sequence[str], pictures: Path) -> Iterator[Any]:
    import boxwright

    files = [boxwright.ImageFile(path) for path in sorted(pictures.iterdir())]
    for number in range(count):
        yield boxwright.ImageRecord(
            path=f"{number // FRAMES:05}/frame_{number % FRAMES:04}.jpg",
            width=WIDTH,
            height=HEIGHT,
            boxes=tuple(
                boxwright.Box(
                    label=labels[each % len(labels)], x_min=each, y_min=number % 9, x_max=each + 20, y_max=40
                )
                for each in range(boxes)
            ),
            file=files[number % len(files)],
        )


def _sampled(records: Iterator[Any], count: int) -> Iterator[Any]:
    """The records; prints a sample now and then."""
    every = max(count // SAMPLES, 1)
    for number, record in enumerate(records, start=1):
        yield record
        if number % every == 0:
            print(json.dumps([number, _resident(), sum(os.times()[:2])]))
    print("null")  # the pass has ended


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


# The table and the plot.


def main(plot: Path, count: int, formats: list[str]) -> None:
    """Print a row for each pass and draw all of them."""
    drawn: dict[str, list[list[Sample]]] = {}
    print(f"{count} images".ljust(26) + "".join(f"{name:>9}" for name in COLUMNS))
    for format in formats:
        with TemporaryDirectory() as folder:
            root = Path(folder)
            _draw_pictures(root / "pictures")
            for verb, arguments in {
                "write": [format, count, root / "source", root / "pictures"],
                "read": [format, count, root / "source", root / "target"],
            }.items():
                drawn[f"{verb} {format}"] = _run(verb, arguments)
                for number, samples in enumerate(drawn[f"{verb} {format}"], start=1):
                    _print_row(f"{verb} {format}, pass {number}", samples)
    _draw(drawn, plot)


def _run(verb: str, arguments: list[Any]) -> list[list[Sample]]:
    """The samples of each pass."""
    command = [sys.executable, __file__, verb, *map(str, arguments)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    passes: list[list[Sample]] = [[]]
    for line in map(json.loads, output.splitlines()):
        if line is None:
            passes.append([])
        else:
            passes[-1].append(Sample(*line))
    return [samples for samples in passes if samples]


COLUMNS = ("start", "end", "growth", "first", "last")


def _print_row(name: str, samples: list[Sample]) -> None:
    tenth = len(samples) // TENTHS
    start, end = samples[tenth], samples[-1]
    growth = (end.memory - start.memory) * 1e6 / (end.images - start.images)
    first, last = _rate(samples[tenth], samples[2 * tenth]), _rate(samples[-1 - tenth], samples[-1])
    print(
        f"{name:<26}{start.memory:>9.1f}{end.memory:>9.1f}{growth:>9.0f}{first:>9,.0f}{last:>9,.0f}",
        flush=True,
    )


def _rate(begin: Sample, end: Sample) -> float:
    return (end.images - begin.images) / max(end.seconds - begin.seconds, 1e-9)


def _draw_pictures(folder: Path) -> None:
    from PIL import Image

    folder.mkdir()
    for number in range(PICTURES):
        Image.new("RGB", (WIDTH, HEIGHT), (number * 15, 90, 120)).save(folder / f"{number:02}.jpg")


# The plot is drawn with Pillow, which is there.
SIZE, MARGIN, STEP = (1000, 640), 60, 50
COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f")


def _draw(drawn: dict[str, list[list[Sample]]], path: Path) -> None:
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", SIZE, "white")
    canvas = ImageDraw.Draw(picture)
    everything = [sample for passes in drawn.values() for samples in passes for sample in samples]
    most, count = max(sample.memory for sample in everything), max(sample.images for sample in everything)
    width, height = SIZE[0] - 4 * MARGIN, SIZE[1] - 2 * MARGIN

    def place(images: float, memory: float) -> tuple[float, float]:
        return MARGIN + width * images / count, SIZE[1] - MARGIN - height * memory / most

    for memory in range(0, int(most) + 1, STEP):
        canvas.line([place(0, memory), place(count, memory)], fill="#dddddd")
        canvas.text((8, place(0, memory)[1] - 6), f"{memory} MB", fill="black")
    canvas.text((MARGIN, SIZE[1] - MARGIN + 10), f"images read or written, up to {count:,}", fill="black")
    for number, (name, passes) in enumerate(drawn.items()):
        colour = COLOURS[number // 2 % len(COLOURS)]
        for samples in passes:
            line = [place(sample.images, sample.memory) for sample in samples]
            canvas.line(line, fill=colour, width=3 if name.startswith("read") else 1)
        canvas.text((SIZE[0] - 3 * MARGIN + 10, MARGIN + 18 * number), name, fill=colour)
    picture.save(path)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        _write(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]), Path(sys.argv[5]))
    elif sys.argv[1] == "read":
        _read(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]), Path(sys.argv[5]))
    else:
        main(
            Path(sys.argv[1]),
            int(sys.argv[2]) if len(sys.argv) > 2 else IMAGES,
            sys.argv[3:] or list(FORMATS),
        )
