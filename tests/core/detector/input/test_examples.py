import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from boxwright.core.detector.input.class_names import ClassNames, read_class_names
from boxwright.core.detector.input.examples import Example, decoded
from boxwright.core.detector.input.records import find_records
from boxwright.core.detector.input.source import examples, stored

Make = Callable[..., bytes]
NAMES = ClassNames(pairs=(("hand", 1), ("foot", 2)))
BOXES = [(0.1, 0.2, 0.3, 0.4), (0.5, 0.5, 1.0, 0.75)]


@pytest.fixture(params=["eager", "tf.data"])
def decode(request: pytest.FixtureRequest) -> Callable[[bytes], Example]:
    def by_data(data: bytes) -> Example:
        each = tf.data.Dataset.from_tensors(data).map(lambda serialized: decoded(serialized, NAMES))
        return each.get_single_element()

    return by_data if request.param == "tf.data" else lambda data: decoded(tf.constant(data), NAMES)


def test_what_is_not_stated_has_defaults(decode: Callable[[bytes], Example], example: Make, png: Make):
    found = decode(example(BOXES, ["foot", "hand"], seed=3))
    np.testing.assert_array_equal(found.image, tf.io.decode_png(png(3)))
    assert found.size.numpy().tolist() == [12, 16] and found.source_id == b"image 3"
    np.testing.assert_array_equal(found.objects.boxes, np.float32(BOXES))
    assert found.objects.classes.numpy().tolist() == [1, 0]
    assert found.objects.weights.numpy().tolist() == [1.0, 1.0]
    for name in ("difficult", "crowd", "group_of"):
        assert getattr(found.objects, name).numpy().tolist() == [False, False]
    np.testing.assert_allclose(found.objects.area, [0.2 * 12 * 0.2 * 16, 0.5 * 12 * 0.25 * 16], rtol=1e-5)


def test_what_is_stated_counts(decode: Callable[[bytes], Example], example: Make):
    found = decode(
        example(
            BOXES,
            labels=[2, 1],
            weights=[0.5, 0.0],
            difficult=[0, 1],
            crowd=[1, 0],
            group_of=[0, 1],
            area=[7.5, 2.0],
            source_id=[b""],
            filename=[b"a.jpg"],
        )
    )
    assert found.source_id == b"a.jpg"
    assert found.objects.classes.numpy().tolist() == [1, 0]
    assert found.objects.weights.numpy().tolist() == [0.5, 0.0]
    assert found.objects.difficult.numpy().tolist() == [False, True]
    assert found.objects.crowd.numpy().tolist() == [True, False]
    assert found.objects.group_of.numpy().tolist() == [False, True]
    assert found.objects.area.numpy().tolist() == [7.5, 2.0]


def test_an_object_of_an_unknown_class_is_left_out(decode: Callable[[bytes], Example], example: Make):
    found = decode(example(BOXES, ["nose", "hand"]))
    np.testing.assert_array_equal(found.objects.boxes, np.float32(BOXES[1:]))


def test_an_image_without_objects_has_none(decode: Callable[[bytes], Example], example: Make):
    found = decode(example())
    assert found.objects.boxes.shape == (0, 4) and found.objects.classes.shape == (0,)


@pytest.mark.parametrize("channels", [1, 4])
def test_every_image_has_three_channels(
    channels: int, decode: Callable[[bytes], Example], example: Make, png: Make
):
    assert decode(example(encoded=[png(channels=channels)])).image.shape == (12, 16, 3)


def test_pixels_stay_on_the_stored_grid_whatever_exif_says(decode: Callable[[bytes], Example], example: Make):
    file, exif = BytesIO(), Image.Exif()
    exif[0x0112] = 6  # rotate by a quarter when displayed
    Image.linear_gradient("L").resize((16, 12)).convert("RGB").save(file, "JPEG", exif=exif)
    assert decode(example(encoded=[file.getvalue()])).image.shape == (12, 16, 3)


LABEL_MAPS = {"coco": "inputs/coco/label_map.pbtxt"}


def test_the_originals_records_decode_as_with_the_original(reference: Path):
    folder = reference / "tfrecords"
    files = [path for path in sorted(folder.iterdir()) if path.with_name(f"{path.name}.decoded.npz").exists()]
    assert len(files) == 11
    for path in files:
        label_map = LABEL_MAPS.get(path.name.split(".")[0].split("_")[0], "inputs/label_map.pbtxt")
        names = read_class_names(folder / label_map)
        found = examples(stored(find_records([path]), names))
        with np.load(path.with_name(f"{path.name}.decoded.npz")) as arrays:
            for row, example in enumerate(found):
                prefix = f"{row}/"
                theirs = {key.removeprefix(prefix): arrays[key] for key in arrays if key.startswith(prefix)}
                _compare(example, theirs)


def _compare(found: Example, theirs: dict[str, np.ndarray]) -> None:
    assert theirs["image_dtype_sha256"].tolist() == ["uint8", hashlib.sha256(found.image.numpy()).hexdigest()]
    assert found.source_id.numpy().decode() == theirs["source_id"]
    assert found.size.numpy().tolist() == theirs["original_image_spatial_shape"].tolist()
    ours = found.objects
    np.testing.assert_array_equal(ours.boxes, theirs["groundtruth_boxes"])
    np.testing.assert_array_equal(ours.classes + 1, theirs["groundtruth_classes"])
    np.testing.assert_array_equal(ours.weights, theirs["groundtruth_weights"])
    pairs = {"difficult": "difficult", "crowd": "is_crowd", "group_of": "group_of", "area": "area"}
    for name, key in pairs.items():
        if theirs[f"groundtruth_{key}"].size:
            np.testing.assert_array_equal(getattr(ours, name), theirs[f"groundtruth_{key}"])
