"""TFRecords as an adapter: layouts, what others write, and files that somebody damaged."""

import gzip
import json
import math
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from boxwright.core.errors import AnnotationError, OptionError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.problems import Action, Problem
from boxwright.core.read import read
from boxwright.core.schema import Box, Cuboid, Dataset, ImageRecord, Info
from boxwright.core.tfrecord.adapter import ADAPTER
from boxwright.core.tfrecord.example import decode, encode
from boxwright.core.tfrecord.framing import framed, unframed
from boxwright.core.tfrecord.proto import message
from boxwright.core.write import write

Picture = Callable[..., bytes]
HAND = Box(label="hand", x_min=1, y_min=2, x_max=5, y_max=4)
FULL = Box(
    label="hand",
    x_min=1.5,
    y_min=0,
    x_max=8,
    y_max=5.125,
    difficult=True,
    truncated=0.3,
    occluded=1,
    crowd=True,
    group_of=True,
    area=12.5,
    pose="Left",
    cuboid=Cuboid(alpha=-1.57, x=2.5),
)
_KINDS = {bytes: "bytes_list", float: "float_list", int: "int64_list"}


def example(features: Mapping[str, list[Any]]) -> bytes:
    """A serialised Example; a list's first value decides its kind, an empty one has none."""
    made = message("tensorflow.Example")()
    for key, values in features.items():
        if values:
            getattr(made.features.feature[key], _KINDS[type(values[0])]).value.extend(values)
    return made.SerializeToString(deterministic=True)  # keys are sorted


def file_of(path: Path, *examples: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(part for data in examples for part in framed(data)))
    return path


@pytest.fixture
def features(picture: Picture) -> dict[str, list[Any]]:
    """What a record with two boxes and every key states."""
    record = ImageRecord(path="a.jpg", width=8, height=6, boxes=(FULL, HAND), source_id="17", group="g")
    return decode(encode(record, picture(), "jpeg", {"hand": 1}))


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., tuple[list[ImageRecord], list[str]]]:
    """A function that reads records of some features; gives them, and the problems of x.tfrecord as texts."""

    def run(*records: Mapping[str, list[Any]], on: Mapping[str, Action] | None = None) -> Any:
        file_of(tmp_path / "x.tfrecord", *map(example, records))
        problems: list[Problem] = []
        return list(read(tmp_path, "tfrecord", on_problem=problems.append, on=on)), list(map(told, problems))

    return run


@pytest.fixture
def refusal(reading: Any) -> Callable[..., str]:
    """A function that gives the error of reading records of some features."""

    def run(*records: Mapping[str, list[Any]]) -> str:
        with pytest.raises(AnnotationError) as caught:
            reading(*records)
        return str(caught.value)

    return run


def told(problem: Problem) -> str:
    return f"{problem.where}: {problem.code}: {problem.message}"


def error_of(path: Path, **options: object) -> str:
    with pytest.raises(AnnotationError) as caught:
        list(read(path, "tfrecord", **options))
    return str(caught.value)


# Written and read back.


def test_a_data_set_comes_back_with_splits_info_and_label_order(tmp_path: Path, picture: Picture):
    (tmp_path / "a.jpg").write_bytes(picture())
    common = {"width": 8, "height": 6, "file": ImageFile(tmp_path / "a.jpg")}
    records = [
        ImageRecord(path="a.jpg", boxes=(FULL, HAND), split="train", group="g", source_id="17", **common),
        ImageRecord(path="b/c.jpg", split="my_part", **common),
        ImageRecord(path="d\udcff.jpg", boxes=(HAND,), **common),
    ]
    info = Info(name="hands", licence="CC0", version="1", source="https://example.org")
    dataset = Dataset(("paw", "hand"), lambda: iter(records), info)
    write(dataset, tmp_path / "out", format="tfrecord", name="latest_test", shards=2)
    back = read(tmp_path / "out")
    # The files' order is that of their names; a file name that ends in _test tells no split here.
    assert sorted(back, key=lambda record: record.path) == records
    assert (back.labels, back.info, back.problems) == (("paw", "hand"), info, [])


def test_the_bytes_of_images_are_those_in_the_file(tmp_path: Path, picture: Picture):
    images = [picture(), picture(seed=50), picture()]
    first, second, third = ({"image/encoded": [image], "image/filename": [b"a.jpg"]} for image in images)
    preview = {"image/decoy": [images[2][:200]]}  # stands before image/encoded, as keys are sorted
    file_of(tmp_path / "a.tfrecord", example(first), example(second), example(preview | third))
    assert [record.file.read() for record in read(tmp_path)] == images


# Layouts.


def names(path: Path, **options: object) -> list[tuple[str, str | None]]:
    return [(record.path, record.split) for record in read(path, "tfrecord", **options)]


@pytest.fixture
def named(picture: Picture) -> Callable[[str], bytes]:
    """A function that gives the Example of an image of some name."""
    return lambda name: example({"image/encoded": [picture()], "image/filename": [name.encode()]})


def test_files_are_read_in_the_order_of_their_names_and_tell_their_split(tmp_path: Path, named: Any):
    file_of(tmp_path / "coco_val.record-00001-of-00002", named("2.jpg"))
    file_of(tmp_path / "coco_val.record-00000-of-00002", named("1.jpg"))
    file_of(tmp_path / "pascal_train.record", named("3.jpg"))
    file_of(tmp_path / "more.tfrecord", named("0.jpg"))
    assert names(tmp_path) == [("1.jpg", "val"), ("2.jpg", "val"), ("0.jpg", None), ("3.jpg", "train")]


def test_a_folder_tells_the_split_where_the_file_does_not(tmp_path: Path, named: Any):
    # As Roboflow exports TFRecords.
    for split in ("train", "valid", "other"):
        file_of(tmp_path / split / "Hands.tfrecord", named(f"{split}.jpg"))
    assert names(tmp_path) == [("other.jpg", None), ("train.jpg", "train"), ("valid.jpg", "valid")]


def test_a_single_file_of_a_set_can_be_read(tmp_path: Path, named: Any):
    path = file_of(tmp_path / "coco_val.record-00001-of-00002", named("2.jpg"))
    assert names(path) == [("2.jpg", "val")]


@pytest.mark.parametrize("present", [["00001"], ["00000", "00001"]])
def test_a_set_with_missing_shards_is_refused(present: list[str], tmp_path: Path, named: Any):
    for number in present:
        file_of(tmp_path / f"x.record-{number}-of-00003", named("1.jpg"))
    assert error_of(tmp_path) == (
        f"x.record-{present[0]}-of-00003: {len(present)} of the 3 shards of x.record are here\n"
        "  hint: bring the others, or read a single file"
    )


def test_one_shard_under_two_extensions_does_not_stand_for_the_other(tmp_path: Path, named: Any):
    for extension in ("record", "tfrecord"):
        file_of(tmp_path / f"x-00000-of-00002.{extension}", named("1.jpg"))
    assert error_of(tmp_path).startswith("x-00000-of-00002.tfrecord: 1 of the 2 shards of x are here")


def test_an_empty_file_is_a_shard_without_records(tmp_path: Path):
    (tmp_path / "x.tfrecord").touch()
    assert ADAPTER.sniff is not None and ADAPTER.sniff(tmp_path)
    assert names(tmp_path) == []


def test_a_folder_without_record_files_is_refused(tmp_path: Path):
    (tmp_path / "a.csv").touch()
    assert error_of(tmp_path) == (
        f"{tmp_path}: holds no TFRecord files\n  hint: they end in .tfrecord or .record"
    )


@pytest.mark.parametrize("inside", ["", "part"])
def test_a_file_that_gzip_packed_is_refused_by_name(inside: str, tmp_path: Path, named: Any):
    data = file_of(tmp_path / "x.tfrecord", named("1.jpg")).read_bytes()
    (tmp_path / "x.tfrecord").unlink()
    packed = tmp_path / inside / "x.tfrecord.gz"
    packed.parent.mkdir(exist_ok=True)
    packed.write_bytes(gzip.compress(data))
    expected = "x.tfrecord.gz: is compressed with gzip\n  hint: gunzip it first"
    assert error_of(packed) == expected
    assert error_of(tmp_path) == f"{f'{inside}/' if inside else ''}{expected}"


@pytest.mark.parametrize("data", [b"x" * 20, b"x", b"\x08\0\0\0\0\0\0\0\0\0\0\0"])
def test_a_file_that_only_has_the_name_is_not_taken_for_tfrecords(data: bytes, tmp_path: Path):
    (tmp_path / "x.record").write_bytes(data)
    assert ADAPTER.sniff is not None and not ADAPTER.sniff(tmp_path)
    with pytest.raises(OptionError):
        read(tmp_path)


def test_more_shards_than_names_can_count_are_refused(tmp_path: Path):
    with pytest.raises(OptionError) as caught:
        write(Dataset(None, lambda: iter(())), tmp_path / "out", format="tfrecord", shards=100_000)
    assert str(caught.value) == (
        "tfrecord option shards = 100000: input should be less than or equal to 99999"
    )


# Labels.


IDS_ALONE = {"image/object/class/label": [1, 3], "image/object/class/text": []}


def test_ids_without_names_are_looked_up_in_the_label_map(features: Any, reading: Any, tmp_path: Path):
    (tmp_path / "x.pbtxt").write_text("item { id: 3 name: 'dog' } item { id: 1 name: 'cat' }")
    [record], problems = reading(features | IDS_ALONE)
    assert [box.label for box in record.boxes] == ["cat", "dog"] and problems == []
    assert read(tmp_path).labels == ("cat", "dog")


def test_names_win_over_ids_as_in_the_od_api(features: Any, reading: Any, tmp_path: Path):
    (tmp_path / "x.pbtxt").write_text("item { id: 1 name: 'cat' }")
    [record], _ = reading(features)
    assert [box.label for box in record.boxes] == ["hand", "hand"]


def test_of_several_label_maps_the_one_named_so_counts(features: Any, reading: Any, tmp_path: Path):
    (tmp_path / "graph.pbtxt").write_text("node { name: 'conv' }")
    (tmp_path / "my_label_map.pbtxt").write_text("item { id: 1 name: 'cat' } item { id: 3 name: 'dog' }")
    [record], _ = reading(features | IDS_ALONE)
    assert [box.label for box in record.boxes] == ["cat", "dog"]


def test_a_label_map_elsewhere_is_an_option(features: Any, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere/labels.txt"
    elsewhere.parent.mkdir()
    elsewhere.write_text("item { id: 1 name: 'cat' } item { id: 3 name: 'dog' }")
    path = file_of(tmp_path / "x.tfrecord", example(features | IDS_ALONE))
    assert read(path, label_map=elsewhere).labels == ("cat", "dog")
    gone = tmp_path / "gone.pbtxt"
    assert error_of(path, label_map=gone) == "gone.pbtxt: cannot be read: No such file or directory"


@pytest.mark.parametrize("ids", [[1, 1], [0, 1], [-5, 1]])
def test_an_id_without_a_label_map_is_refused(ids: list[int], features: Any, refusal: Any):
    assert refusal(features | {"image/object/class/text": [], "image/object/class/label": ids}) == (
        f"x.tfrecord: record[0]: image/object/class/label: id {ids[0]} is in no label map (option label_map)"
    )


# Manifests, ours and others'.


@pytest.mark.parametrize(
    "content",
    [
        {"shards": 5, "info": 7, "splits": 3},
        {
            "shards": [
                5,
                {"file": 1, "split": "a"},
                {"file": "x.tfrecord", "split": 5},
                {"file": "x.tfrecord"},
            ]
        },
        {"info": {"name": 7, "other": 1, "licence": None}, "shards": None},
    ],
)
def test_a_damaged_manifest_is_passed_over(content: Any, features: Any, reading: Any, tmp_path: Path):
    (tmp_path / "x_manifest.json").write_text(json.dumps({"tool": "boxwright"} | content))
    [record], problems = reading(features)
    assert record.split is None and problems == []


# Damaged files.


def outcome(path: Path) -> str:
    """How reading a file ends; anything but an AnnotationError passes through and fails the test."""
    problems: list[Problem] = []
    try:
        list(read(path, "tfrecord", on_problem=problems.append))
    except AnnotationError as error:
        return str(error)
    return f"{len(problems)} problems"


@pytest.fixture
def small(features: Any) -> bytes:
    """An Example with every key, whose image is a few bytes and none."""
    return example(features | {"image/encoded": [b"\xff\xd8\xff"]})


def test_every_cut_file_is_refused(small: bytes, tmp_path: Path):
    path = file_of(tmp_path / "x.tfrecord", small)
    data = path.read_bytes()
    for length in range(1, len(data)):
        path.write_bytes(data[:length])
        what = "'s header" if length < 12 else ""
        assert outcome(path) == f"x.tfrecord: record[0]: the file is cut inside a record{what}"


def test_every_flipped_byte_is_found(small: bytes, tmp_path: Path):
    path = file_of(tmp_path / "x.tfrecord", small)
    data = path.read_bytes()
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :])
        what = "length is" if place < 12 else "bytes are"
        assert outcome(path) == f"x.tfrecord: record[0]: a record's {what} damaged (checksum differs)"


@pytest.mark.parametrize("flip", [0x01, 0x80])
def test_a_byte_flipped_before_the_checksum_was_made_does_no_harm(flip: int, small: bytes, tmp_path: Path):
    for place in range(len(small)):
        damaged = small[:place] + bytes([small[place] ^ flip]) + small[place + 1 :]
        outcome(file_of(tmp_path / "x.tfrecord", damaged))


KEYS = [
    *("image/encoded", "image/filename", "image/source_id", "image/group", "image/width", "image/height"),
    *(
        "image/object/bbox/xmin",
        "image/object/bbox/ymax",
        "image/object/class/text",
        "image/object/class/label",
    ),
    *("image/object/difficult", "image/object/is_crowd", "image/object/group_of", "image/object/truncated"),
    *("image/object/occluded", "image/object/view", "image/object/area", "image/object/segment/area"),
    *("image/object/alpha", "image/object/3d_bbox/x", "image/format", "image/object/mask"),
]
VALUES = st.one_of(
    st.lists(st.binary(max_size=4) | st.sampled_from([b"a.jpg", b"../a", b"\xff", b"/"]), max_size=3),
    st.lists(st.floats(width=32), max_size=3),
    st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-1, 4), max_size=3),
)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, min_size=1, max_size=3), st.booleans())
def test_any_values_in_any_key_are_read_or_refused(
    base: dict[str, list[Any]], folder: Path, changed: dict[str, list[Any]], alone: bool
):
    outcome(file_of(folder / "x.tfrecord", example(changed if alone else base | changed)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any")


@pytest.fixture(scope="module")
def base(picture: Picture) -> dict[str, list[Any]]:
    record = ImageRecord(path="a.jpg", width=8, height=6, boxes=(FULL, HAND))
    return decode(encode(record, picture(), "jpeg", {"hand": 1}))


@pytest.mark.parametrize(
    "changed, fact",
    [
        ({"image/encoded": [1]}, "image/encoded: holds integers where bytes belong"),
        ({"image/encoded": [b"a", b"b"]}, "image/encoded: 2 values where one belongs"),
        ({"image/filename": [1.0]}, "image/filename: holds floats where bytes belong"),
        ({"image/width": [8.0]}, "image/width: holds floats where integers belong"),
        ({"image/height": [b"6"]}, "image/height: holds bytes where integers belong"),
        ({"image/object/bbox/xmin": [0, 1]}, "image/object/bbox/xmin: holds integers where floats belong"),
        ({"image/object/bbox/xmin": [0.5]}, "image/object/bbox: 1, 2, 2, 2 edges"),
        ({"image/object/bbox/ymax": []}, "image/object/bbox: 2, 2, 2, 0 edges"),
        ({"image/object/class/text": [1, 2]}, "image/object/class/text: holds integers where bytes belong"),
        ({"image/object/class/text": [b"a"]}, "image/object/class/text: 1 values for 2 boxes"),
        ({"image/object/class/text": [b"a", b"\xff"]}, "image/object/class/text[1]: b'\\xff' is no UTF-8"),
        (
            {"image/object/class/label": [1.0, 2.0]},
            "image/object/class/label: holds floats where integers belong",
        ),
        ({"image/object/class/label": [1]}, "image/object/class/label: 1 values for 2 boxes"),
        (
            {"image/object/class/label": [], "image/object/class/text": []},
            "image/object/class: no names and no ids for 2 boxes",
        ),
        ({"image/object/difficult": [0, 1, 0]}, "image/object/difficult: 3 values for 2 boxes"),
        ({"image/encoded": [], "image/width": []}, "fractions of an image of unknown size"),
    ],
)
def test_what_cannot_be_understood_is_named(changed: Any, fact: str, features: Any, refusal: Any):
    assert refusal(features, features | changed) == f"x.tfrecord: record[1]: {fact}"


@pytest.mark.parametrize("value, shown", [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")])
def test_an_edge_that_is_not_finite_is_refused(value: float, shown: str, features: Any, refusal: Any):
    assert refusal(features | {"image/object/bbox/ymin": [0.0, value]}) == (
        f"x.tfrecord: record[0] image/object[1]: bbox/ymin: {shown} is not a finite number"
    )


def test_an_empty_label_is_refused(features: Any, refusal: Any):
    assert refusal(features | {"image/object/class/text": [b"hand", b""]}) == (
        "x.tfrecord: record[0] image/object[1]: label = '': string should have at least 1 character"
    )


@pytest.mark.parametrize(
    "key, value, shown",
    [
        ("occluded", 7, "7 is none of 0, 1, 2, 3"),
        ("truncated", 1.5, "1.5 is no share from 0 to 1"),
        ("area", math.nan, "nan is no area"),
        ("3d_bbox/x", math.nan, "nan is not a finite number"),
    ],
)
def test_an_optional_value_out_of_range_is_unknown(
    key: str, value: Any, shown: str, features: Any, reading: Any
):
    first = features[f"image/object/{key}"][0]
    [record], problems = reading(features | {f"image/object/{key}": [first, value]})
    assert problems == [f"record[0] image/object/{key}[1]: invalid_attribute: {shown}"]
    assert record.boxes == (FULL, HAND)


def test_an_optional_value_out_of_range_can_be_an_error(features: Any, reading: Any):
    with pytest.raises(AnnotationError) as caught:
        reading(features | {"image/object/occluded": [1, 7]}, on={"invalid_attribute": "fail"})
    assert str(caught.value) == (
        "x.tfrecord: record[0] image/object/occluded[1]: invalid_attribute: 7 is none of 0, 1, 2, 3"
    )


def test_a_record_without_an_image_is_kept_with_its_declared_size(features: Any, reading: Any):
    [record], problems = reading(features | {"image/encoded": []})
    assert problems == ["record[0] image/encoded: missing_image: no image"]
    assert (record.width, record.height, record.file, record.boxes) == (8, 6, None, (FULL, HAND))


def test_fractions_of_the_displayed_grid_come_back_on_the_stored_one(tmp_path: Path):
    buffer, exif = BytesIO(), Image.Exif()
    exif[0x0112] = 6  # a viewer turns it clockwise: 20 x 40 stored as 40 x 20
    Image.new("RGB", (40, 20)).save(buffer, "JPEG", exif=exif)
    drawn = ImageRecord(
        path="a.jpg", width=20, height=40, boxes=(Box(label="hand", x_min=2, y_min=4, x_max=10, y_max=20),)
    )
    file_of(tmp_path / "x.tfrecord", encode(drawn, buffer.getvalue(), "jpeg", {"hand": 1}))
    [record] = read(tmp_path)
    assert (record.width, record.height) == (40, 20)
    assert record.boxes[0].edges == (4, 10, 20, 18)


def test_a_record_of_nothing_is_an_image_of_unknown_size(reading: Any):
    [record], problems = reading({})
    assert record == ImageRecord(path="x.tfrecord-000000", width=None, height=None)
    assert problems == [
        "record[0] image/filename: missing_field: '' is empty; 'x.tfrecord-000000' is taken",
        "record[0] image/encoded: missing_image: no image",
    ]


@pytest.mark.parametrize(
    "name, code, fact",
    [
        (b"", "missing_field", "is empty"),
        (b"../../a.jpg", "unsafe_path", "leaves its folder"),
        (b"/home/a.jpg", "unsafe_path", "is absolute"),
        (b"C:\\a.jpg", "unsafe_path", "is absolute"),
        (b"a\0.jpg", "unsafe_path", "holds a NUL character"),
        (b"http://x/a.jpg", "unsafe_path", "is a URL"),
    ],
)
def test_an_image_without_a_safe_name_gets_one_of_its_file_and_number(
    name: bytes, code: str, fact: str, features: Any, tmp_path: Path
):
    stem = "part.record-00000-of-00001"
    data = example(features | {"image/filename": [name], "image/source_id": [name]})
    file_of(tmp_path / "sub" / stem, data, data)
    dataset = read(tmp_path)
    first, second = dataset
    # Every shard of a set counts from 0, so the whole name of the file is part of it.
    assert (first.path, second.path) == (f"sub/{stem}-000000", f"sub/{stem}-000001")
    assert first.source_id == (name.decode() or None)
    shown = f"{name.decode()!r} {fact}; 'sub/{stem}-000000' is taken"
    assert told(dataset.problems[0]) == f"record[0] image/filename: {code}: {shown}"


def test_a_file_of_an_odd_name_gives_safe_names(features: Any, tmp_path: Path):
    file_of(tmp_path / "c:\\x y.tfrecord", example(features | {"image/filename": []}))
    [record] = read(tmp_path)
    assert record.path == "c__x_y.tfrecord-000000"


def test_a_declared_size_that_is_not_the_images_is_told(features: Any, reading: Any):
    [record], problems = reading(features | {"image/width": [80]})
    assert problems == ["record[0] image/width: size_mismatch: 80 x 6 declared, the image is 8 x 6"]
    assert record.boxes == (FULL, HAND)


def test_a_clipped_box_does_not_keep_the_area_that_it_had_outside(features: Any, reading: Any):
    wide = features | {"image/object/bbox/xmax": [1.0, 2.0], "image/object/area": [12.5, 30.0]}
    [record], problems = reading(wide)
    assert problems == ["record[0] image/object[1]: box_outside_image: [1, 2, 16, 4] in an image of 8 x 6"]
    assert (record.boxes[1].x_max, record.boxes[1].area) == (8, None)


def test_many_records_after_a_hostile_length_are_refused_at_once(features: Any, tmp_path: Path):
    header = b"".join(framed(b""))[:12]
    huge = (2**60).to_bytes(8, "little")
    path = file_of(tmp_path / "x.tfrecord", example(features))
    path.write_bytes(path.read_bytes() + huge + _masked_crc(huge) + header)
    begun = time.monotonic()
    assert outcome(path) == "x.tfrecord: record[1]: the file is cut inside a record"
    assert time.monotonic() - begun < 1


def _masked_crc(data: bytes) -> bytes:
    return framed(data)[2]


def test_records_of_a_written_file_stand_where_unframed_says(tmp_path: Path, features: Any):
    path = file_of(tmp_path / "x.tfrecord", example(features), example(features))
    with open(path, "rb") as file:
        places = [place for place, _ in unframed(file, path.stat().st_size)]
    records = list(read(path))
    assert all(record.file.offset > place for record, place in zip(records, places, strict=True))


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, features: Any):
    path = file_of(tmp_path / "x.tfrecord", example(features))
    dataset = read(path)
    path.unlink()
    with pytest.raises(AnnotationError) as caught:
        list(dataset)
    assert str(caught.value) == "x.tfrecord: cannot be read: No such file or directory"
