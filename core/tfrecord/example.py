"""One record to and from a `tf.train.Example` with the OD API's keys and types.

This is the one place that turns pixels into fractions of the image and back. Every key of the OD API's
decoder is always there, with empty lists for an image without boxes; the others when a box states them.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

from boxwright.core.errors import WriteError
from boxwright.core.numbers import shortened
from boxwright.core.schema import Box, Cuboid, Edges, ImageRecord
from boxwright.core.tfrecord.float32 import PIXEL_DECIMALS, pixels, shortest, single
from boxwright.core.tfrecord.proto import message
from boxwright.core.tfrecord.wire import bytes_feature, entry, example_around, float_feature, int64_feature

# What stands for an unknown value among known ones; KITTI's own sign for it.
UNKNOWN = -1
UNKNOWN_CUBOID = {
    "alpha": -10.0,
    "height": -1.0,
    "width": -1.0,
    "length": -1.0,
    "x": -1000.0,
    "y": -1000.0,
    "z": -1000.0,
    "rotation_y": -10.0,
}
CUBOID_KEYS = {
    "alpha": "image/object/alpha",
    "height": "image/object/3d_bbox/height",
    "width": "image/object/3d_bbox/width",
    "length": "image/object/3d_bbox/length",
    "x": "image/object/3d_bbox/x",
    "y": "image/object/3d_bbox/y",
    "z": "image/object/3d_bbox/z",
    "rotation_y": "image/object/3d_bbox/rot_y",
}
EDGE_KEYS = (
    "image/object/bbox/xmin",
    "image/object/bbox/ymin",
    "image/object/bbox/xmax",
    "image/object/bbox/ymax",
)
# standard_fields.py of the OD API has the second name; its decoder and its COCO script have the first.
AREA_KEYS = ("image/object/area", "image/object/segment/area")
# The entries are sorted by key, and the first is the only big one: it must stay the first.
IMAGE_KEY, SHA256_KEY, ID_KEY = "image/encoded", "image/key/sha256", "image/object/class/label"
GROUP_KEY = "image/group"  # ours: what must not straddle a split; the OD API's decoder passes it over

AREA_TOLERANCE = 1e-6  # float32 holds 24 bits: about 6e-8, here after a product and a sum
ROUNDED = "float32 holds about 7 digits"
EMPTY = "an empty text means unknown"

Values = Mapping[str, Sequence[Any]]
Kind = TypeVar("Kind", bytes, float, int)
_KINDS = {bytes: "bytes", float: "floats", int: "integers"}


class Draft(NamedTuple):
    """A record's Example without what the image's bytes and the ids decide: the entries in between.

    before   those between `image/encoded` and `image/key/sha256`
    between  those from there to `image/object/class/label`
    after    the others
    labels   of the boxes, in order
    """

    before: bytes
    between: bytes
    after: bytes
    labels: tuple[str, ...]


def draft(record: ImageRecord, format: str) -> Draft:
    """The Example of a record whose width and height are known, but for the image and the labels' ids.

    format   what the image's bytes are: 'jpeg', 'png', …
    raises   WriteError for a text that has no bytes
    """
    features = {**_image_features(record, format), **_box_features(record)}
    parts: tuple[list[bytes], list[bytes], list[bytes]] = ([], [], [])
    for key in sorted(features):
        parts[(key > SHA256_KEY) + (key > ID_KEY)].append(entry(key, features[key]))
    before, between, after = map(b"".join, parts)
    return Draft(before, between, after, tuple([box.label for box in record.boxes]))


def finished(made: Draft, data: bytes, ids: Mapping[str, int]) -> tuple[bytes, bytes, bytes]:
    """The serialised Example in three parts: what stands before the image's bytes, these, and what follows.

    data     the image file's bytes, passed through
    ids      every label's id
    """
    digest = entry(SHA256_KEY, bytes_feature([sha256(data).hexdigest().encode()]))
    numbers = entry(ID_KEY, int64_feature([ids[label] for label in made.labels]))
    rest = b"".join((made.before, digest, made.between, numbers, made.after))
    return example_around(IMAGE_KEY, len(data), len(rest)), data, rest


def encode(record: ImageRecord, data: bytes, format: str, ids: Mapping[str, int]) -> bytes:
    """The serialised Example of a record whose width and height are known; see `draft` and `finished`."""
    return b"".join(finished(draft(record, format), data, ids))


def _image_features(record: ImageRecord, format: str) -> dict[str, bytes]:
    path = _encoded(record.path)
    source_id = path if record.source_id is None else _encoded(record.source_id)
    group = {} if record.group is None else {GROUP_KEY: bytes_feature([_encoded(record.group)])}
    return {
        "image/format": bytes_feature([format.encode()]),
        "image/filename": bytes_feature([path]),
        "image/source_id": bytes_feature([source_id]),
        "image/height": int64_feature([record.height or 0]),
        "image/width": int64_feature([record.width or 0]),
        **group,
    }


def _encoded(text: str) -> bytes:
    """A text as UTF-8; a file name that is none keeps its bytes, as Python has read them (PEP 383)."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise WriteError(f"tfrecord cannot hold {text!a}: half a character has no bytes") from None


def _box_features(record: ImageRecord) -> dict[str, bytes]:
    boxes, width, height = record.boxes, record.width or 1, record.height or 1
    x_min, y_min, x_max, y_max = EDGE_KEYS
    return {
        x_min: float_feature([box.x_min / width for box in boxes]),
        y_min: float_feature([box.y_min / height for box in boxes]),
        x_max: float_feature([box.x_max / width for box in boxes]),
        y_max: float_feature([box.y_max / height for box in boxes]),
        "image/object/class/text": bytes_feature([box.label.encode() for box in boxes]),
        "image/object/difficult": int64_feature([box.difficult for box in boxes]),
        "image/object/is_crowd": int64_feature([box.crowd for box in boxes]),
        "image/object/group_of": int64_feature([box.group_of for box in boxes]),
        "image/object/area": float_feature([_stated_area(box) for box in boxes]),
        **_stated_features(boxes),
    }


def _stated_features(boxes: Sequence[Box]) -> dict[str, bytes]:
    """Keys that the decoder does not ask for: there when at least one box states them."""
    stated: dict[str, bytes] = {}
    if any([box.truncated is not None for box in boxes]):
        shares = [UNKNOWN if box.truncated is None else box.truncated for box in boxes]
        stated["image/object/truncated"] = float_feature(shares)
    if any([box.occluded is not None for box in boxes]):
        degrees = [UNKNOWN if box.occluded is None else box.occluded for box in boxes]
        stated["image/object/occluded"] = int64_feature(degrees)
    if any([box.pose is not None for box in boxes]):
        stated["image/object/view"] = bytes_feature([_encoded(box.pose or "") for box in boxes])
    if any([box.cuboid is not None for box in boxes]):
        for name, key in CUBOID_KEYS.items():
            stated[key] = float_feature([_cuboid_value(box.cuboid, name) for box in boxes])
    return stated


def _cuboid_value(cuboid: Cuboid | None, name: str) -> float:
    value = None if cuboid is None else getattr(cuboid, name)
    return UNKNOWN_CUBOID[name] if value is None else float(value)


def _stated_area(box: Box) -> float:
    """A box's area, or that of its edges where it has none of its own: pixels² in either case."""
    return _area_within(box.edges) if box.area is None else box.area


def _area_within(edges: Edges) -> float:
    x_min, y_min, x_max, y_max = edges
    return (x_max - x_min) * (y_max - y_min)


def lost(record: ImageRecord) -> Iterator[tuple[str, str]]:
    """What this record's Example cannot hold exactly: pairs of field and reason, one for each value."""
    width, height = record.width or 1, record.height or 1
    if record.group == "":
        yield "group", EMPTY
    if record.source_id in ("", record.path):
        yield "source_id", "it is the path, or empty: both mean that there is none"
    for box in record.boxes:
        yield from _lost_of_box(box, _read_back(box.edges, width, height))


def _lost_of_box(box: Box, edges: Edges) -> Iterator[tuple[str, str]]:
    if edges != box.edges:
        yield "edges", "fractions are float32: pixels come back rounded to 1/1000"
    if box.truncated is not None and shortest(single(box.truncated)) != box.truncated:
        yield "truncated", ROUNDED
    area = _known_area(single(_stated_area(box)), edges)
    if area != box.area:
        yield "area", "it is no other than the box's own" if area is None else ROUNDED
    if box.pose == "":
        yield "pose", EMPTY
    if box.cuboid is not None and _cuboid_read_back(box.cuboid) != box.cuboid:
        yield "cuboid", "float32 holds about 7 digits, and KITTI's signs for unknown nothing else"


def _read_back(edges: Edges, width: int, height: int) -> Edges:
    x_min, y_min, x_max, y_max = edges
    return (
        pixels(single(x_min / width), width),
        pixels(single(y_min / height), height),
        pixels(single(x_max / width), width),
        pixels(single(y_max / height), height),
    )


def _cuboid_read_back(cuboid: Cuboid) -> Cuboid | None:
    values = {name: single(_cuboid_value(cuboid, name)) for name in CUBOID_KEYS}
    known = {name: shortest(value) for name, value in values.items() if value != UNKNOWN_CUBOID[name]}
    return Cuboid(**known) if known and all(map(math.isfinite, known.values())) else None


def _known_area(area: float, edges: Edges) -> float | None:
    """A stored area, or None when it says no more than the edges do (as every record of ours states)."""
    sides = edges[2] - edges[0] + edges[3] - edges[1]
    rounding = AREA_TOLERANCE * area + sides / 10**PIXEL_DECIMALS
    return None if abs(area - _area_within(edges)) <= rounding else shortest(area)


def decode(data: bytes) -> dict[str, list[Any]]:
    """The features of a serialised Example: key to its list of bytes, floats or integers.

    raises   ValueError for bytes that are no Example
    """
    try:
        example = message("tensorflow.Example").FromString(data)
    except Exception as error:  # protobuf's DecodeError, whose place has moved between versions
        raise ValueError(f"no tf.train.Example: {error}") from None
    return {
        key: list(getattr(feature, feature.WhichOneof("kind")).value)
        for key, feature in example.features.feature.items()
        if feature.WhichOneof("kind")
    }


def values_of(features: Values, key: str, kind: type[Kind], count: int | None = None) -> list[Kind]:
    """The values of a key, none where it is absent.

    count    how many there must be where there are any; None: any number
    raises   ValueError for values of another kind, or another number of them
    """
    values = features.get(key, [])
    if any(not isinstance(value, kind) for value in values[:1]):  # a list is of one kind
        raise ValueError(f"{key}: holds {_KINDS[type(values[0])]} where {_KINDS[kind]} belong")
    _check_count(key, values, count)
    return list(values)


def _check_count(key: str, values: Sequence[Any], count: int | None) -> None:
    if values and count is not None and len(values) != count:
        raise ValueError(f"{key}: {len(values)} values for {count} box{'' if count == 1 else 'es'}")


def value_of(features: Values, key: str, kind: type[Kind]) -> Kind | None:
    """The value of a key that has one or none; raises ValueError for more, and for another kind."""
    values = values_of(features, key, kind)
    if len(values) > 1:
        raise ValueError(f"{key}: {len(values)} values where one belongs")
    return values[0] if values else None


def text_of(features: Values, key: str) -> str:
    """The text of a key, '' where it is absent; what is no UTF-8 keeps its bytes (see `_encoded`)."""
    return (value_of(features, key, bytes) or b"").decode("utf-8", "surrogateescape")


Unknown = Callable[[str, str], None]  # takes a key and the fact that makes its value unknown
# A check takes a stored value and gives what it means, and what is wrong with it where something is.
Check = Callable[[Any], tuple[Any, str | None]]


def optional_fields(features: Values, count: int) -> Callable[[int, Edges, Unknown], dict[str, object]]:
    """A function that gives the optional fields which the features state for one box.

    It takes the box's number, its edges, and what is told of values that are out of range: they are unknown.
    raises   ValueError for a list whose length is not the number of boxes
    """
    stated = {
        key: values for key in (*_CHECKS, *CUBOID_KEYS.values(), *AREA_KEYS) if (values := features.get(key))
    }
    for key, values in stated.items():
        _check_count(key, values, count)
    area_key = next((key for key in AREA_KEYS if key in stated), None)

    def fields(number: int, edges: Edges, unknown: Unknown) -> dict[str, object]:
        def checked(key: str, check: Check) -> Any:
            meaning, fact = check(stated[key][number])
            if fact is not None:
                unknown(key, fact)
            return meaning

        found = {field: checked(key, check) for key, (field, check) in _CHECKS.items() if key in stated}
        cuboid = {name: checked(key, _finite(name)) for name, key in CUBOID_KEYS.items() if key in stated}
        if any(value is not None for value in cuboid.values()):
            found["cuboid"] = Cuboid(**cuboid)
        if area_key is not None:
            area = checked(area_key, _area)
            found["area"] = None if area is None else _known_area(area, edges)
        return found

    return fields


def _flag(value: Any) -> tuple[bool, str | None]:
    if value in (0, 1, UNKNOWN):
        return value == 1, _not_whole(value)
    return False, f"{shortened(value)} is neither 0 nor 1"


def _degree(value: Any) -> tuple[int | None, str | None]:
    if value in (0, 1, 2, 3, UNKNOWN):
        return None if value == UNKNOWN else int(value), _not_whole(value)
    return None, f"{shortened(value)} is none of 0, 1, 2, 3"


def _not_whole(value: float) -> str | None:
    return f"{value} is no whole number; {int(value)} is taken" if isinstance(value, float) else None


def _share(value: Any) -> tuple[float | None, str | None]:
    if value == UNKNOWN:
        return None, None
    if isinstance(value, int | float) and 0 <= value <= 1:
        return shortest(value), None
    return None, f"{shortened(value)} is no share from 0 to 1"


def _pose(value: Any) -> tuple[str | None, str | None]:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape") or None, None
    return None, f"{value} is no text"


def _area(value: Any) -> tuple[float | None, str | None]:
    if value == UNKNOWN:
        return None, None
    if isinstance(value, int | float) and math.isfinite(value) and value >= 0:
        return float(value), None
    return None, f"{shortened(value)} is no area"


def _finite(name: str) -> Check:
    def check(value: Any) -> tuple[float | None, str | None]:
        if value == UNKNOWN_CUBOID[name]:
            return None, None
        if isinstance(value, int | float) and math.isfinite(value):
            return shortest(value), None
        return None, f"{shortened(value)} is not a finite number"

    return check


_CHECKS: Mapping[str, tuple[str, Check]] = {
    "image/object/difficult": ("difficult", _flag),
    "image/object/is_crowd": ("crowd", _flag),
    "image/object/group_of": ("group_of", _flag),
    "image/object/truncated": ("truncated", _share),  # the OD API's KITTI script has floats, VOC's integers
    "image/object/occluded": ("occluded", _degree),
    "image/object/view": ("pose", _pose),
}
