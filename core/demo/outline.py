"""The outline of a drawn shape: traced where its distance field changes sign, thinned, cut at the frame."""

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating]
Points = NDArray[np.float64]

# Marching squares: a cell's corners count 1, 2, 4, 8 clockwise from the top left. An entry says where the
# outline enters and leaves a cell with the inside on its right hand.
_TOP, _RIGHT, _BOTTOM, _LEFT = range(4)
_CROSSINGS = {
    1: [(_LEFT, _TOP)],
    2: [(_TOP, _RIGHT)],
    3: [(_LEFT, _RIGHT)],
    4: [(_RIGHT, _BOTTOM)],
    5: [(_LEFT, _TOP), (_RIGHT, _BOTTOM)],
    6: [(_TOP, _BOTTOM)],
    7: [(_LEFT, _BOTTOM)],
    8: [(_BOTTOM, _LEFT)],
    9: [(_BOTTOM, _TOP)],
    10: [(_TOP, _RIGHT), (_BOTTOM, _LEFT)],
    11: [(_BOTTOM, _RIGHT)],
    12: [(_RIGHT, _LEFT)],
    13: [(_RIGHT, _TOP)],
    14: [(_TOP, _LEFT)],
}


def outline(distance: Field) -> Points:
    """The outermost closed line on which a field is zero.

    distance  (H, W), negative inside the shape; sample [row, column] lies at the point (column, row)
    returns   (N, 2) x, y; N is 0 where nothing is inside. What leaves the field is closed along its rim.
    """
    padded = np.pad(distance, 1, constant_values=1.0)
    loops = _loops(_links(padded < 0), padded)
    return max(loops, key=lambda loop: abs(area(loop)), default=np.zeros((0, 2))) - 1


def area(points: Points) -> float:
    """The signed area of a closed line, in square pixels."""
    x, y = points.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def resampled(points: Points, spacing: float, least: int, most: int) -> Points:
    """A closed line with `least` to `most` vertices at even distances, about `spacing` apart."""
    closed = np.vstack([points, points[:1]])
    along = np.concatenate([[0.0], np.hypot(*np.diff(closed, axis=0).T).cumsum()])
    count = int(np.clip(along[-1] / spacing, least, most))
    at = np.arange(count) * along[-1] / count
    return np.column_stack([np.interp(at, along, closed[:, axis]) for axis in (0, 1)])


def clipped(points: Points, width: float, height: float) -> Points:
    """A closed line cut at the rectangle 0, 0, width, height: edge by edge (Sutherland-Hodgman)."""
    for axis, limit, sign in ((0, 0.0, 1), (0, width, -1), (1, 0.0, 1), (1, height, -1)):
        points = _cut(points, axis, limit, sign)
    return points


def _cut(points: Points, axis: int, limit: float, sign: int) -> Points:
    inside = sign * (points[:, axis] - limit)
    if (inside >= 0).all():
        return points
    kept: list[Points] = []
    for point, following, here, there in zip(
        points, np.roll(points, -1, axis=0), inside, np.roll(inside, -1), strict=True
    ):
        if here >= 0:
            kept.append(point)
        if (here < 0) != (there < 0):
            crossing = point + (following - point) * here / (here - there)
            crossing[axis] = limit
            kept.append(crossing)
    return np.array(kept).reshape(-1, 2)


def _links(inside: NDArray[np.bool_]) -> dict[int, int]:
    """Which cell edge follows which on the outlines; edges are 2 * (row * width + column) + (vertical)."""
    width = inside.shape[1]
    cases = inside[:-1, :-1] + 2 * inside[:-1, 1:] + 4 * inside[1:, 1:] + 8 * inside[1:, :-1]
    rows, columns = np.nonzero(cases % 15)  # 15: all four corners inside
    corners, crossed = 2 * (rows * width + columns), cases[rows, columns]
    links: dict[int, int] = {}
    for case, crossings in _CROSSINGS.items():
        corner = corners[crossed == case]
        edges = corner, corner + 3, corner + 2 * width, corner + 1
        for enters, leaves in crossings:
            links.update(zip(edges[enters].tolist(), edges[leaves].tolist(), strict=True))
    return links


def _loops(links: dict[int, int], field: Field) -> list[Points]:
    loops = []
    while links:
        first, edge = links.popitem()
        loop = [first]
        while edge != first:
            loop.append(edge)
            edge = links.pop(edge)
        loops.append(_crossed(np.array(loop), field))
    return loops


def _crossed(edges: NDArray[np.int64], field: Field) -> Points:
    """Where the field is zero on each edge, by linear interpolation between the edge's two samples."""
    vertical = edges % 2
    rows, columns = np.divmod(edges // 2, field.shape[1])
    near = field[rows, columns].astype(np.float64)
    far = field[rows + vertical, columns + 1 - vertical].astype(np.float64)
    share = near / (near - far)
    return np.column_stack([columns + share * (1 - vertical), rows + share * vertical])
