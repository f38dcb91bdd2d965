"""TensorFlow itself reads what we write, and we read what TensorFlow writes."""

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from boxwright.core.images.image_file import ImageFile
from boxwright.core.read import read
from boxwright.core.schema import Box, Dataset, ImageRecord
from boxwright.core.tfrecord.adapter import ADAPTER
from boxwright.core.write import write

Picture = Callable[..., bytes]

# What the OD API's TfExampleDecoder asks for (without masks and keypoints).
SPECIFICATION = {
    "image/encoded": tf.io.FixedLenFeature((), tf.string),
    "image/format": tf.io.FixedLenFeature((), tf.string),
    "image/filename": tf.io.FixedLenFeature((), tf.string),
    "image/key/sha256": tf.io.FixedLenFeature((), tf.string),
    "image/source_id": tf.io.FixedLenFeature((), tf.string),
    "image/height": tf.io.FixedLenFeature((), tf.int64),
    "image/width": tf.io.FixedLenFeature((), tf.int64),
    **{
        f"image/object/{key}": tf.io.VarLenFeature(dtype)
        for dtype, keys in {
            tf.float32: "bbox/xmin bbox/xmax bbox/ymin bbox/ymax area weight",
            tf.int64: "class/label is_crowd difficult group_of",
            tf.string: "class/text",
        }.items()
        for key in keys.split()
    },
}
BOXES = (
    Box(label="hand", x_min=1, y_min=0, x_max=8, y_max=3, difficult=True, truncated=0.25, occluded=2),
    Box(label="dog 🐕", x_min=0.5, y_min=1.5, x_max=2.25, y_max=6, crowd=True, area=7.5, pose="Left"),
    Box(label="hand", x_min=0, y_min=0, x_max=8, y_max=6, group_of=True),
)


def parsed(path: Path, specification: Mapping[str, Any] = SPECIFICATION) -> list[dict[str, Any]]:
    """All records of a file as `tf.data` gives them; sparse lists as dense ones."""
    records = tf.data.TFRecordDataset(str(path)).map(
        lambda data: tf.io.parse_single_example(data, specification)
    )
    return [{key: _dense(value) for key, value in record.items()} for record in records]


def _dense(value: Any) -> Any:
    value = tf.sparse.to_dense(value) if isinstance(value, tf.SparseTensor) else value
    return value.numpy()


def written(folder: Path, records: list[ImageRecord], **options: object) -> Path:
    dataset = Dataset(None, lambda: iter(records))
    write(dataset, folder / "out", format="tfrecord", name="set", **options)
    return folder / "out"


@pytest.fixture
def record(tmp_path: Path, picture: Picture) -> Callable[..., ImageRecord]:
    """A function that makes a record of an image that exists."""

    def make(name: str = "a/b.jpg", data: bytes | None = None, **fields: Any) -> ImageRecord:
        file = tmp_path / name.replace("/", "_")
        file.write_bytes(picture() if data is None else data)
        return ImageRecord(path=name, **{"width": 8, "height": 6} | fields, file=ImageFile(file))

    return make


def test_tensorflow_reads_the_values_that_we_wrote(tmp_path: Path, record: Any, picture: Picture):
    folder = written(tmp_path, [record(boxes=BOXES, source_id="17", group="g")])
    [found] = parsed(folder / "set.tfrecord")
    assert found.pop("image/encoded") == picture()
    sha256 = found.pop("image/key/sha256")
    assert len(sha256) == 64 and sha256.isalnum()
    fractions = {
        "xmin": [1 / 8, 0.5 / 8, 0],
        "xmax": [1, 2.25 / 8, 1],
        "ymin": [0, 1.5 / 6, 0],
        "ymax": [0.5, 1, 1],
    }
    for key, values in fractions.items():
        np.testing.assert_array_equal(found.pop(f"image/object/bbox/{key}"), np.array(values, "f4"))
    assert {
        key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in found.items()
    } == {
        "image/format": b"jpeg",
        "image/filename": b"a/b.jpg",
        "image/source_id": b"17",
        "image/height": 6,
        "image/width": 8,
        "image/object/class/text": [b"hand", "dog 🐕".encode(), b"hand"],
        "image/object/class/label": [2, 1, 2],
        "image/object/difficult": [1, 0, 0],
        "image/object/is_crowd": [0, 1, 0],
        "image/object/group_of": [0, 0, 1],
        "image/object/area": [21.0, 7.5, 48.0],
        "image/object/weight": [],
    }


def test_tensorflow_parses_an_image_without_boxes(tmp_path: Path, record: Any):
    folder = written(tmp_path, [record(), record("c.jpg", boxes=BOXES)])
    empty, full = (
        [len(value) for key, value in found.items() if key.startswith("image/object/")]
        for found in parsed(folder / "set.tfrecord")
    )
    assert set(empty) == {0} and sorted(full) == [0, *[3] * 10]  # no box has a weight


def test_the_other_keys_have_the_types_that_are_written_in_the_table(tmp_path: Path, record: Any):
    keys = {"truncated": tf.float32, "occluded": tf.int64, "view": tf.string}
    specification = {f"image/object/{key}": tf.io.VarLenFeature(dtype) for key, dtype in keys.items()}
    [found] = parsed(written(tmp_path, [record(boxes=BOXES)]) / "set.tfrecord", specification)
    assert {key: value.tolist() for key, value in found.items()} == {
        "image/object/truncated": [0.25, -1, -1],
        "image/object/occluded": [2, -1, -1],
        "image/object/view": [b"", b"Left", b""],
    }


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF"])
def test_tensorflow_decodes_the_image_that_we_passed_through(
    kind: str, tmp_path: Path, record: Any, picture: Any
):
    data = picture(kind=kind)
    folder = written(tmp_path, [record(f"a.{kind.lower()}", data)])
    [found] = parsed(folder / "set.tfrecord")
    assert found["image/format"] == kind.lower().encode() and found["image/encoded"] == data
    pixels = tf.io.decode_image(found["image/encoded"], channels=3, expand_animations=False).numpy()
    shown = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    assert np.abs(pixels.astype(int) - shown).max() <= 1  # two libraries, two inverse cosine transforms


def test_tensorflow_reads_our_shards_in_our_order(tmp_path: Path, record: Any):
    folder = written(tmp_path, [record(f"{number}.jpg") for number in range(7)], shards=3)
    names = [found["image/filename"] for path in sorted(folder.glob("*.tfrecord*")) for found in parsed(path)]
    assert names == [b"%d.jpg" % number for number in range(7)]


def test_we_read_what_tensorflows_writer_wrote(tmp_path: Path, picture: Picture):
    features = {
        "image/encoded": [picture(kind="PNG")],
        "image/filename": [b"a.png"],
        "image/source_id": [b"17"],
        "image/object/bbox/xmin": [0.125, 0.0],
        "image/object/bbox/xmax": [0.5, 1.0],
        "image/object/bbox/ymin": [0.0, 0.5],
        "image/object/bbox/ymax": [1.0, 1.0],
        "image/object/class/text": [b"hand", b"foot"],
        "image/object/truncated": [0, 1],
        "image/object/occluded": [3, -1],
        "image/height": [6],
        "image/width": [8],
    }
    with tf.io.TFRecordWriter(str(tmp_path / "a.record-00000-of-00001")) as file:
        file.write(_example(features))
        file.write(_example({"image/encoded": [picture()], "image/filename": [b"b.jpg"]}))
    first, second = read(tmp_path, "tfrecord")
    assert first == ImageRecord(
        path="a.png",
        width=8,
        height=6,
        source_id="17",
        boxes=(
            Box(label="hand", x_min=1, y_min=0, x_max=4, y_max=6, truncated=0, occluded=3),
            Box(label="foot", x_min=0, y_min=3, x_max=8, y_max=6, truncated=1),
        ),
    )
    assert second == ImageRecord(path="b.jpg", width=8, height=6)
    assert [record.file.read() for record in (first, second)] == [picture(kind="PNG"), picture()]


def _example(features: dict[str, list[Any]]) -> bytes:
    feature = {key: _feature(values) for key, values in features.items()}
    return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()


def _feature(values: list[Any]) -> Any:
    if isinstance(values[0], bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    if isinstance(values[0], int):
        return tf.train.Feature(int64_list=tf.train.Int64List(value=values))
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


@pytest.mark.parametrize("compression, name", [("GZIP", "gzip"), ("ZLIB", "zlib")])
def test_a_file_that_tensorflow_compressed_is_refused_by_name(compression: str, name: str, tmp_path: Path):
    path = tmp_path / "a.tfrecord"
    with tf.io.TFRecordWriter(str(path), compression) as file:
        file.write(_example({"image/encoded": [b"x" * 100]}))
    assert ADAPTER.sniff is not None and ADAPTER.sniff(path)
    with pytest.raises(Exception) as caught:
        list(read(path))
    assert (
        str(caught.value) == f"a.tfrecord: record[0]: the file is compressed with {name}: decompress it first"
    )


def test_we_read_the_records_of_the_original_scripts(originals: Path):
    names = {path.name for path in originals.iterdir() if path.suffix not in (".json", ".npz")} - {"inputs"}
    assert len(names) == 11
    label_map = originals / "inputs/label_map.pbtxt"
    for name in names:
        records = list(read(originals / name, "tfrecord", strict=True, label_map=label_map))
        theirs = parsed(originals / name)
        assert [record.path for record in records] == [found["image/filename"].decode() for found in theirs]
        for record, found in zip(records, theirs, strict=True):
            assert record.file.read() == found["image/encoded"]
            labels = [text.decode() for text in found["image/object/class/text"]]
            assert [box.label for box in record.boxes] == labels
            scale = np.array([record.width, record.height] * 2)
            edges = [found[f"image/object/bbox/{key}"] for key in ("xmin", "ymin", "xmax", "ymax")]
            ours = np.array([box.edges for box in record.boxes]).reshape(-1, 4)
            np.testing.assert_allclose(ours, np.stack(edges, axis=1) * scale, atol=1e-3)
