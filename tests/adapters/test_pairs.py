"""Every ordered pair of formats: A to B to A returns the same records, up to what the loss reports say.

The data sets are random ones that both formats of the pair can hold.
"""

import tempfile
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import boxwright
from boxwright.core.adapter import BOX_FIELDS, RECORD_FIELDS
from boxwright.core.images.image_file import ImageFile
from boxwright.core.losses import NOTHING
from boxwright.core.plugins import adapters
from boxwright.core.schema import Box, Cuboid, Dataset, ImageRecord

FORMATS = sorted(name for name, adapter in adapters().items() if adapter.read and adapter.write)
PAIRS = list(product(FORMATS, FORMATS))
FLAT = {"kitti", "pascal_voc"}
EXAMPLES = 12  # for each of the pairs: what a few minutes of two cores allow


HANDS = ("myleft", "myright", "yourleft", "yourright")
EGOHANDS_SIZE = (1280, 720)
LABELS = ("cat", "dog", "Person_sitting", "é-ü", "x&<y>")
VIDEOS = ("CARDS_COURTYARD_B_T", "CARDS_COURTYARD_T_B", "CHESS_OFFICE_S_H")


@dataclass(frozen=True)
class Room:
    """What the records may be like so that every format of a pair can hold them."""

    egohands: bool  # one of the pair is EgoHands: four labels, one hand each, its frames
    flat: bool  # one of the pair has no folders: image names must be unique without them


@cache
def jpeg(width: int, height: int) -> bytes:
    """A real JPEG of this size."""
    buffer = BytesIO()
    Image.new("RGB", (width, height), (90, 120, 60)).save(buffer, "JPEG", quality=30)
    return buffer.getvalue()


def image(folder: Path, width: int, height: int) -> ImageFile:
    """A JPEG of this size in a folder; the same file each time."""
    path = folder / f"{width}x{height}.jpg"
    if not path.exists():
        path.write_bytes(jpeg(width, height))
    return ImageFile(path)


@st.composite
def datasets(draw, room: Room, folder: Path) -> list[ImageRecord]:
    """One to four records with images, sorted as every format would read them back."""
    count = draw(st.integers(1, 4))
    return [draw(records(room, folder, number)) for number in range(count)]


@st.composite
def records(draw, room: Room, folder: Path, number: int) -> ImageRecord:
    """The record with this number; its path is unique."""
    width, height = EGOHANDS_SIZE if room.egohands else (draw(st.integers(8, 64)), draw(st.integers(8, 64)))
    path = _path(draw, room, number)
    return ImageRecord(
        path=path,
        width=width,
        height=height,
        boxes=tuple(draw(_boxes(room, width, height))),
        ignored=() if room.egohands else tuple(draw(st.lists(_regions(width, height), max_size=2))),
        split=draw(st.sampled_from([None, "train", "val"])),
        group=_session(path) if room.egohands else draw(st.sampled_from([None, "g1"])),
        source_id=draw(st.sampled_from([None, f"{number + 17}"])),
        attributes=draw(st.dictionaries(st.sampled_from(["weather", "n"]), _scalars, max_size=2)),
        file=image(folder, width, height),
    )


def _path(draw, room: Room, number: int) -> str:
    if room.egohands:
        return f"{draw(st.sampled_from(VIDEOS))}/frame_{number + 10:04}.jpg"
    stem = draw(st.sampled_from(["a", "frame 1", "ü", "100%"])) + str(number)
    return f"{stem}.jpg" if room.flat else draw(st.sampled_from(["", "night/"])) + f"{stem}.jpg"


def _session(path: str) -> str:
    """The group that EgoHands has for this path: its place and its two people."""
    *place, viewer, partner = path.split("/")[0].split("_")
    return "_".join([*place, "".join(sorted(viewer + partner))])


_scalars = st.one_of(
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([0.5, 2.0]),
    st.sampled_from(["", "7", "true", "a b", "<&>"]),
)


@st.composite
def _boxes(draw, room: Room, width: int, height: int) -> list[Box]:
    labels = draw(st.lists(st.sampled_from(HANDS), unique=True)) if room.egohands else draw(_LABEL_LISTS)
    found = [draw(_box(label, width, height)) for label in labels]
    return list({(box.label, box.edges): box for box in found}.values())


_LABEL_LISTS = st.lists(st.sampled_from(LABELS), max_size=4)


@st.composite
def _edges(draw, width: int, height: int) -> dict[str, float]:
    def pair(length: int) -> tuple[float, float]:
        whole = draw(st.booleans())
        numbers = st.integers(0, length) if whole else st.floats(0, length)
        low, high = sorted((draw(numbers), draw(numbers)))
        return (low, high) if high - low > 0.01 else (0, length)

    (x_min, x_max), (y_min, y_max) = pair(width), pair(height)
    return {"x_min": x_min, "y_min": y_min, "x_max": x_max, "y_max": y_max}


@st.composite
def _box(draw, label: str, width: int, height: int) -> Box:
    edges = draw(_edges(width, height))
    outlined = draw(st.booleans())
    return Box(
        label=label,
        **edges,
        difficult=draw(st.booleans()),
        truncated=draw(st.sampled_from([None, 0.0, 0.25, 1.0])),
        occluded=draw(st.sampled_from([None, 0, 1, 2, 3])),
        crowd=draw(st.booleans()),
        group_of=draw(st.booleans()),
        polygons=(_outline(edges),) if outlined else (),
        area=draw(st.sampled_from([None, 12.5])),
        pose=draw(st.sampled_from([None, "Left", "Unspecified"])),
        score=draw(st.sampled_from([None, 0.0, 0.75])),
        cuboid=draw(st.sampled_from([None, Cuboid(alpha=-1.5, height=1.89, x=0.0), Cuboid(rotation_y=0.01)])),
        attributes=draw(st.dictionaries(st.sampled_from(["colour", "age"]), _scalars, max_size=2)),
    )


def _outline(edges: dict[str, float]) -> tuple[tuple[float, float], ...]:
    """A diamond inside the box that touches all four edges."""
    middle_x = (edges["x_min"] + edges["x_max"]) / 2
    middle_y = (edges["y_min"] + edges["y_max"]) / 2
    return (
        (edges["x_min"], middle_y),
        (middle_x, edges["y_min"]),
        (edges["x_max"], middle_y),
        (middle_x, edges["y_max"]),
    )


@st.composite
def _regions(draw, width: int, height: int) -> Box:
    return Box(label="DontCare", **draw(_edges(width, height)))


@pytest.mark.parametrize(("first", "second"), PAIRS)
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_round_trip_loses_exactly_what_the_reports_say(first, second, data):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        room = Room(egohands="egohands" in (first, second), flat=bool(FLAT & {first, second}))
        drawn = data.draw(datasets(room, folder))
        _write(drawn, folder / "a", first)
        there = boxwright.convert(folder / "a", folder / "b", to=second, format=first)
        back = boxwright.convert(folder / "b", folder / "c", to=first, format=second)
        before, between, after = (
            _read(folder / path, name) for path, name in (("a", first), ("b", second), ("c", first))
        )
    lost_there, lost_back = ({loss.field for loss in report.losses} for report in (there, back))
    lost = lost_there | lost_back
    assert _without(before, lost) == _without(after, lost)
    assert _changed(before, between) == lost_there
    assert _changed(between, after) == lost_back


def _write(records: list[ImageRecord], target: Path, name: str) -> None:
    boxwright.write(Dataset(None, lambda: iter(records)), target, format=name)


def _read(path: Path, name: str) -> list[ImageRecord]:
    dataset = boxwright.read(path, name)
    records = sorted(dataset, key=lambda record: record.path)
    assert dataset.problems == []
    return records


def _without(records: list[ImageRecord], lost: set[str]) -> list[ImageRecord]:
    """The records with every lost field made to say nothing."""
    erased = [_erased(record, lost, RECORD_FIELDS) for record in records]
    kept = [
        replace(
            record,
            path=f"{number}" if "path" in lost else record.path,
            boxes=tuple(_erased_box(box, lost) for box in _ordered(record.boxes, lost)),
            ignored=tuple(_erased_box(box, lost) for box in record.ignored),
        )
        for number, record in enumerate(erased)
    ]
    return kept


def _ordered(boxes: tuple[Box, ...], lost: set[str]) -> tuple[Box, ...]:
    return tuple(sorted(boxes, key=lambda box: box.label)) if "order" in lost else boxes


def _erased(value, lost: set[str], names: tuple[str, ...]):
    return replace(value, **{name: NOTHING[name] for name in names if name in lost})


def _erased_box(box: Box, lost: set[str]) -> Box:
    edges = (
        dict(zip(("x_min", "y_min", "x_max", "y_max"), (0, 0, 1, 1), strict=True)) if "edges" in lost else {}
    )
    return replace(_erased(box, lost, BOX_FIELDS), **edges)


def _changed(before: list[ImageRecord], after: list[ImageRecord]) -> set[str]:
    """The fields that said something before and say something else, or nothing, now."""
    changed = set()
    for old, new in zip(before, after, strict=True):
        changed |= {name for name in (*RECORD_FIELDS, "path") if _differs(old, new, name)}
        if [box.label for box in old.boxes] != [box.label for box in new.boxes]:
            changed.add("order")
            old, new = (replace(one, boxes=_ordered(one.boxes, changed)) for one in (old, new))
        for side in ("boxes", "ignored"):
            for old_box, new_box in zip(getattr(old, side), getattr(new, side), strict=False):
                names = (*BOX_FIELDS, "edges")
                changed |= {name for name in names if _differs(old_box, new_box, name)}
    return changed


def _differs(old, new, name: str) -> bool:
    return getattr(old, name) not in (NOTHING.get(name), getattr(new, name))
