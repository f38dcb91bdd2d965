"""Random data sets as Hypothesis strategies: everything the schema can say, within a format's limits."""

from pathlib import Path

from boxwright.core.conformance.limits import Limits
from boxwright.core.conformance.pictures import picture
from boxwright.core.errors import BoxwrightError
from boxwright.core.schema import Box, Cuboid, Edges, ImageRecord, Polygon

try:
    from hypothesis import strategies as st
except ModuleNotFoundError as missing:
    raise BoxwrightError(
        "boxwright.core.conformance makes its data with Hypothesis, which is not installed",
        "pip install 'boxwright[conformance]'",
    ) from missing

MOST_RECORDS, MOST_BOXES = 4, 4
LENGTHS = (8, 64)  # pixels of a side, where a format takes any
LEAST_SIDE = 0.01  # pixels of a box: no rounding that the tolerance allows empties it
SPLITS = (None, "train", "val", "train2017", "fold 1")  # others' years and blanks have gone astray


@st.composite
def datasets(draw: st.DrawFn, limits: Limits, folder: Path) -> list[ImageRecord]:
    """One to four records with images, whose files are made in `folder`."""
    count = draw(st.integers(1, MOST_RECORDS))
    return [draw(records(limits, folder, number)) for number in range(count)]


@st.composite
def records(draw: st.DrawFn, limits: Limits, folder: Path, number: int) -> ImageRecord:
    """The record with this number; its path holds it, so it is unique."""
    width, height = draw(_sizes(limits))
    template = draw(st.sampled_from(list(limits.paths)))
    group = limits.paths[template]
    return ImageRecord(
        path=limits.path(template, number),
        width=width,
        height=height,
        boxes=tuple(draw(_boxes(limits, width, height))),
        ignored=tuple(draw(st.lists(_regions(width, height), max_size=2))),
        split=draw(st.sampled_from(SPLITS)),
        group=group or draw(st.sampled_from([None, "g1"])),
        source_id=draw(st.sampled_from([None, f"{number + 17}"])),
        attributes=draw(st.dictionaries(st.sampled_from(["weather", "n"]), _scalars, max_size=2)),
        file=picture(folder, width, height),
    )


def _sizes(limits: Limits) -> st.SearchStrategy[tuple[int, int]]:
    length = st.integers(*LENGTHS)
    return st.sampled_from(limits.sizes) if limits.sizes else st.tuples(length, length)


# Every kind of value, and texts that look like another kind.
_scalars = st.one_of(
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([0.5, 2.0]),
    st.sampled_from(["", "7", "true", "a b", "<&>"]),
)


@st.composite
def _boxes(draw: st.DrawFn, limits: Limits, width: int, height: int) -> list[Box]:
    if not limits.labels:
        return []
    # Some formats have each label once in an image.
    labels = draw(st.lists(st.sampled_from(limits.labels), max_size=MOST_BOXES, unique=draw(st.booleans())))
    found = [draw(box(label, width, height)) for label in labels]
    return list({(each.label, each.edges): each for each in found}.values())


@st.composite
def _edges(draw: st.DrawFn, width: int, height: int) -> Edges:
    def pair(length: int) -> tuple[float, float]:
        whole = draw(st.booleans())
        numbers = st.integers(0, length) if whole else st.floats(0, length)
        low, high = sorted((draw(numbers), draw(numbers)))
        return (low, high) if high - low > LEAST_SIDE else (0, length)

    (x_min, x_max), (y_min, y_max) = pair(width), pair(height)
    return x_min, y_min, x_max, y_max


@st.composite
def box(draw: st.DrawFn, label: str, width: int, height: int) -> Box:
    """A box inside an image of this size."""
    x_min, y_min, x_max, y_max = edges = draw(_edges(width, height))
    outlined = draw(st.booleans())
    return Box(
        label=label,
        x_min=x_min,
        y_min=y_min,
        x_max=x_max,
        y_max=y_max,
        difficult=draw(st.booleans()),
        truncated=draw(st.sampled_from([None, 0.0, 0.25, 1.0])),
        occluded=draw(st.sampled_from([None, 0, 1, 2, 3])),
        crowd=draw(st.booleans()),
        group_of=draw(st.booleans()),
        polygons=(diamond(edges),) if outlined else (),
        area=draw(st.sampled_from([None, 12.5])),
        pose=draw(st.sampled_from([None, "Left", "Unspecified"])),
        score=draw(st.sampled_from([None, 0.0, 0.75])),
        cuboid=draw(st.sampled_from([None, Cuboid(alpha=-1.5, height=1.89, x=0.0), Cuboid(rotation_y=0.01)])),
        attributes=draw(st.dictionaries(st.sampled_from(["colour", "age"]), _scalars, max_size=2)),
    )


def diamond(edges: Edges) -> Polygon:
    """An outline that touches all four edges."""
    x_min, y_min, x_max, y_max = edges
    middle_x, middle_y = (x_min + x_max) / 2, (y_min + y_max) / 2
    return (x_min, middle_y), (middle_x, y_min), (x_max, middle_y), (middle_x, y_max)


@st.composite
def _regions(draw: st.DrawFn, width: int, height: int) -> Box:
    x_min, y_min, x_max, y_max = draw(_edges(width, height))
    return Box(label="DontCare", x_min=x_min, y_min=y_min, x_max=x_max, y_max=y_max)
