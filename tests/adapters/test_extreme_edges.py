"""Every format writes a box of any edges that can be, and reads it, or says that it cannot."""

import itertools
from contextlib import suppress
from pathlib import Path

import pytest

import boxwright
from boxwright.core.plugins import adapters
from boxwright.core.schema import FARTHEST, Box, Dataset, ImageRecord

LEAST = 5e-324  # above zero
VALUES = (-FARTHEST, -LEAST, LEAST, 1e16, FARTHEST)
EDGES = [
    edges for edges in itertools.product(VALUES, repeat=4) if edges[0] <= edges[2] and edges[1] <= edges[3]
]


@pytest.mark.parametrize("format", [name for name, adapter in adapters().items() if adapter.write])
def test_no_box_breaks_a_writer_or_its_reader(tmp_path: Path, format: str):
    for number, (x_min, y_min, x_max, y_max) in enumerate(EDGES[:: len(EDGES) // 40]):
        box = Box(label="face", x_min=x_min, y_min=y_min, x_max=x_max, y_max=y_max)
        record = ImageRecord(path="a.png", width=10, height=10, boxes=(box,), split="train")
        root = tmp_path / str(number)
        with suppress(boxwright.BoxwrightError):
            boxwright.write(Dataset(("face",), lambda found=record: iter([found])), root, format=format)
            list(boxwright.read(root, format))
