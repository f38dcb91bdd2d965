"""The config's data_augmentation_options as functions; one that is not implemented fails at the start."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import tensorflow as tf

from boxwright.core.detector.augment import colour, flip
from boxwright.core.detector.augment.chance import folded
from boxwright.core.detector.augment.crop import SSD_RULES, CropRule, by_any, random_crop, random_crop_by_any
from boxwright.core.detector.augment.pad import random_pad
from boxwright.core.detector.augment.sample import Sample, Seed, Step, image_size
from boxwright.core.pipeline.augmentation import PreprocessingStep, RandomAbsolutePadImage, RandomPadImage
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.random_crop import (
    RandomCropImage,
    RandomCropPadImage,
    SSDRandomCrop,
    SSDRandomCropOperation,
    SSDRandomCropPad,
    SSDRandomCropPadOperation,
)

OPTIONS = "train_config.data_augmentation_options"
LARGEST_PADDING = 2  # times the image's sides, where a config states no bound
# These only move pixels, and may do so before an image's bytes become four times as many.
MOVING_PIXELS = frozenset(
    {
        "random_crop_image",
        "random_horizontal_flip",
        "random_rotation90",
        "random_vertical_flip",
        "ssd_random_crop",
    }
)


def steps(options: Sequence[PreprocessingStep]) -> tuple[Step, ...]:
    """The functions for a config's options, in order; raises ConfigError for one that is not implemented."""
    return tuple(_step(option, f"{OPTIONS}[{number}]") for number, option in enumerate(options))


def augmented(sample: Sample, seed: Seed, functions: Sequence[Step]) -> Sample:
    """The sample after every function, each with a seed of its own."""
    for number, function in enumerate(functions):
        sample = function(sample, folded(seed, number))
    return sample


def name_of(option: PreprocessingStep) -> str | None:
    """The one step that an option states, or None."""
    names = (name for name in type(option).model_fields if getattr(option, name) is not None)
    return next(names, None)


def _step(option: PreprocessingStep, place: str) -> Step:
    name = name_of(option)
    if name is None:
        raise ConfigError(place, "states no step", f"steps are {', '.join(BUILDERS)}")
    if name not in BUILDERS:
        raise ConfigError(place, f"{name} is not implemented", f"steps are {', '.join(BUILDERS)}")
    step = BUILDERS[name](getattr(option, name), f"{place}.{name}")
    return step if name in MOVING_PIXELS else partial(_in_floats, step=step)


def _in_floats(sample: Sample, seed: Seed, *, step: Step) -> Sample:
    return step(replace(sample, image=tf.cast(sample.image, tf.float32)), seed)


def _rule(message: RandomCropImage | SSDRandomCropOperation, place: str) -> CropRule:
    aspect_ratio = (message.min_aspect_ratio, message.max_aspect_ratio)
    area = (message.min_area, message.max_area)
    if not 0 < aspect_ratio[0] <= aspect_ratio[1]:
        raise ConfigError(place, f"aspect ratios from {aspect_ratio[0]} to {aspect_ratio[1]}: none fits")
    if not 0 < area[0] <= area[1] <= 1:
        raise ConfigError(
            place, f"areas from {area[0]} to {area[1]}: shares of the image are above 0, up to 1"
        )
    return CropRule(
        min_object_covered=message.min_object_covered,
        aspect_ratio=aspect_ratio,
        area=area,
        overlap_thresh=message.overlap_thresh,
        clip_boxes=message.clip_boxes,
        random_coef=message.random_coef,
    )


def _crop(message: RandomCropImage, place: str) -> Step:
    return partial(random_crop, rule=_rule(message, place))


def _ssd_crop(message: SSDRandomCrop, place: str) -> Step:
    rules = [_rule(rule, f"{place}.operations[{n}]") for n, rule in enumerate(message.operations)]
    return partial(random_crop_by_any, rules=rules or SSD_RULES)


def _crop_pad(message: RandomCropPadImage, place: str) -> Step:
    return _crop_then_pad(message, _rule(message, place), message.pad_color, place)


def _ssd_crop_pad(message: SSDRandomCropPad, place: str) -> Step:
    if not message.operations:
        raise ConfigError(place, "states no operations")
    branches = [
        _ssd_crop_pad_operation(rule, f"{place}.operations[{n}]") for n, rule in enumerate(message.operations)
    ]
    return partial(by_any, steps=branches)


def _ssd_crop_pad_operation(message: SSDRandomCropPadOperation, place: str) -> Step:
    pad_colour = (message.pad_color_r, message.pad_color_g, message.pad_color_b)
    return _crop_then_pad(message, _rule(message, place), pad_colour, place)


def _crop_then_pad(
    message: RandomCropPadImage | SSDRandomCropPadOperation,
    rule: CropRule,
    pad_colour: Sequence[float],
    place: str,
) -> Step:
    """A crop, then a canvas whose size is bounded by ratios of the image's size before the crop."""
    least = _sides(message.min_padded_size_ratio, 1.0, f"{place}.min_padded_size_ratio")
    most = _sides(message.max_padded_size_ratio, LARGEST_PADDING, f"{place}.max_padded_size_ratio")

    def step(sample: Sample, seed: Seed) -> Sample:
        size = tf.cast(image_size(sample.image), tf.float32)
        bounds = {"least": tf.cast(size * least, tf.int32), "most": tf.cast(size * most, tf.int32)}
        cropped = random_crop(sample, folded(seed, 0), rule=rule)
        return random_pad(cropped, folded(seed, 1), **bounds, colour=pad_colour)

    return step


def _sides(ratios: Sequence[float], default: float, place: str) -> tuple[float, float]:
    if len(ratios) not in (0, 2):
        raise ConfigError(place, f"expected 2 numbers, for height and width; found {len(ratios)}")
    return (ratios[0], ratios[1]) if ratios else (default, default)


def _pad(message: RandomPadImage, place: str) -> Step:
    def step(sample: Sample, seed: Seed) -> Sample:
        size = image_size(sample.image)
        least = [message.min_image_height or size[0], message.min_image_width or size[1]]
        most = [
            message.max_image_height or LARGEST_PADDING * size[0],
            message.max_image_width or LARGEST_PADDING * size[1],
        ]
        return random_pad(sample, seed, least=tf.stack(least), most=tf.stack(most), colour=message.pad_color)

    return step


def _absolute_pad(message: RandomAbsolutePadImage, place: str) -> Step:
    most = (max(message.max_height_padding - 1, 0), max(message.max_width_padding - 1, 0))

    def step(sample: Sample, seed: Seed) -> Sample:
        size = image_size(sample.image)
        return random_pad(sample, seed, least=size, most=size + most, colour=message.pad_color)

    return step


# By the config's name of a step: makes the function from its message and the place of that in the config.
# Any: each has a message of its own.
BUILDERS: Mapping[str, Callable[[Any, str], Step]] = {
    "random_horizontal_flip": lambda m, _: partial(flip.random_horizontal_flip, probability=m.probability),
    "random_vertical_flip": lambda m, _: partial(flip.random_vertical_flip, probability=m.probability),
    "random_rotation90": lambda m, _: partial(flip.random_rotation90, probability=m.probability),
    "random_crop_image": _crop,
    "random_crop_pad_image": _crop_pad,
    "ssd_random_crop": _ssd_crop,
    "ssd_random_crop_pad": _ssd_crop_pad,
    "random_pad_image": _pad,
    "random_absolute_pad_image": _absolute_pad,
    "random_adjust_brightness": lambda m, _: partial(colour.random_brightness, max_delta=m.max_delta),
    "random_adjust_contrast": lambda m, _: partial(colour.random_contrast, low=m.min_delta, high=m.max_delta),
    "random_adjust_saturation": lambda m, _: partial(
        colour.random_saturation, low=m.min_delta, high=m.max_delta
    ),
    "random_adjust_hue": lambda m, _: partial(colour.random_hue, max_delta=m.max_delta),
    "random_distort_color": lambda m, _: partial(colour.random_distort_colour, order=m.color_ordering),
    "random_pixel_value_scale": lambda m, _: partial(colour.random_pixel_scale, low=m.minval, high=m.maxval),
    "random_rgb_to_gray": lambda m, _: partial(colour.random_grey, probability=m.probability),
}
