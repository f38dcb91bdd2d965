"""The outlines of hands in EgoHands' two MATLAB files, which should say the same.

The format is described in boxwright.adapters.egohands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from boxwright.core.errors import reading
from boxwright.core.numbers import shortened
from boxwright.core.parsing import mat_file
from boxwright.core.reporter import Reporter
from boxwright.core.schema import unsafe_path

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Outline: TypeAlias = NDArray[np.float64]

HANDS = ("myleft", "myright", "yourleft", "yourright")
# Bytes of a variable, inflated. The originals have about 16 x 200 vertices x 314 and 15,053 hands.
MOST_BYTES = {"polygons": 30_000_000, "video": 100_000_000}
MOST_VERTICES = 100_000  # of one outline; the original's have hundreds
MOST_FRAMES = 10**9  # of a video; the original's have 2,700
SAME_VERTEX = 1.0  # pixels: metadata.mat may round


@dataclass(frozen=True, slots=True)
class Hands:
    """The four outlines of one frame, unchecked; none of a frame that no file knows.

    place    where in the file they are: `polygons(3)`
    number   of the frame in its video, where metadata.mat tells it
    """

    path: Path
    place: str
    outlines: "Mapping[str, mat_file.Array]"
    number: int | None = None


def known_frames(metadata: Path) -> "dict[str, tuple[int, mat_file.Array]]":
    """What metadata.mat holds: each video's place in it, from 1, and its labelled frames.

    raises   AnnotationError, as all of this module do for files that cannot be what they should be
    """
    videos: dict[str, tuple[int, mat_file.Array]] = {}
    if not metadata.is_file():
        return videos
    with reading(metadata, "video"):
        value = mat_file.load(metadata, "video", MOST_BYTES["video"])
        # The README spells it labeled_frames, the data set's code and file labelled_frames.
        field = "labeled_frames" if "labeled_frames" in (value.dtype.names or ()) else "labelled_frames"
        rows = mat_file.rows(value, ("video_id", field))
    for index, row in enumerate(rows, start=1):
        with reading(metadata, f"video({index}).video_id"):
            name = mat_file.text(row["video_id"])
            if unsafe_path(name) or "/" in name or "\\" in name:
                raise ValueError(f"{shortened(name)} is no folder's name")
            if name in videos:
                raise ValueError(f"{name!r} stands here twice")
        videos[name] = index, row[field]
    return videos


def labelled_frames(metadata: Path, index: int, frames: "mat_file.Array") -> list[Hands]:
    """The frames of one video in the order of their numbers, which is that of its polygons.mat."""
    found: dict[float, Hands] = {}
    place = f"video({index}).labelled_frames"
    with reading(metadata, place):
        rows = mat_file.rows(frames, ("frame_num", *HANDS))
    for position, row in enumerate(rows, start=1):
        with reading(metadata, f"{place}({position}).frame_num"):
            number = mat_file.number(row["frame_num"])
            if not number.is_integer() or not 0 <= number < MOST_FRAMES:
                raise ValueError(f"{number:g} is no frame number")
            if number in found:
                raise ValueError(f"{number:g} stands here twice")
        found[number] = Hands(metadata, f"{place}({position})", row, int(number))
    return [found[number] for number in sorted(found)]


def polygon_sets(path: Path, reporter: Reporter) -> list[Hands]:
    """What a polygons.mat holds, in its order."""
    with reading(path, "polygons"):
        rows = mat_file.rows(mat_file.load(path, "polygons", MOST_BYTES["polygons"]), HANDS)
    for field in sorted({*rows[0]} - {*HANDS}) if rows else ():
        reporter.problem("invalid_attribute", path, f"polygons.{field}", "is no hand")
    return [Hands(path, f"polygons({index})", row) for index, row in enumerate(rows, start=1)]


def numbered(ours: Hands, theirs: Hands, reporter: Reporter) -> Hands:
    """A set of polygons.mat with the frame number of metadata.mat; other outlines there are reported."""
    import numpy as np

    for hand in HANDS:
        other, own = outline(theirs, hand), outline(ours, hand)
        if np.array_equal(own, other):
            continue
        fact = "vertices lie elsewhere than in metadata.mat"
        if len(own) != len(other):
            fact = f"{len(own)} vertices, {len(other)} in metadata.mat"
        elif _close(own, other):
            continue
        reporter.problem("conflicting_sources", ours.path, f"{ours.place}.{hand}", fact)
    return replace(ours, number=theirs.number)


def _close(own: "Outline", other: "Outline") -> bool:
    import numpy as np

    with np.errstate(all="ignore"):  # numbers as large as floats go
        return np.allclose(own, other, rtol=0, atol=SAME_VERTEX, equal_nan=True)


def outline(hands: Hands, hand: str) -> "Outline":
    """An outline, (vertices, 2); no vertices where the hand is absent, whatever shape or type `[]` has."""
    import numpy as np

    value = hands.outlines[hand]
    with reading(hands.path, f"{hands.place}.{hand}"):
        if value.size == 0:
            return np.empty((0, 2))
        if (kind := mat_file.described(value)) != "numbers":
            raise ValueError(f"{kind}, expected N x 2 numbers")
        if value.ndim != 2 or value.shape[1] != 2:
            turned = "; transposed?" if value.shape[0] == 2 else ""
            fact = f"{mat_file.shape(value)} numbers, expected N x 2: one row (x, y) for each vertex{turned}"
            raise ValueError(fact)
        if len(value) > MOST_VERTICES:
            raise ValueError(f"{len(value)} vertices; {MOST_VERTICES} are the most that is read")
        return value.astype(np.float64, copy=False)
