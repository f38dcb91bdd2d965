from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.augment.sample import Sample
from boxwright.core.detector.augment.steps import BUILDERS, MOVING_PIXELS, augmented, steps
from boxwright.core.pipeline.augmentation import PreprocessingStep
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.text import parse_config

Make = Callable[..., Sample]

PADDING_CROP = """operations {
  min_object_covered: 0.5 min_area: 0.3 max_area: 1 min_aspect_ratio: 0.5 max_aspect_ratio: 2
}"""
SETTINGS = {
    "ssd_random_crop_pad": PADDING_CROP,
    "random_absolute_pad_image": "max_height_padding: 9 max_width_padding: 9",
}
TEXTS = {name: f"{name} {{ {SETTINGS.get(name, '')} }}" for name in BUILDERS}


def options(*texts: str) -> tuple[PreprocessingStep, ...]:
    stated = " ".join(f"data_augmentation_options {{ {text} }}" for text in texts)
    return parse_config(f"train_config {{ {stated} }}", "x.config").train_config.data_augmentation_options


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("boxes", [[], [[0.1, 0.2, 0.5, 0.6], [0.3, 0.3, 0.9, 1.0]]], ids=["empty", "two"])
def test_every_step_gives_a_sample_eagerly_and_in_a_graph(name: str, boxes: list[list[float]], make: Make):
    [step] = steps(options(TEXTS[name]))
    traced = tf.function(step, autograph=False)
    sample = make(boxes, size=(24, 32))
    for number in range(4):
        found, again = step(sample, tf.constant([number, 3])), traced(sample, tf.constant([number, 3]))
        np.testing.assert_allclose(found.image, again.image, atol=2e-3)
        _check(found, boxes)
        _check(again, boxes)


def _check(found: Sample, boxes: list[list[float]]) -> None:
    count = found.objects.boxes.shape[0]
    assert count <= len(boxes) and found.image.shape[2] == 3 and found.image.dtype == tf.float32
    assert {value.shape[0] for value in found.objects.__tf_flatten__()[1]} == {count}
    # Which one each object is can be told from its class; its weight belongs to it.
    np.testing.assert_array_equal(found.objects.weights, found.objects.classes.numpy() / 8.0)
    assert (found.objects.boxes.numpy() >= -1e-6).all() and (found.objects.boxes.numpy() <= 1 + 1e-6).all()


def test_steps_follow_one_another_each_with_a_seed_of_its_own(make: Make):
    sample = make([[0.1, 0.2, 0.5, 0.6]], size=(4, 6))
    flips = steps(options("random_horizontal_flip { }", "random_vertical_flip { }"))
    found = {tuple(augmented(sample, [n, 0], flips).objects.boxes.numpy().ravel()) for n in range(40)}
    assert len(found) == 4


def test_without_options_nothing_changes(make: Make):
    sample = make([])
    assert augmented(sample, [1, 2], steps(())) is sample


@pytest.mark.parametrize(
    "text, fact",
    [
        ("random_black_patches { }", "random_black_patches is not implemented"),
        ("", "states no step"),
    ],
)
def test_a_step_that_is_not_implemented_is_named(text: str, fact: str):
    with pytest.raises(ConfigError) as caught:
        steps(options("random_horizontal_flip { }", text))
    hint = f"steps are {', '.join(BUILDERS)}"
    assert str(caught.value) == f"train_config.data_augmentation_options[1]: {fact}\n  hint: {hint}"


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "ssd_random_crop { operations { min_area: 0.1 max_area: 1.0 } }",
            "ssd_random_crop.operations[0]: aspect ratios from 0.0 to 0.0: none fits",
        ),
        (
            "random_crop_image { min_area: 0.5 max_area: 0.25 }",
            "random_crop_image: areas from 0.5 to 0.25: shares of the image are above 0, up to 1",
        ),
        ("ssd_random_crop_pad { }", "ssd_random_crop_pad: states no operations"),
        (
            "random_crop_pad_image { min_padded_size_ratio: 1.5 }",
            "random_crop_pad_image.min_padded_size_ratio: expected 2 numbers, for height and width; found 1",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_named(text: str, message: str):
    with pytest.raises(ConfigError) as caught:
        steps(options(text))
    assert str(caught.value) == f"train_config.data_augmentation_options[0].{message}"


def test_a_padded_crop_is_measured_by_the_image_before_it(make: Make):
    [step] = steps(
        options(
            "random_crop_pad_image { min_area: 0.1 max_area: 0.3"
            " min_padded_size_ratio: 1 min_padded_size_ratio: 1"
            " max_padded_size_ratio: 1 max_padded_size_ratio: 1 }"
        )
    )
    assert step(make([], size=(24, 32)), tf.constant([1, 2])).image.shape == (24, 32, 3)


def test_steps_that_only_move_pixels_leave_them_bytes(make: Make):
    sample = make([[0.1, 0.2, 0.5, 0.6]], size=(24, 32))
    stored = replace(sample, image=tf.cast(sample.image, tf.uint8))
    for name, text in TEXTS.items():
        [step] = steps(options(text))
        found = [step(stored, tf.constant([n, 3])).image for n in range(5)]
        assert {image.dtype for image in found} == {tf.uint8 if name in MOVING_PIXELS else tf.float32}, name


@pytest.mark.parametrize("name", sorted(MOVING_PIXELS))
def test_bytes_are_varied_as_floats_are(name: str, make: Make):
    [step] = steps(options(TEXTS[name]))
    floats = make([[0.1, 0.2, 0.5, 0.6]], size=(24, 32))
    floats = replace(floats, image=tf.floor(floats.image))
    stored = replace(floats, image=tf.cast(floats.image, tf.uint8))
    for seed in ([n, 3] for n in range(5)):
        first, second = step(stored, tf.constant(seed)), step(floats, tf.constant(seed))
        np.testing.assert_array_equal(first.image, second.image)
        np.testing.assert_array_equal(first.objects.boxes, second.objects.boxes)
