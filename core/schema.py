"""The canonical annotation schema: what every adapter reads into and writes out of.

Frame: absolute pixels of the stored image (EXIF not applied), 0-based edges, maxima exclusive, floats.
A box on the first pixel is (0, 0, 1, 1); a box on the whole image is (0, 0, width, height).
Edge order on pixels is always x_min, y_min, x_max, y_max.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import ConfigDict, FailFast, StringConstraints
from pydantic.dataclasses import dataclass

from boxwright.core.images.image_file import ImageFile
from boxwright.core.numbers import MOST_PIXELS
from boxwright.core.problems import Problem

Scalar = bool | int | float | str
Point = tuple[float, float]
Polygon = tuple[Point, ...]
# Only the first wrong vertex is told: a list of a million would cost gigabytes.
Polygons = Annotated[tuple[Annotated[Polygon, FailFast()], ...], FailFast()]
Edges = tuple[float, float, float, float]  # x_min, y_min, x_max, y_max
Side = Annotated[int, Ge(1), Le(MOST_PIXELS)]
Label = Annotated[str, StringConstraints(min_length=1)]

FARTHEST = 1e150  # pixels from the origin: an area, or twice a centre, is still a number
FEWEST_VERTICES = 3  # of a polygon that encloses an area

# Paths that no rule of `unsafe_path` is about, as nearly all are.
_PLAIN_PATH = re.compile(r"(?:[^/\\:.\0][^/\\:\0]*/)*[^/\\:.\0][^/\\:\0]*")

# pydantic would drop an unknown field silently.
_KNOWN = ConfigDict(extra="forbid")
_KNOWN_AND_FINITE = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True, config=_KNOWN_AND_FINITE)
class Cuboid:
    """A 3D box as KITTI states it: sizes and place in metres, camera coordinates, angles in radians.

    alpha is the observation angle, x, y, z the bottom centre, rotation_y the yaw. None: unknown.
    Source: devkit_object readme, https://www.cvlibs.net/datasets/kitti/
    """

    alpha: float | None = None
    height: float | None = None
    width: float | None = None
    length: float | None = None
    x: float | None = None
    y: float | None = None
    z: float | None = None
    rotation_y: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=_KNOWN_AND_FINITE)
class Box:
    """One labelled rectangle, in pixels of the stored image, maxima exclusive.

    truncated   share of the object outside the image, 0 to 1; None: unknown
    occluded    0 visible, 1 partly, 2 largely, 3 hidden to an unknown degree; None: unknown
    crowd       the box holds many objects (COCO's iscrowd); evaluation ignores it
    group_of    the box holds several objects (Open Images' IsGroupOf)
    polygons    the object's outline, (x, y) vertices in the frame of the edges
    area        of the object's mask, in pixels²; None: the area of the box
    score       a detector's confidence; None: ground truth
    raises      pydantic.ValidationError for an edge that is not finite or beyond FARTHEST pixels from the
                origin, or a minimum above its maximum
    """

    label: Label
    x_min: float
    y_min: float
    x_max: float
    y_max: float
    difficult: bool = False
    truncated: Annotated[float, Ge(0), Le(1)] | None = None
    occluded: Annotated[int, Ge(0), Le(3)] | None = None
    crowd: bool = False
    group_of: bool = False
    polygons: Polygons = ()
    area: Annotated[float, Ge(0)] | None = None
    pose: str | None = None
    score: float | None = None
    cuboid: Cuboid | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        in_range = -FARTHEST <= self.x_min <= self.x_max <= FARTHEST
        if in_range and -FARTHEST <= self.y_min <= self.y_max <= FARTHEST:
            return
        inverted = self.x_min > self.x_max or self.y_min > self.y_max
        fact = "a minimum is above its maximum" if inverted else f"an edge lies beyond {FARTHEST:g} pixels"
        raise ValueError(f"{fact} in {self.edges}")

    @property
    def edges(self) -> Edges:
        """The four edges in pixels: x_min, y_min, x_max, y_max."""
        return self.x_min, self.y_min, self.x_max, self.y_max


def extent(points: Iterable[Point]) -> Edges:
    """The edges around some points; raises ValueError where there are none."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True, slots=True, kw_only=True, config=_KNOWN_AND_FINITE)
class ImageRecord:
    """One image with its boxes.

    path        names the image inside its data set: relative, POSIX, without the format's own folders
    width       of the stored image in pixels; None, as height: no image and nothing that declares it
    ignored     regions nobody labelled (KITTI's DontCare); they are no objects
    split       'train', 'val', …; None: the source has no splits
    group       video, session or scene: what must not straddle a split; None: the image stands alone
    source_id   the image's identity in the source (COCO's image id); None: its path
    file        where the image's bytes are; None: nowhere. It takes no part in comparisons
    raises      pydantic.ValidationError for a path that could leave the data set
    """

    path: str
    width: Side | None
    height: Side | None
    boxes: tuple[Box, ...] = ()
    ignored: tuple[Box, ...] = ()
    split: str | None = None
    group: str | None = None
    source_id: str | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)
    file: ImageFile | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if fact := unsafe_path(self.path):
            raise ValueError(f"path {self.path!r} {fact}")


def unsafe_path(path: str) -> str | None:
    """Say why a path could lead out of its data set, or None when it is a safe relative POSIX path."""
    if _PLAIN_PATH.fullmatch(path):
        return None
    if not path or "\0" in path:
        return "is empty" if not path else "holds a NUL character"
    windows = PureWindowsPath(path)
    if windows.drive or windows.root:
        return "is absolute"
    if "://" in path:
        return "is a URL"
    if ".." in windows.parts:
        return "leaves its folder"
    if PurePosixPath(path).as_posix() in ("", "."):
        return "names a folder"
    return None


@dataclass(frozen=True, slots=True, kw_only=True, config=_KNOWN)
class Info:
    """What is known of a data set as a whole; None: unknown."""

    name: str | None = None
    licence: str | None = None
    version: str | None = None
    source: str | None = None


class Dataset:
    """A stream of image records that can be scanned again and again; records are never held together.

    labels    class names in a stated order (the format's own); None: alphabetical, found by a scan
    scan      starts a fresh pass over the records
    info      name, licence, version, source
    problems  what the last full pass found wrong; filled by whoever scans a source
    """

    def __init__(
        self,
        labels: Iterable[str] | None,
        scan: Callable[[], Iterator[ImageRecord]],
        info: Info | None = None,
        problems: list[Problem] | None = None,
    ) -> None:
        self.declared_labels = None if labels is None else tuple(labels)
        self.scan = scan
        self.info = info or Info()
        self.problems: list[Problem] = [] if problems is None else problems
        self._found_labels: tuple[str, ...] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The class names: the declared order, or alphabetical after one pass over the records."""
        if self.declared_labels is not None:
            return self.declared_labels
        if self._found_labels is None:
            self._found_labels = tuple(sorted({box.label for record in self for box in record.boxes}))
        return self._found_labels

    def __iter__(self) -> Iterator[ImageRecord]:
        return self.scan()

    def derive(
        self, scan: Callable[[], Iterator[ImageRecord]], labels: Iterable[str] | None = None
    ) -> "Dataset":
        """A data set with other records and labels but the same info and the same list of problems."""
        return Dataset(labels, scan, self.info, self.problems)
