"""Anchors: the boxes a detector starts from, at every place of every feature map.

A prediction says how an anchor must move and grow to become an object's box, so anchors must lie where they
lay when the weights were trained: to the last bit here, which is why the arithmetic below is float32 in a
fixed order.

Order:   layer by layer, rows from the top, columns from the left, then the anchors of one place.
Frame:   y_min, x_min, y_max, x_max as shares of the image; anchors at the border reach outside [0, 1].
"""

from collections.abc import Iterable, Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from boxwright.core.pipeline.anchor_generator import MultiscaleAnchorGenerator, SsdAnchorGenerator

Anchors = NDArray[np.float32]
Grid = tuple[int, int]
Shape = tuple[float, float]  # scale, and aspect ratio: width / height
Point = tuple[float, float]  # y, x

# Of the lowest layer, whatever the config's scales are (the OD API's reduce_boxes_in_lowest_layer).
SMALLEST_SCALE = 0.1


def ssd_anchors(config: SsdAnchorGenerator, grids: Sequence[Grid], image_size: Grid) -> Anchors:
    """The anchors of an SSD.

    grids       (rows, columns) of every feature map, the finest first
    image_size  (height, width) in pixels of what the network sees
    returns     (A, 4) float32: y_min, x_min, y_max, x_max in shares of the image, not clipped

    SSD, section 2.2 "Choosing scales and aspect ratios for default boxes", https://arxiv.org/abs/1512.02325
    """
    shapes = _ssd_shapes(config)
    if len(grids) != len(shapes):
        raise ValueError(f"anchors for {len(shapes)} layers, but {len(grids)} feature maps: see num_layers")
    short_side = min(image_size)  # scales are shares of it, so that anchors keep their aspect ratio
    base = (
        config.base_anchor_height * short_side / image_size[0],
        config.base_anchor_width * short_side / image_size[1],
    )
    layers = []
    for shape, (rows, columns) in zip(shapes, grids, strict=True):
        stride, offset = (1 / rows, 1 / columns), (0.5 / rows, 0.5 / columns)
        layers.append(_layer(shape, (rows, columns), stride, offset, base))
    return np.concatenate(layers)


def multiscale_anchors(config: MultiscaleAnchorGenerator, grids: Sequence[Grid], image_size: Grid) -> Anchors:
    """The anchors of a feature pyramid; arguments and result as of ssd_anchors.

    RetinaNet, section 4 "Anchors", https://arxiv.org/abs/1708.02002
    """
    levels = range(config.min_level, config.max_level + 1)
    if len(grids) != len(levels):
        raise ValueError(
            f"anchors for levels {config.min_level} to {config.max_level}, but {len(grids)} feature maps"
        )
    octave = config.scales_per_octave
    shapes = [(2 ** (part / octave), ratio) for ratio in config.aspect_ratios for part in range(octave)]
    layers = []
    for level, grid in zip(levels, grids, strict=True):
        stride = 2**level
        # A side that the stride does not divide starts at the first pixel: measured, and as the OD API notes.
        height_offset, width_offset = (stride / 2 if side % stride == 0 else 0.0 for side in image_size)
        size = config.anchor_scale * stride
        layers.append(_layer(shapes, grid, (stride, stride), (height_offset, width_offset), (size, size)))
    pixels = np.concatenate(layers)
    shares = np.array([1 / side for side in (*image_size, *image_size)], np.float32)
    return np.multiply(pixels, shares, dtype=np.float32)


def _ssd_shapes(config: SsdAnchorGenerator) -> list[list[Shape]]:
    """Scale and aspect ratio of every anchor at a place, for each layer."""
    scales = _ssd_scales(config)
    layers: list[list[Shape]] = []
    for number, (scale, larger) in enumerate(zip(scales, [*scales[1:], 1.0], strict=True)):
        if number == 0 and config.reduce_boxes_in_lowest_layer:
            layers.append([(SMALLEST_SCALE, 1.0), (scale, 2.0), (scale, 0.5)])
            continue
        layer = [(scale, ratio) for ratio in config.aspect_ratios]
        if config.interpolated_scale_aspect_ratio > 0:
            layer.append((sqrt(scale * larger), config.interpolated_scale_aspect_ratio))
        layers.append(layer)
    return layers


def _ssd_scales(config: SsdAnchorGenerator) -> list[float]:
    """The scale of each layer: equal steps from min_scale to max_scale."""
    # The config file's numbers are float32; the steps between them are not.
    lowest, highest = float(np.float32(config.min_scale)), float(np.float32(config.max_scale))
    steps = max(config.num_layers - 1, 1)
    return [lowest + (highest - lowest) * number / steps for number in range(config.num_layers)]


def _layer(shapes: Iterable[Shape], grid: Grid, stride: Point, offset: Point, base: Point) -> Anchors:
    """The anchors of one feature map, (rows * columns * len(shapes), 4), in the units of base and stride."""
    scales, ratios = np.array(list(shapes), np.float32).reshape(-1, 2).T
    roots = np.sqrt(ratios)
    halves = 0.5 * np.stack([scales / roots * np.float32(base[0]), scales * roots * np.float32(base[1])], -1)
    rows, columns = (
        np.arange(count, dtype=np.float32) * np.float32(step) + np.float32(first)
        for count, step, first in zip(grid, stride, offset, strict=True)
    )
    centres = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1)[:, :, np.newaxis]
    corners = np.concatenate([centres - halves, centres + halves], axis=-1)
    return corners.reshape(-1, 4)
