from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.resizer import resize
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.image_resizer import (
    FixedShapeResizer,
    ImageResizer,
    KeepAspectRatioResizer,
)
from boxwright.core.pipeline.text import parse_config
from tests.core.detector.formula_image import formula_image

ROOT = Path(__file__).parents[3]
SIZES = [(417, 650), (1200, 400), (100, 100), (600, 1024), (333, 1000), (720, 1280), (183, 275)]
CONFIGS = ["fixed_300x300", "fixed_640x640", "keep_600_1024", "keep_600_1024_pad"]


@pytest.fixture(scope="session")
def kept() -> dict[str, np.ndarray]:
    with np.load(ROOT / "tests" / "data" / "reference" / "resizers.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="session")
def measured(reference: Path) -> dict[str, np.ndarray]:
    with np.load(reference / "forward" / "resizers.npz") as arrays:
        return dict(arrays)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("config", CONFIGS)
def test_sizes_and_pixels_are_the_originals(config: str, size: tuple[int, int], kept: dict[str, np.ndarray]):
    assert_as_measured(config, size, kept)


@pytest.mark.parametrize("config", CONFIGS)
def test_all_measured_pixels_are_the_originals(config: str, measured: dict[str, np.ndarray]):
    for size in SIZES:
        assert_as_measured(config, size, measured)


def assert_as_measured(config: str, size: tuple[int, int], measured: dict[str, np.ndarray]) -> None:
    key = f"{config}/{size[0]}x{size[1]}"
    resizer = resizer_of(str(measured[f"{config}/config"]))
    resized, true_size = resize(tf.constant(formula_image(*size), tf.float32), resizer)
    assert [*true_size.numpy(), 3] == list(measured[f"{key}/true_shape"])
    assert resized.shape == tuple(measured[f"{key}/shape"])
    pixels = resized.numpy()
    np.testing.assert_allclose(pixels.ravel()[measured[f"{key}/idx"]], measured[f"{key}/val"], atol=1e-3)
    np.testing.assert_allclose(pixels[:4, :4], measured[f"{key}/corner"], atol=1e-3)


def resizer_of(text: str) -> ImageResizer:
    model = parse_config(f"model {{ ssd {{ image_resizer {{ {text} }} }} }}", "test").model.ssd
    assert model is not None
    return model.image_resizer


def test_a_pixels_source_is_its_place_times_the_scale():
    image = formula_image(7, 11).astype(np.float32)
    resized, _ = resize(tf.constant(image), fixed(5, 17))
    np.testing.assert_allclose(resized, bilinear(image, 5, 17), atol=1e-4)


def bilinear(image: np.ndarray, height: int, width: int) -> np.ndarray:
    for axis, size in enumerate((height, width)):
        place = np.arange(size) * image.shape[axis] / size
        low = place.astype(int)
        high = np.minimum(low + 1, image.shape[axis] - 1)
        share = (place - low).reshape([-1, 1, 1] if axis == 0 else [1, -1, 1])
        image = image.take(low, axis) * (1 - share) + image.take(high, axis) * share
    return image


def fixed(height: int, width: int) -> ImageResizer:
    return ImageResizer(fixed_shape_resizer=FixedShapeResizer(height=height, width=width))


def test_a_batch_is_resized_as_its_images_are():
    images = np.stack([formula_image(20, 30, b) for b in (0, 1)])
    together, size = resize(tf.constant(images), fixed(8, 9))
    assert tuple(size.numpy()) == (8, 9)
    for image, one in zip(images, together, strict=True):
        np.testing.assert_array_equal(resize(tf.constant(image), fixed(8, 9))[0], one)


@pytest.mark.parametrize("pad", [False, True])
def test_images_of_unknown_size_are_resized_in_a_data_set(pad: bool):
    keeping = KeepAspectRatioResizer(min_dimension=40, max_dimension=60, pad_to_max_dimension=pad)
    resizer = ImageResizer(keep_aspect_ratio_resizer=keeping)
    images = [formula_image(20, 30), formula_image(90, 31)]
    data = tf.data.Dataset.from_generator(
        lambda: iter(images), output_signature=tf.TensorSpec([None, None, 3], tf.uint8)
    )
    found = list(data.map(lambda image: resize(image, resizer)))
    assert [tuple(size.numpy()) for _, size in found] == [(40, 60), (60, 21)]
    for image, (resized, _) in zip(images, found, strict=True):
        np.testing.assert_array_equal(resize(tf.constant(image), resizer)[0], resized)


def test_padding_is_below_and_to_the_right_in_the_stated_colour():
    keeping = KeepAspectRatioResizer(
        min_dimension=2, max_dimension=4, pad_to_max_dimension=True, per_channel_pad_value=(1.0, 2.0, 3.0)
    )
    image = np.full([2, 4, 3], 9, np.uint8)
    padded, size = resize(tf.constant(image), ImageResizer(keep_aspect_ratio_resizer=keeping))
    assert tuple(size.numpy()) == (2, 4)
    np.testing.assert_array_equal(padded[:2], np.full([2, 4, 3], 9.0))
    np.testing.assert_array_equal(padded[2:], np.broadcast_to([1.0, 2.0, 3.0], [2, 4, 3]))


@pytest.mark.parametrize("method", ["NEAREST_NEIGHBOR", "BICUBIC", "AREA"])
def test_every_method_keeps_an_even_colour(method: str):
    chosen = FixedShapeResizer(height=5, width=6, resize_method=method)
    resized, _ = resize(
        tf.fill([1, 9, 7, 3], tf.constant(7, tf.uint8)), ImageResizer(fixed_shape_resizer=chosen)
    )
    np.testing.assert_allclose(resized, np.full([1, 5, 6, 3], 7.0), rtol=1e-6)
    assert resized.dtype == tf.float32


def test_no_resizer_is_an_error():
    with pytest.raises(ConfigError) as caught:
        resize(tf.zeros([4, 4, 3]), ImageResizer())
    assert str(caught.value) == (
        "image_resizer: states no resizer\n  hint: fixed_shape_resizer { height: 300 width: 300 }"
    )
