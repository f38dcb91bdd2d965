"""The sizes of boxes: of a large data set, those of an evenly spread part of them."""

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_BOXES = 100_000  # 2 MB; a percentile of so many is off by at most 0.5 % of them
COLUMNS = 5  # label, box width and height, image width and height


@dataclass(frozen=True, slots=True, eq=False)
class BoxSizes:
    """Sampled boxes, in pixels of the stored images.

    labels   (B,) int: numbers of the labels
    sides    (B, 2) float32: width, height of the boxes
    images   (B, 2) float32: width, height of their images
    """

    labels: NDArray[np.int64]
    sides: NDArray[np.float32]
    images: NDArray[np.float32]


class BoxSample:
    """Takes boxes one by one; holds at most twice MOST_BOXES."""

    def __init__(self, most: int = MOST_BOXES) -> None:
        self.most, self.seen, self._step = most, 0, 1
        self._rows = array("f")

    def add(self, label: int, width: float, height: float, image_width: int, image_height: int) -> None:
        """Take in a box: its label's number, its size and its image's, in pixels."""
        if self.seen % self._step == 0:
            self._rows.extend((label, width, height, image_width, image_height))
            if len(self._rows) == 2 * self.most * COLUMNS:
                every_second = self._table()[::2].tobytes()
                self._rows, self._step = array("f", every_second), 2 * self._step
        self.seen += 1

    @property
    def sizes(self) -> BoxSizes:
        """The sample."""
        table = self._table()
        table = table[:: max(-(-len(table) // self.most), 1)]
        return BoxSizes(table[:, 0].astype(np.int64), table[:, 1:3], table[:, 3:5])

    def _table(self) -> NDArray[np.float32]:
        return np.array(self._rows, np.float32).reshape(-1, COLUMNS)
