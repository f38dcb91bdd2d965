"""Changes of colour; boxes stay as they are. Results are cut to 0..255."""

from dataclasses import replace

import tensorflow as tf

from boxwright.core.detector.augment.chance import folded, sometimes, uniform
from boxwright.core.detector.augment.sample import Sample, Seed

# Strengths and both orders are those of slim's Inception preprocessing and of the OD API.
BRIGHTNESS = 32.0 / 255.0
SATURATION = CONTRAST = (0.5, 1.5)
HUE = 0.2


def random_brightness(sample: Sample, seed: Seed, *, max_delta: float) -> Sample:
    """Adds one number of -max_delta..max_delta, for pixels in [0, 1]."""
    return _with(sample, sample.image + 255.0 * uniform(seed, -max_delta, max_delta))


def random_contrast(sample: Sample, seed: Seed, *, low: float, high: float) -> Sample:
    """Each channel's difference to its mean over the image times one factor."""
    return _with(sample, tf.image.adjust_contrast(sample.image, uniform(seed, low, high)))


def random_saturation(sample: Sample, seed: Seed, *, low: float, high: float) -> Sample:
    """The saturation, as HSV has it, times one factor."""
    image = tf.image.adjust_saturation(sample.image / 255.0, uniform(seed, low, high))
    return _with(sample, 255.0 * image)


def random_hue(sample: Sample, seed: Seed, *, max_delta: float) -> Sample:
    """Turns the hue by -max_delta..max_delta, where 1 is the full circle."""
    image = tf.image.adjust_hue(sample.image / 255.0, uniform(seed, -max_delta, max_delta))
    return _with(sample, 255.0 * image)


def random_distort_colour(sample: Sample, seed: Seed, *, order: int) -> Sample:
    """Brightness, contrast, saturation and hue, in one of two orders.

    order   0: brightness, saturation, hue, contrast; 1: brightness, contrast, saturation, hue
    """
    seeds = [folded(seed, number) for number in range(4)]
    sample = random_brightness(sample, seeds[0], max_delta=BRIGHTNESS)
    if order == 1:
        sample = random_contrast(sample, seeds[3], low=CONTRAST[0], high=CONTRAST[1])
    sample = random_saturation(sample, seeds[1], low=SATURATION[0], high=SATURATION[1])
    sample = random_hue(sample, seeds[2], max_delta=HUE)
    if order == 1:
        return sample
    return random_contrast(sample, seeds[3], low=CONTRAST[0], high=CONTRAST[1])


def random_grey(sample: Sample, seed: Seed, *, probability: float) -> Sample:
    """Three equal channels, with a probability."""
    return sometimes(grey, sample, seed, probability=probability)


def grey(sample: Sample) -> Sample:
    """The image's luma (ITU-R BT.601) in all three channels."""
    return _with(sample, tf.image.grayscale_to_rgb(tf.image.rgb_to_grayscale(sample.image)))


def random_channel_order(sample: Sample, seed: Seed) -> Sample:
    """The three channels in any of their six orders."""
    order = tf.random.experimental.stateless_shuffle(tf.range(3), seed)
    return _with(sample, tf.gather(sample.image, order, axis=2))


def random_pixel_scale(sample: Sample, seed: Seed, *, low: float, high: float) -> Sample:
    """Every value of every pixel times a factor of its own."""
    factors = tf.random.stateless_uniform(tf.shape(sample.image), seed, low, high)
    return _with(sample, sample.image * factors)


def _with(sample: Sample, image: tf.Tensor) -> Sample:
    return replace(sample, image=tf.clip_by_value(image, 0.0, 255.0))
