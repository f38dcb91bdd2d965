"""Crops of an image; boxes go along, are cut at the crop's edges, or are left out.

SSD, section 2.2 "Data augmentation", https://arxiv.org/abs/1512.02325; the numbers are the OD API's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import tensorflow as tf

from boxwright.core.detector.augment.chance import folded, uniform, whole_number
from boxwright.core.detector.augment.sample import Objects, Sample, Seed, Step, image_size, kept

ATTEMPTS = 100  # at a crop that fulfils its bounds; after them it is the whole image


@dataclass(frozen=True, slots=True, kw_only=True)
class CropRule:
    """Which crops are drawn, and what happens to boxes.

    min_object_covered  the least share of some box that a crop holds
    aspect_ratio        bounds of width / height
    area                bounds of the crop's share of the image
    overlap_thresh      a box stays if the crop holds at least this share of it
    clip_boxes          whether boxes are cut at the crop's edges
    random_coef         the chance that the image stays as it is
    """

    min_object_covered: float
    aspect_ratio: tuple[float, float]
    area: tuple[float, float]
    overlap_thresh: float
    clip_boxes: bool
    random_coef: float


# The rules of `ssd_random_crop` without operations; all of them alike but for coverage and overlap.
SSD_RULES = tuple(
    CropRule(
        min_object_covered=share,
        aspect_ratio=(0.5, 2.0),
        area=(0.1, 1.0),
        overlap_thresh=share,
        clip_boxes=True,
        random_coef=0.15,
    )
    for share in (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
)


def random_crop_by_any(sample: Sample, seed: Seed, *, rules: Sequence[CropRule]) -> Sample:
    """A crop by one of the rules, each as likely."""
    if len({(rule.aspect_ratio, rule.area, rule.clip_boxes) for rule in rules}) > 1:
        return by_any(sample, seed, [partial(random_crop, rule=rule) for rule in rules])
    # The others may be tensors: one branch where it would be seven, and a graph made as much sooner.
    chosen = whole_number(folded(seed, 0), 0, len(rules))
    numbers = ("min_object_covered", "overlap_thresh", "random_coef")
    drawn = {name: tf.gather([getattr(rule, name) for rule in rules], chosen) for name in numbers}
    return random_crop(sample, folded(seed, 1), rule=replace(rules[0], **drawn))


def by_any(sample: Sample, seed: Seed, steps: Sequence[Step]) -> Sample:
    """What one of the steps makes of the sample, each as likely."""
    chosen, inner = whole_number(folded(seed, 0), 0, len(steps)), folded(seed, 1)
    made: Sample = tf.switch_case(chosen, [partial(step, sample, inner) for step in steps])
    return made


def random_crop(sample: Sample, seed: Seed, *, rule: CropRule) -> Sample:
    """A crop by a rule, or the image as it is."""
    stays = uniform(folded(seed, 0)) < rule.random_coef
    made: Sample = tf.cond(stays, lambda: sample, lambda: _drawn_crop(sample, folded(seed, 1), rule))
    return made


def crop(
    sample: Sample, start: tf.Tensor, size: tf.Tensor, *, overlap_thresh: float, clip_boxes: bool = True
) -> Sample:
    """The part of the image in a window, and what the window holds of its objects.

    start   (2,) int32: y and x of the window's first pixel
    size    (2,) int32: its height and width
    """
    image = tf.slice(sample.image, tf.concat([start, [0]], 0), tf.concat([size, [-1]], 0))
    whole = tf.cast(image_size(sample.image), tf.float32)
    window = tf.concat([tf.cast(start, tf.float32) / whole, tf.cast(start + size, tf.float32) / whole], 0)
    objects = within(sample.objects, window, overlap_thresh=overlap_thresh, clip_boxes=clip_boxes)
    return Sample(image=image, objects=objects)


def within(objects: Objects, window: tf.Tensor, *, overlap_thresh: float, clip_boxes: bool) -> Objects:
    """The objects that a window holds enough of, in the window's frame.

    window   (4,) float32: y_min, x_min, y_max, x_max in [0, 1]
    """
    touching, share = _held(objects.boxes, window)
    objects = kept(objects, touching & (share >= overlap_thresh))
    boxes = in_frame(objects.boxes, window)
    return replace(objects, boxes=tf.clip_by_value(boxes, 0.0, 1.0) if clip_boxes else boxes)


def in_frame(boxes: tf.Tensor, window: tf.Tensor) -> tf.Tensor:
    """Boxes, (G, 4), in the frame of a window, (4,): what was its corner becomes 0, 0 and 1, 1."""
    corner = window[:2]
    scale = 1.0 / (window[2:] - corner)  # multiplied by, not divided: to the last digit as the original
    return (boxes - tf.tile(corner, [2])) * tf.tile(scale, [2])


def _held(boxes: tf.Tensor, window: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Whether the window touches each box with more than an edge, and which share of its area it holds."""
    sides = tf.minimum(boxes[:, 2:], window[2:]) - tf.maximum(boxes[:, :2], window[:2])
    touching = tf.reduce_all((boxes[:, 2:] > window[:2]) & (boxes[:, :2] < window[2:]), axis=1)
    area = tf.reduce_prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    share = tf.math.divide_no_nan(tf.reduce_prod(tf.maximum(sides, 0.0), axis=1), area)
    return touching, share


def _drawn_crop(sample: Sample, seed: Seed, rule: CropRule) -> Sample:
    start, size, _ = tf.image.stateless_sample_distorted_bounding_box(
        tf.shape(sample.image),
        tf.clip_by_value(sample.objects.boxes, 0.0, 1.0)[tf.newaxis],
        seed,
        min_object_covered=rule.min_object_covered,
        aspect_ratio_range=rule.aspect_ratio,
        area_range=rule.area,
        max_attempts=ATTEMPTS,
        use_image_if_no_bounding_boxes=True,
    )
    return crop(sample, start[:2], size[:2], overlap_thresh=rule.overlap_thresh, clip_boxes=rule.clip_boxes)
