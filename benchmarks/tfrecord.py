"""Photos to TFRecords: boxwright beside a plain copy, TensorFlow's writer, and the least that must be done.

    python benchmarks/tfrecord.py [IMAGES [RUNS]]

The data set is generated, as big as EgoHands' frames: JPEGs of 1280 x 720 and about 230 KB, no to four boxes.
It lies, as all output, in TMPDIR; a folder in memory makes the numbers steadier. Every run is a new process,
and all ways take turns; numbers are medians of RUNS, without imports. boxwright reads, checks and counts the
annotations, too; the others are given nothing but the images.

copy       every image copied to a file of its own
least      read, SHA-256 and CRC-32C of each image, write: without a format
ceiling    read, SHA-256, a tf.train.Example by protobuf's own runtime, its CRC, write
hashed     the same, and a SHA-256 of the file that is written, as boxwright's manifest states it
tensorflow the ceiling's with tf.train.Example and tf.io.TFRecordWriter
boxwright  `convert` from three formats, with one worker and with two

CPU      seconds of user and system, all threads; images/s and MB/s are of CPU time
ceiling, hashed   images/s as a share of those
"""

import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

WIDTH, HEIGHT = 1280, 720
QUALITY = 80  # of the JPEGs: about 230 KB each with this texture
PICTURES = 24  # different pictures; frames share their content, each has a file of its own
FRAMES = 100  # of each EgoHands video
SEED = 0
HANDS = ("myleft", "myright", "yourleft", "yourright")
SOURCES = ("jsonl", "kitti", "egohands")


# What each process does; `images` are the photos' paths.


def copy(images: list[Path], target: Path) -> None:
    """A file for each image."""
    for number, path in enumerate(images):
        shutil.copyfile(path, target / f"{number}.jpg")


def least(images: list[Path], target: Path) -> None:
    """No format at all."""
    import google_crc32c

    with open(target / "x", "wb") as file:
        for path in images:
            data = path.read_bytes()
            file.write(hashlib.sha256(data).digest())
            file.write(google_crc32c.value(data).to_bytes(4, "little"))
            file.write(data)


def ceiling(images: list[Path], target: Path) -> None:
    """TFRecords by a plain loop."""
    _plain(images, target, lambda part: None)


def hashed(images: list[Path], target: Path) -> None:
    """TFRecords by a plain loop, and the file's digest."""
    _plain(images, target, hashlib.sha256().update)


def _plain(images: list[Path], target: Path, also: Callable[[bytes], None]) -> None:
    import google_crc32c

    from boxwright.core.tfrecord.proto import message

    def checksum(data: bytes) -> bytes:
        crc = google_crc32c.value(data)
        return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)

    with open(target / "x.tfrecord", "wb") as file:
        for path in images:
            data = _example(message("tensorflow.Example")(), path)
            length = struct.pack("<Q", len(data))
            for part in (length, checksum(length), data, checksum(data)):
                file.write(part)
                also(part)


def tensorflow(images: list[Path], target: Path) -> None:
    """TFRecords by TensorFlow."""
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(target / "x.tfrecord")) as writer:
        for path in images:
            writer.write(_example(tf.train.Example(), path))


def boxwright(images: list[Path], target: Path) -> None:
    """`convert`, which finds images and boxes itself."""
    import boxwright

    source, format, workers = sys.argv[3], sys.argv[5], int(sys.argv[6])
    boxwright.convert(source, target / "out", format=format, to="tfrecord", workers=workers)


def _example(example: Any, path: Path) -> bytes:
    """An Example with the keys that boxwright writes, of an image with two boxes."""
    data = path.read_bytes()
    feature = example.features.feature
    name = path.name.encode()
    for key, value in {
        "encoded": data,
        "format": b"jpeg",
        "filename": name,
        "source_id": name,
        "key/sha256": hashlib.sha256(data).hexdigest().encode(),
    }.items():
        feature[f"image/{key}"].bytes_list.value.append(value)
    feature["image/width"].int64_list.value.append(WIDTH)
    feature["image/height"].int64_list.value.append(HEIGHT)
    feature["image/object/class/text"].bytes_list.value.extend([b"myleft", b"myright"])
    for key in ("bbox/xmin", "bbox/ymin", "bbox/xmax", "bbox/ymax", "area"):
        feature[f"image/object/{key}"].float_list.value.extend([0.25, 0.5])
    for key in ("class/label", "difficult", "is_crowd", "group_of"):
        feature[f"image/object/{key}"].int64_list.value.extend([1, 2])
    serialized: bytes = example.SerializeToString()
    return serialized


WAYS: dict[str, Callable[[list[Path], Path], None]] = {
    "copy": copy,
    "least": least,
    "ceiling": ceiling,
    "hashed": hashed,
    "tensorflow": tensorflow,
    "boxwright": boxwright,
}


def _measured(way: str, source: Path, target: Path) -> None:
    """Go one way in this process and print what it took."""
    images = sorted(source.rglob("*.jpg"))
    _import(way)
    before = os.times()
    WAYS[way](images, target)
    after = os.times()
    print(json.dumps([after[0] - before[0], after[1] - before[1], after[4] - before[4]]))


def _import(way: str) -> None:
    if way == "tensorflow":
        import tensorflow  # noqa: F401
    elif way in ("ceiling", "hashed", "boxwright"):
        from boxwright.core.plugins import adapters

        adapters()
        from boxwright.core.tfrecord.proto import message

        message("tensorflow.Example")


# The table.


def main(count: int, runs: int) -> None:
    """Print a row for each way."""
    lines: dict[str, list[str]] = {way: [] for way in WAYS if way != "boxwright"}
    lines |= {f"boxwright {source} {n}": [source, str(n)] for source in SOURCES for n in (1, 2)}
    with TemporaryDirectory() as folder:
        size = _generate(count, Path(folder))
        print(f"{count} images, {size / count / 1e3:.0f} KB each, {len(os.sched_getaffinity(0))} cores")
        found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in lines}
        digests: dict[str, set[str]] = {source: set() for source in SOURCES}
        for _ in range(runs):
            for name, arguments in lines.items():
                found[name].append(_run(name.split()[0], arguments, Path(folder), digests))
    assert all(len(each) == 1 for each in digests.values()), "the bytes depend on the workers"
    _print(found, count, size)


def _run(
    way: str, arguments: list[str], folder: Path, digests: dict[str, set[str]]
) -> tuple[float, float, float]:
    source = folder / (arguments[0] if arguments else SOURCES[0])
    for path in source.rglob("*"):  # no run shall wait for the disk
        if path.is_file():
            path.read_bytes()
    with TemporaryDirectory(dir=folder) as target:
        command = [sys.executable, __file__, "--", way, source, target, *arguments]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        if arguments:
            [file] = Path(target).glob("out/*.tfrecord")
            with open(file, "rb") as opened:
                digests[arguments[0]].add(hashlib.file_digest(opened, "sha256").hexdigest())
        user, system, wall = json.loads(output.splitlines()[-1])
        return user, system, wall


def _print(found: dict[str, list[tuple[float, float, float]]], count: int, size: int) -> None:
    rates = {name: count / median(user + system for user, system, _ in each) for name, each in found.items()}
    columns = ("user s", "system s", "CPU s", "wall s", "images/s", "MB/s", "ceiling", "hashed")
    print(" " * 22 + "".join(f"{column:>10}" for column in columns))
    for name, each in found.items():
        user, system, wall = (median(values) for values in zip(*each, strict=True))
        rate = rates[name]
        shares = "".join(f"{rate / rates[other]:>10.0%}" for other in ("ceiling", "hashed"))
        print(
            f"{name:<22}{user:>10.2f}{system:>10.2f}{count / rate:>10.2f}{wall:>10.2f}{rate:>10,.0f}"
            f"{rate * size / count / 1e6:>10.0f}{shares}"
        )


# The data set.


def _generate(count: int, folder: Path) -> int:
    """Write the same frames in each format; returns the bytes of the images."""
    import boxwright

    pictures = _pictures(folder)
    for format in SOURCES:
        records = _records(count, pictures)
        dataset = boxwright.Dataset(HANDS, lambda records=records: iter(records))
        boxwright.write(dataset, folder / format, format=format)
    return sum(pictures[number % PICTURES].stat().st_size for number in range(count))


def _records(count: int, pictures: list[Path]) -> list[Any]:
    import random

    import boxwright

    numbers = random.Random(SEED)

    def box(label: str) -> Any:
        x, y = numbers.randrange(1000), numbers.randrange(500)
        width, height = numbers.randint(20, 250), numbers.randint(20, 200)
        return boxwright.Box(label=label, x_min=x, y_min=y, x_max=x + width, y_max=y + height)

    return [
        boxwright.ImageRecord(
            path=f"{number // FRAMES:03}/frame_{number % FRAMES:04}.jpg",
            width=WIDTH,
            height=HEIGHT,
            boxes=tuple(map(box, HANDS[: number % (len(HANDS) + 1)])),
            file=boxwright.ImageFile(pictures[number % PICTURES]),
        )
        for number in range(count)
    ]


def _pictures(folder: Path) -> list[Path]:
    import numpy as np
    from PIL import Image

    def picture(number: int) -> Path:
        noise = np.random.default_rng(number).normal(128, 40, (HEIGHT // 4, WIDTH // 4, 3)).clip(0, 255)
        small = Image.fromarray(noise.astype(np.uint8))
        path = folder / f"{number}.jpg"
        small.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC).save(path, quality=QUALITY)
        return path

    return [picture(number) for number in range(PICTURES)]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--"]:
        _measured(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main(*(int(value) for value in (*sys.argv[1:], *("1200", "3")[len(sys.argv) - 1 :])))
