import colorsys
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.augment import colour
from boxwright.core.detector.augment.sample import Sample

Make = Callable[..., Sample]
Change = Callable[[Sample, list[int]], Sample]
SEEDS = [[number, 5] for number in range(20)]

CHANGES: dict[str, Change] = {
    "brightness": partial(colour.random_brightness, max_delta=0.2),
    "contrast": partial(colour.random_contrast, low=0.8, high=1.25),
    "saturation": partial(colour.random_saturation, low=0.8, high=1.25),
    "hue": partial(colour.random_hue, max_delta=0.1),
    "distort 0": partial(colour.random_distort_colour, order=0),
    "distort 1": partial(colour.random_distort_colour, order=1),
    "grey": partial(colour.random_grey, probability=0.5),
    "channel order": colour.random_channel_order,
    "pixel scale": partial(colour.random_pixel_scale, low=0.9, high=1.1),
}


@pytest.mark.parametrize("name", CHANGES)
def test_pixels_stay_in_range_and_objects_as_they_are(name: str, make: Make):
    sample = make([[0.1, 0.2, 0.3, 0.6]], size=(6, 8))
    for seed in SEEDS[:5]:
        found = CHANGES[name](sample, seed)
        assert found.image.dtype == tf.float32 and found.image.shape == (6, 8, 3)
        assert found.image.numpy().min() >= 0.0 and found.image.numpy().max() <= 255.0
        assert found.objects is sample.objects or np.array_equal(found.objects.boxes, sample.objects.boxes)


@pytest.mark.parametrize("name", CHANGES)
def test_a_seed_decides_the_change(name: str, make: Make):
    sample = make([], size=(6, 8))
    traced = tf.function(lambda seed: CHANGES[name](sample, seed).image, autograph=False)
    images = [traced(tf.constant(seed)).numpy() for seed in SEEDS]
    # A graph may order its sums in another way than an eager run.
    np.testing.assert_allclose(images[0], CHANGES[name](sample, SEEDS[0]).image, atol=2e-4)
    np.testing.assert_array_equal(images[1], traced(tf.constant(SEEDS[1])))
    assert any(np.abs(image - images[0]).max() > 0.1 for image in images)


def test_brightness_adds_one_number(make: Make):
    sample = make([], size=(6, 8))
    deltas = []
    for seed in SEEDS:
        difference = CHANGES["brightness"](sample, seed).image - sample.image
        inside = (sample.image > 51.0) & (sample.image < 204.0)
        values = tf.boolean_mask(difference, inside).numpy()
        assert np.ptp(values) < 1e-4
        deltas.append(values[0] / 255.0)
    assert min(deltas) < -0.1 and max(deltas) > 0.1 and max(map(abs, deltas)) <= 0.2


def test_contrast_scales_differences_to_each_channels_mean():
    image = tf.constant([[[100.0, 120.0, 140.0], [110.0, 100.0, 150.0]]])
    for seed in SEEDS[:5]:
        found = colour.random_contrast(_sample(image), seed, low=0.5, high=1.5).image.numpy()
        factor = (found[0, 1, 0] - found[0, 0, 0]) / 10.0
        assert 0.5 <= factor < 1.5
        mean = image.numpy().mean(axis=(0, 1))
        np.testing.assert_allclose(found, mean + factor * (image - mean), rtol=1e-5)


def test_hue_and_saturation_are_those_of_hsv():
    rgb = (200.0, 120.0, 80.0)
    sample = _sample(tf.constant([[rgb]]))
    hue, saturation, value = colorsys.rgb_to_hsv(*rgb)
    for seed in SEEDS[:5]:
        turned = CHANGES["hue"](sample, seed).image.numpy()[0, 0]
        pale = CHANGES["saturation"](sample, seed).image.numpy()[0, 0]
        turned_hue, same_saturation, same_value = colorsys.rgb_to_hsv(*turned)
        assert abs((turned_hue - hue + 0.5) % 1.0 - 0.5) <= 0.1
        np.testing.assert_allclose([same_saturation, same_value], [saturation, value], rtol=1e-3)
        same_hue, factor, same_value = colorsys.rgb_to_hsv(*pale)
        assert 0.8 <= factor / saturation <= 1.2501
        np.testing.assert_allclose([same_hue, same_value], [hue, value], rtol=1e-3)


def test_grey_is_the_luma_in_every_channel():
    found = colour.grey(_sample(tf.constant([[[200.0, 120.0, 80.0]]]))).image
    np.testing.assert_allclose(found[0, 0], [0.2989 * 200 + 0.587 * 120 + 0.114 * 80] * 3, rtol=1e-5)


def test_channels_come_in_all_six_orders():
    sample = _sample(tf.constant([[[1.0, 2.0, 3.0]]]))
    orders = {tuple(colour.random_channel_order(sample, [n, 0]).image.numpy().ravel()) for n in range(60)}
    assert len(orders) == 6


def _sample(image: tf.Tensor) -> Sample:
    return Sample(image=image, objects=())  # type: ignore[arg-type]  # colours do not look at them
