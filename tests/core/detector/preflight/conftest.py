"""The records of the input pipeline's tests, and a survey of values."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from boxwright.core.detector.preflight.survey import Survey
from tests.core.detector.input.conftest import example, png, write

__all__ = ["example", "png", "write"]


@pytest.fixture(scope="session")
def surveyed() -> Callable[..., Survey]:
    """A function that makes a survey of images, each its boxes; all of class 1 unless `classes` says more."""

    def make(*images: list[tuple[float, ...]], classes: list[int] | None = None, **columns: object) -> Survey:
        counts = [len(boxes) for boxes in images]
        boxes = np.array([box for boxes in images for box in boxes], np.float32).reshape(-1, 4)
        stated = {
            "sizes": np.full((len(images), 2), 100),
            "groups": (None,) * len(images),
            "keys": tuple(f"key {number}" for number in range(len(images))),
            "names": tuple(f"{number}.png" for number in range(len(images))),
            "unknown": Counter(),
            "bad": (),
            **columns,
        }
        return Survey(
            rows=np.repeat(np.arange(len(images)), counts),
            boxes=boxes,
            classes=np.array(classes or [1] * len(boxes)),
            **stated,
        )

    return make
