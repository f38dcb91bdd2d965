"""A full-scale EgoHands look-alike from the real data set's boxes: 48 videos of 100 frames.

    python benchmarks/egohands_lookalike.py BOXES TARGET

BOXES holds CSV files `filename,width,height,class,xmin,ymin,xmax,ymax` of the real frames (1-based,
inclusive), named VIDEO_frame_NNNN.jpg. Each hand gets an outline inside its box; a video that has fewer than
100 frames there is filled up with frames without hands. The pictures are textured, about as many bytes as
the real ones.
"""

import csv
import math
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import boxwright

FRAMES = 100  # labelled frames of each EgoHands video
VERTICES = 190  # about what a real outline has
WIDTH, HEIGHT = 1280, 720
QUALITY = 88  # of the JPEGs: about 180 KB each with this texture
PICTURES = 24  # different pictures; frames share them

# Mean centres of the hands in the real frames that show all four, as shares of width and height.
CENTRES = {
    "myleft": (0.21, 0.87),
    "myright": (0.60, 0.83),
    "yourleft": (0.58, 0.44),
    "yourright": (0.35, 0.43),
}

Edges = tuple[float, float, float, float]


def main(boxes: Path, target: Path) -> None:
    """Write the look-alike to `target`."""
    frames = _frames(boxes)
    with TemporaryDirectory() as folder:
        pictures = _pictures(Path(folder))
        records = [
            _record(name, edges, pictures[number % PICTURES]) for number, (name, edges) in enumerate(frames)
        ]
        print(
            boxwright.write(
                boxwright.Dataset(tuple(CENTRES), lambda: iter(records)), target, format="egohands"
            )
        )


def _frames(folder: Path) -> Iterator[tuple[str, list[Edges]]]:
    videos: dict[str, dict[int, list[Edges]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted(folder.glob("*.csv")):
        with open(path, newline="") as file:
            for row in csv.DictReader(file):
                video, _, frame = Path(row["filename"]).stem.partition("_frame_")
                x_min, y_min, x_max, y_max = (float(row[key]) for key in ("xmin", "ymin", "xmax", "ymax"))
                videos[video][int(frame)].append((x_min - 1, y_min - 1, x_max, y_max))
    for video, found in sorted(videos.items()):
        free = (number for number in range(2700) if number not in found)
        filled = dict(found) | {next(free): [] for _ in range(FRAMES - len(found))}
        yield from ((f"{video}/frame_{number:04}.jpg", filled[number]) for number in sorted(filled))


def _record(path: str, edges: list[Edges], picture: Path) -> boxwright.ImageRecord:
    boxes = tuple(
        boxwright.Box(
            label=label,
            x_min=hand[0],
            y_min=hand[1],
            x_max=hand[2],
            y_max=hand[3],
            polygons=(_outline(hand),),
        )
        for label, hand in _labelled(edges)
    )
    return boxwright.ImageRecord(
        path=path, width=WIDTH, height=HEIGHT, boxes=boxes, file=boxwright.ImageFile(picture)
    )


def _labelled(edges: list[Edges]) -> list[tuple[str, Edges]]:
    """Each box with the label whose usual place is nearest, nearest pairs first; no label twice."""
    pairs = sorted(
        (math.dist(centre, _centre(hand)), label, number)
        for label, centre in CENTRES.items()
        for number, hand in enumerate(edges)
    )
    given: dict[str, int] = {}
    for _, label, number in pairs:
        if label not in given and number not in given.values():
            given[label] = number
    return [(label, edges[number]) for label, number in sorted(given.items())]


def _centre(edges: Edges) -> tuple[float, float]:
    return (edges[0] + edges[2]) / 2 / WIDTH, (edges[1] + edges[3]) / 2 / HEIGHT


def _outline(edges: Edges) -> tuple[tuple[float, float], ...]:
    """An ellipse that touches the box's four sides; where it does, the vertices are put in exactly."""
    x, y = (edges[0] + edges[2]) / 2, (edges[1] + edges[3]) / 2
    a, b = (edges[2] - edges[0]) / 2, (edges[3] - edges[1]) / 2
    turns = sorted({number / VERTICES for number in range(VERTICES)} | {0.25, 0.5, 0.75})
    return tuple(_on_ellipse(x, y, a, b, turn) for turn in turns)


def _on_ellipse(x: float, y: float, a: float, b: float, turn: float) -> tuple[float, float]:
    exact = {0.0: (x + a, y), 0.25: (x, y + b), 0.5: (x - a, y), 0.75: (x, y - b)}
    angle = 2 * math.pi * turn
    return exact.get(turn, (x + a * math.cos(angle), y + b * math.sin(angle)))


def _pictures(folder: Path) -> list[Path]:
    import numpy as np
    from PIL import Image

    paths = []
    for number in range(PICTURES):
        noise = np.random.default_rng(number).normal(128, 40, (HEIGHT // 4, WIDTH // 4, 3)).clip(0, 255)
        small = Image.fromarray(noise.astype(np.uint8))
        paths.append(folder / f"{number}.jpg")
        small.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC).save(paths[-1], quality=QUALITY)
    return paths


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
