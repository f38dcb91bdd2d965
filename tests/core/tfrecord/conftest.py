"""What the tests of TFRecords share: small images, record files read plainly, the original's inputs."""

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from boxwright.core.tfrecord.example import decode
from boxwright.core.tfrecord.framing import unframed

Features = dict[str, list[Any]]


@pytest.fixture(scope="session")
def originals(reference: Path) -> Path:
    """What the original scripts were run on and wrote."""
    return reference / "tfrecords"


@pytest.fixture(scope="session")
def picture() -> Callable[..., bytes]:
    """A function that gives the bytes of a small image: a gradient, `seed` makes it another one."""

    @cache
    def make(width: int = 8, height: int = 6, seed: int = 0, kind: str = "JPEG") -> bytes:
        file = BytesIO()
        gradient = (
            Image.linear_gradient("L").resize((width, height)).point(lambda value: (value + seed) % 256)
        )
        gradient.convert("RGB").save(file, kind)
        return file.getvalue()

    return make


@pytest.fixture(scope="session")
def examples_of() -> Callable[[Path], list[Features]]:
    """A function that gives the features of all records of a file."""

    def read(path: Path) -> list[Features]:
        with open(path, "rb") as file:
            return [decode(data) for _, data in unframed(file, path.stat().st_size)]

    return read
