"""Images that are nearly the same: across splits they make a validation score too good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxwright.core.html_report.picture_hash import BITS, PictureHash, hashes
from boxwright.core.html_report.survey import Seen

# Bits. Measured on 200 photos and 128 drawn frames. Copies: of those saved anew in the poorest useful quality
# (20) or in a third of the size, 99 of 100 differ by at most 24 from what they were; of those made 30 %
# lighter, 95 of 100 by at most 17. Others: different photos differ by 72 and more, views of different cameras
# by 51. Frames of one video are the nearer the nearer in time; within some ten frames they count as copies.
NEAR = 24
SHOWN = 6  # pairs
AT_ONCE = 128  # images that are compared with all others: 50 MB for 20,000, three times that if all are alike
CANDIDATES = 256  # of the pairs among them, the nearest, from which those to be shown are taken


@dataclass(frozen=True, slots=True)
class Pair:
    """Two images that are nearly the same.

    bits   by which their hashes differ; None: the files are equal, byte by byte
    """

    first: Seen
    second: Seen
    bits: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NearDuplicates:
    """What comparing all images with each other found.

    compared    images that were; of many, an even spread
    plain       of these, those too plain or too damaged to be compared by what they show: only equal files
                are found among them
    unreadable  images that could not be read
    across      how many images of a split have a near copy in another split, by (split, other)
    within      how many have one in their own split
    pairs       the nearest pairs, no image twice: across splits where there are splits
    """

    compared: int
    plain: int
    unreadable: int
    across: Mapping[tuple[str, str], int]
    within: Mapping[str | None, int]
    pairs: tuple[Pair, ...]


def near_duplicates(seen: Sequence[Seen]) -> NearDuplicates:
    """Compare images with each other by what they show."""
    found = hashes([image.file for image in seen])
    images = [image for image, its in zip(seen, found, strict=True) if its is not None]
    known = [its for its in found if its is not None]
    splits = sorted({image.split for image in images}, key=lambda split: (split is None, split or ""))
    split_of = np.array([splits.index(image.split) for image in images], np.int64)
    touches, pairs = _compared(known, split_of, len(splits))
    counts = {
        (split, other): int(touches[split_of == a, b].sum())
        for a, split in enumerate(splits)
        for b, other in enumerate(splits)
    }
    return NearDuplicates(
        compared=len(known),
        plain=sum(its.bits is None for its in known),
        unreadable=len(found) - len(known),
        across={(a, b): count for (a, b), count in counts.items() if a and b and a != b and count},
        within={a: count for (a, b), count in counts.items() if a == b and count},
        pairs=tuple(_shown(pairs, images)),
    )


# Row and row of two images, and the bits by which they differ; -1 for equal files.
_Candidates = NDArray[np.int64]


def _compared(
    known: Sequence[PictureHash], split_of: NDArray[np.int64], splits: int
) -> tuple[NDArray[np.bool_], _Candidates]:
    """Which image has a near copy in which split, (N, S); and the nearest pairs, (P, 3)."""
    files = np.unique([its.digest for its in known], return_inverse=True)[1].reshape(-1)
    signs = _signs(known)
    of_split = (split_of[:, np.newaxis] == np.arange(splits)).astype(np.float32)
    touches, pairs = np.zeros((len(known), splits), np.bool_), np.zeros((0, 3), np.int64)
    for start in range(0, len(known), AT_ONCE):
        rows = np.arange(start, min(start + AT_ONCE, len(known)))
        # Equal signs add 1, others take 1 away; whole numbers, so that float32 is exact.
        bits = ((BITS - signs[rows] @ signs.T) / 2).astype(np.int64)
        bits[files[rows, np.newaxis] == files] = -1
        near = bits <= NEAR
        near[rows - start, rows] = False
        touches[rows] = near.astype(np.float32) @ of_split > 0
        if splits > 1:
            near &= split_of[rows, np.newaxis] != split_of
        pairs = _nearest(pairs, near & (rows[:, np.newaxis] < np.arange(len(known))), bits, start)
    return touches, pairs


def _signs(known: Sequence[PictureHash]) -> NDArray[np.float32]:
    """(N, 256): 1 and -1; 0 where there are no bits, which is half of all away from everything."""
    signs = np.zeros((len(known), BITS), np.float32)
    for row, its in enumerate(known):
        if its.bits is not None:
            signs[row] = np.where(its.bits, 1, -1)
    return signs


def _nearest(
    pairs: _Candidates, wanted: NDArray[np.bool_], bits: NDArray[np.int64], start: int
) -> _Candidates:
    """The nearest CANDIDATES of some pairs and those of a block that starts at a row."""
    first, second = np.nonzero(wanted)
    more = np.stack([first + start, second, bits[first, second]], axis=1)
    both = np.concatenate([pairs, more])
    return both[np.argsort(both[:, 2], kind="stable")[:CANDIDATES]]


def _shown(pairs: _Candidates, images: Sequence[Seen]) -> list[Pair]:
    """The nearest pairs without any image twice."""
    taken: set[int] = set()
    found: list[Pair] = []
    for first, second, bits in pairs.tolist():
        if len(found) < SHOWN and not {first, second} & taken:
            taken |= {first, second}
            found.append(Pair(images[first], images[second], bits if bits >= 0 else None))
    return found
