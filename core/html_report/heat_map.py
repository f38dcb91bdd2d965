"""Where on their images boxes lie: for every label, how many boxes cover each cell of a grid."""

import numpy as np
from numpy.typing import NDArray

CELLS = 24  # across and down: a cell is 4 % of the image, finer than most boxes
AT_ONCE = 8192  # boxes that are drawn together

Shares = tuple[float, float, float, float]  # x_min, y_min, x_max, y_max in shares of the image


class HeatMaps:
    """Takes boxes one by one; holds one small grid for each label."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, Shares]] = []
        # A box adds 1 at its corner and takes it back beyond its edges: the running sum covers its cells.
        self._corners = np.zeros((0, CELLS + 1, CELLS + 1), np.int64)

    def add(self, label: int, shares: Shares) -> None:
        """Take in a box: its label's number and its edges."""
        self._waiting.append((label, shares))
        if len(self._waiting) == AT_ONCE:
            self._draw()

    def maps(self) -> NDArray[np.int64]:
        """(L, CELLS, CELLS): how many boxes cover a cell, rows from the top, for the labels seen."""
        self._draw()
        return self._corners.cumsum(axis=1).cumsum(axis=2)[:, :CELLS, :CELLS]

    def _draw(self) -> None:
        if not self._waiting:
            return
        labels = np.array([label for label, _ in self._waiting])
        edges = np.array([shares for _, shares in self._waiting]) * CELLS
        self._waiting.clear()
        first = np.clip(np.floor(edges[:, :2]), 0, CELLS - 1).astype(np.int64)
        last = np.clip(np.ceil(edges[:, 2:]), first + 1, CELLS).astype(np.int64)
        self._make_room(int(labels.max()) + 1)
        for x, y, value in ((first, first, 1), (last, first, -1), (first, last, -1), (last, last, 1)):
            np.add.at(self._corners, (labels, y[:, 1], x[:, 0]), value)

    def _make_room(self, labels: int) -> None:
        more = labels - len(self._corners)
        if more > 0:
            room = np.zeros((more, CELLS + 1, CELLS + 1), np.int64)
            self._corners = np.concatenate([self._corners, room])


def middle_share(grid: NDArray[np.int64]) -> float:
    """Which share of what boxes cover lies in the middle ninth of the image; evenly spread it were 1/9."""
    third = CELLS // 3
    total = int(grid.sum())
    return int(grid[third : 2 * third, third : 2 * third].sum()) / total if total else 0.0
