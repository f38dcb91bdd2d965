"""Records to tf.train.Example and back: the OD API's keys and types, and what cannot be held is named."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from boxwright.core.errors import WriteError
from boxwright.core.schema import Box, Cuboid, ImageRecord
from boxwright.core.tfrecord.example import (
    CUBOID_KEYS,
    EDGE_KEYS,
    decode,
    encode,
    lost,
    optional_fields,
    text_of,
    value_of,
    values_of,
)
from boxwright.core.tfrecord.float32 import pixels
from boxwright.core.tfrecord.proto import message

# Every key of the OD API's decoder that has no default there, with its kind.
ALWAYS = {
    "image/encoded": "bytes_list",
    "image/format": "bytes_list",
    "image/filename": "bytes_list",
    "image/source_id": "bytes_list",
    "image/key/sha256": "bytes_list",
    "image/height": "int64_list",
    "image/width": "int64_list",
    "image/object/bbox/xmin": "float_list",
    "image/object/bbox/xmax": "float_list",
    "image/object/bbox/ymin": "float_list",
    "image/object/bbox/ymax": "float_list",
    "image/object/class/text": "bytes_list",
    "image/object/class/label": "int64_list",
    "image/object/difficult": "int64_list",
    "image/object/is_crowd": "int64_list",
    "image/object/group_of": "int64_list",
    "image/object/area": "float_list",
}
WHEN_STATED = {
    "image/object/truncated": "float_list",
    "image/object/occluded": "int64_list",
    "image/object/view": "bytes_list",
    **dict.fromkeys(CUBOID_KEYS.values(), "float_list"),
}


def box(**fields: Any) -> Box:
    return Box(**{"label": "hand", "x_min": 1, "y_min": 2, "x_max": 5, "y_max": 4} | fields)


def record(*boxes: Box, **fields: Any) -> ImageRecord:
    return ImageRecord(**{"path": "a.jpg", "width": 8, "height": 6, "boxes": boxes} | fields)


def features_of(made: ImageRecord) -> dict[str, list[Any]]:
    return decode(
        encode(made, b"bytes", "jpeg", {box.label: id for id, box in enumerate(made.boxes, start=1)})
    )


def kinds_of(made: ImageRecord) -> dict[str, str]:
    data = encode(made, b"bytes", "jpeg", {"hand": 1})
    parsed = message("tensorflow.Example").FromString(data).features.feature
    return {key: feature.WhichOneof("kind") for key, feature in parsed.items()}


def test_an_image_without_boxes_has_every_key_of_the_decoder_with_its_type():
    assert kinds_of(record()) == ALWAYS


def test_every_key_that_a_box_can_state_has_its_type():
    stated = box(truncated=0, occluded=0, pose="", cuboid=Cuboid(x=1))
    assert kinds_of(record(stated, group="g")) == ALWAYS | WHEN_STATED | {"image/group": "bytes_list"}


def test_the_features_of_a_record_are_those_of_the_od_api():
    boxes = box(difficult=True), box(label="dog 🐕", crowd=True, group_of=True, area=3.5, x_max=8, y_max=6)
    assert features_of(record(*boxes, source_id="17", group="g")) == {
        "image/encoded": [b"bytes"],
        "image/format": [b"jpeg"],
        "image/filename": [b"a.jpg"],
        "image/source_id": [b"17"],
        "image/group": [b"g"],
        "image/key/sha256": [hashlib.sha256(b"bytes").hexdigest().encode()],
        "image/height": [6],
        "image/width": [8],
        "image/object/bbox/xmin": [0.125, 0.125],
        "image/object/bbox/ymin": [pytest.approx(2 / 6)] * 2,
        "image/object/bbox/xmax": [0.625, 1],
        "image/object/bbox/ymax": [pytest.approx(4 / 6), 1],
        "image/object/class/text": [b"hand", "dog 🐕".encode()],
        "image/object/class/label": [1, 2],
        "image/object/difficult": [1, 0],
        "image/object/is_crowd": [0, 1],
        "image/object/group_of": [0, 1],
        "image/object/area": [8, 3.5],
    }


def test_without_a_source_id_the_path_is_it():
    assert features_of(record())["image/source_id"] == [b"a.jpg"]


def test_the_same_record_has_the_same_bytes():
    first, second = (encode(record(box(truncated=0.5)), b"bytes", "jpeg", {"hand": 1}) for _ in range(2))
    assert first == second


def test_keys_are_sorted_in_the_file_whatever_their_order_in_memory():
    data = encode(record(box(truncated=0.5, pose="Left")), b"bytes", "jpeg", {"hand": 1})
    keys = sorted(decode(data))
    assert sorted(keys, key=lambda key: data.index(b"\n%c%s" % (len(key), key.encode()))) == keys


def test_a_name_that_is_no_utf_8_keeps_its_bytes():
    features = features_of(record(path="a\udcff.jpg"))
    assert features["image/filename"] == [b"a\xff.jpg"]
    assert text_of(features, "image/filename") == "a\udcff.jpg"


def test_half_a_character_is_refused():
    with pytest.raises(WriteError) as caught:
        features_of(record(source_id="\ud800"))
    assert str(caught.value) == "tfrecord cannot hold '\\ud800': half a character has no bytes"


# Round trip.

PIXELS = st.floats(-1e4, 1e6) | st.integers(0, 8_000).map(float) | st.sampled_from([0.0005, 7.9995, -0.0])
SHARES = st.none() | st.floats(0, 1) | st.sampled_from([0.0, 0.3, 1.0])
NUMBERS = (
    st.none()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([-10.0, -1.0, -1000.0, 0.3])
)
CUBOIDS = st.none() | st.builds(Cuboid, **dict.fromkeys(CUBOID_KEYS, NUMBERS))


@st.composite
def boxes(draw: Callable[..., Any]) -> Box:
    (x_min, x_max), (y_min, y_max) = (sorted((draw(PIXELS), draw(PIXELS))) for _ in range(2))
    own = (x_max - x_min) * (y_max - y_min)
    return Box(
        label=draw(st.sampled_from(["hand", "dog 🐕", " "])),
        x_min=x_min,
        y_min=y_min,
        x_max=x_max,
        y_max=y_max,
        difficult=draw(st.booleans()),
        truncated=draw(SHARES),
        occluded=draw(st.none() | st.integers(0, 3)),
        crowd=draw(st.booleans()),
        group_of=draw(st.booleans()),
        area=draw(st.none() | st.floats(0, 1e12) | st.just(own) | st.just(own * 0.75)),
        pose=draw(st.none() | st.text(max_size=3)),
        cuboid=draw(CUBOIDS),
    )


RECORDS = st.builds(
    ImageRecord,
    path=st.sampled_from(["a.jpg", "b/ü.png"]),
    width=st.integers(1, 20_000),
    height=st.integers(1, 20_000),
    boxes=st.lists(boxes(), max_size=4).map(tuple),
    source_id=st.none() | st.sampled_from(["", "a.jpg", "17"]),
    group=st.none() | st.sampled_from(["", "g"]),
)


def changed(made: ImageRecord) -> list[str]:
    """The fields that come back as another value, in the order in which `lost` names them."""
    features = features_of(made)
    assert [text.decode() for text in features["image/object/class/text"]] == [b.label for b in made.boxes]
    source_id = text_of(features, "image/source_id")
    back = {
        "group": text_of(features, "image/group") or None,
        "source_id": None if source_id in ("", made.path) else source_id,
    }
    found = [name for name, value in back.items() if value != getattr(made, name)]
    fields = optional_fields(features, len(made.boxes))
    for number, original in enumerate(made.boxes):
        a, b, c, d = (features[key][number] for key in EDGE_KEYS)
        width, height = made.width or 0, made.height or 0
        edges = pixels(a, width), pixels(b, height), pixels(c, width), pixels(d, height)
        told: list[str] = []
        values = fields(number, edges, lambda key, fact, told=told: told.append(key)) | {"edges": edges}
        found += [name for name in OPTIONAL if values.get(name) != getattr(original, name)]
        assert {bool(values[flag]) == getattr(original, flag) for flag in FLAGS} == {True}
        assert told == [] or "cuboid" in found  # a number beyond float32 is infinite in the file
    return found


HUGE = {"width": 20_000, "height": 20_000}  # where a thousandth of a pixel is more than float32 resolves
OPTIONAL = ("edges", "truncated", "area", "pose", "cuboid", "occluded")
FLAGS = ("difficult", "crowd", "group_of")


@given(RECORDS)
@example(record(box(x_min=0.0005, x_max=5.0005), width=4000))
@example(record(box(x_min=16457.0005, x_max=16458.0005, y_min=16457.0005, y_max=16458.0005), **HUGE))
@example(record(box(cuboid=Cuboid(x=1e39))))
def test_what_changes_on_the_way_is_exactly_what_lost_names(made: ImageRecord):
    assert [field for field, _ in lost(made)] == changed(made)


def test_whole_pixels_and_usual_decimals_lose_nothing():
    full = box(
        truncated=0.3,
        occluded=3,
        area=5.25,
        pose="Left",
        cuboid=Cuboid(
            alpha=-1.57, height=1.73, width=0.6, length=4.15, x=-16.53, y=2.39, z=58.49, rotation_y=1.57
        ),
    )
    assert (
        list(lost(record(full, box(x_min=0.001, y_min=1.234), width=1242, height=375, source_id="17"))) == []
    )


@pytest.mark.parametrize(
    "made, expected",
    [
        (record(box(x_min=1.00001)), ("edges", "fractions are float32: pixels come back rounded to 1/1000")),
        (record(box(truncated=0.123456789)), ("truncated", "float32 holds about 7 digits")),
        (record(box(area=1234567.891)), ("area", "float32 holds about 7 digits")),
        (record(box(area=8.0)), ("area", "it is no other than the box's own")),
        (record(box(pose="")), ("pose", "an empty text means unknown")),
        (record(group=""), ("group", "an empty text means unknown")),
        (record(source_id="a.jpg"), ("source_id", "it is the path, or empty: both mean that there is none")),
        (
            record(box(cuboid=Cuboid(x=-1000))),
            ("cuboid", "float32 holds about 7 digits, and KITTI's signs for unknown nothing else"),
        ),
    ],
)
def test_a_loss_has_a_reason(made: ImageRecord, expected: tuple[str, str]):
    assert list(lost(made)) == [expected]


# Reading.


@pytest.mark.parametrize("data", [b"\xff", b"\x0a\x05ab", b"\x0a\x04\x0a\x02\x0a\x00"[:-1]])
def test_bytes_that_are_no_example_are_refused(data: bytes):
    with pytest.raises(ValueError) as caught:
        decode(data)
    assert str(caught.value).startswith("no tf.train.Example: ")


@given(st.binary())
def test_any_bytes_are_an_example_or_refused(data: bytes):
    try:
        decode(data)
    except ValueError as error:
        assert str(error).startswith("no tf.train.Example: ")


def test_a_feature_of_no_kind_is_absent():
    made = message("tensorflow.Example")()
    made.features.feature["image/encoded"].SetInParent()
    assert decode(made.SerializeToString()) == {}


@pytest.mark.parametrize(
    "values, kind, fact",
    [
        ([1], bytes, "k: holds integers where bytes belong"),
        ([b"1"], float, "k: holds bytes where floats belong"),
        ([1.0], int, "k: holds floats where integers belong"),
    ],
)
def test_values_of_another_kind_are_refused(values: list[Any], kind: Any, fact: str):
    with pytest.raises(ValueError) as caught:
        values_of({"k": values}, "k", kind)
    assert str(caught.value) == fact


def test_two_values_where_one_belongs_are_refused():
    with pytest.raises(ValueError) as caught:
        value_of({"k": [1, 2]}, "k", int)
    assert str(caught.value) == "k: 2 values where one belongs"


def fields_of(features: dict[str, list[Any]], count: int = 1) -> tuple[dict[str, object], list[str]]:
    told: list[str] = []
    read = optional_fields({f"image/object/{key}": values for key, values in features.items()}, count)
    return read(0, (1, 2, 5, 4), lambda key, fact: told.append(f"{key}: {fact}")), told


@pytest.mark.parametrize(
    "key, value, meaning, fact",
    [
        ("difficult", 2, False, "2 is neither 0 nor 1"),
        ("difficult", 1.0, True, "1.0 is no whole number; 1 is taken"),
        ("is_crowd", float("nan"), False, "nan is neither 0 nor 1"),
        ("group_of", b"1", False, "b'1' is neither 0 nor 1"),
        ("occluded", 7, None, "7 is none of 0, 1, 2, 3"),
        ("occluded", 0.0, 0, "0.0 is no whole number; 0 is taken"),
        ("occluded", 1.5, None, "1.5 is none of 0, 1, 2, 3"),
        ("occluded", b"2", None, "b'2' is none of 0, 1, 2, 3"),
        ("truncated", 1.5, None, "1.5 is no share from 0 to 1"),
        ("truncated", float("nan"), None, "nan is no share from 0 to 1"),
        ("truncated", -0.5, None, "-0.5 is no share from 0 to 1"),
        ("truncated", b"0", None, "b'0' is no share from 0 to 1"),
        ("view", 1, None, "1 is no text"),
        ("area", float("inf"), None, "inf is no area"),
        ("area", -2.0, None, "-2.0 is no area"),
        ("area", b"2", None, "b'2' is no area"),
        ("segment/area", float("nan"), None, "nan is no area"),
    ],
)
def test_a_value_out_of_range_is_unknown_and_told(key: str, value: object, meaning: object, fact: str):
    fields, told = fields_of({key: [value]})
    assert list(fields.values()) == [meaning] and told == [f"image/object/{key}: {fact}"]


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), b"1"])
def test_a_bad_number_in_a_3d_column_leaves_the_others(value: object):
    fields, told = fields_of({"3d_bbox/x": [value], "3d_bbox/y": [2.0], "alpha": [-10.0]})
    assert fields == {"cuboid": Cuboid(y=2)}
    assert told == [f"image/object/3d_bbox/x: {value!r} is not a finite number"]


@pytest.mark.parametrize(
    "key, values, name, expected",
    [
        ("truncated", [1, 0], "truncated", 1.0),  # VOC's script writes integers
        ("truncated", [0.30000001192092896, 0], "truncated", 0.3),
        ("truncated", [-1.0, 0], "truncated", None),
        ("occluded", [-1, 0], "occluded", None),
        ("difficult", [-1, 0], "difficult", False),
        ("view", [b"", b""], "pose", None),
        ("view", [b"L\xff", b""], "pose", "L\udcff"),
        ("area", [-1.0, 0], "area", None),
        ("area", [8.0, 0], "area", None),  # the box's own
        ("area", [5, 0], "area", 5.0),
        ("segment/area", [5.5, 0], "area", 5.5),
    ],
)
def test_what_others_write_is_understood(key: str, values: list[Any], name: str, expected: object):
    assert fields_of({key: values}, 2) == ({name: expected}, [])


@pytest.mark.parametrize("key", ["difficult", "truncated", "view", "area", "3d_bbox/x"])
def test_a_list_of_another_length_is_refused(key: str):
    with pytest.raises(ValueError) as caught:
        fields_of({key: [b"1", b"2"]})
    assert str(caught.value) == f"image/object/{key}: 2 values for 1 box"
    with pytest.raises(ValueError) as caught:
        fields_of({key: [b"1"]}, 0)
    assert str(caught.value) == f"image/object/{key}: 1 values for 0 boxes"
