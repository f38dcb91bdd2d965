"""To which size images are brought.

Source: object_detection/protos/image_resizer.proto
"""

from typing import Literal

from boxwright.core.pipeline.message import Int32, Message, Opaque, choice, unsupported

ResizeMethod = Literal["BILINEAR", "NEAREST_NEIGHBOR", "BICUBIC", "AREA"]


class KeepAspectRatioResizer(Message):
    """The short side becomes min_dimension, unless the long one would exceed max_dimension; in pixels."""

    min_dimension: Int32 = 600
    max_dimension: Int32 = 1024
    resize_method: ResizeMethod = "BILINEAR"
    pad_to_max_dimension: bool = False
    convert_to_grayscale: bool = unsupported(False)
    per_channel_pad_value: tuple[float, ...] = ()


class FixedShapeResizer(Message):
    """Every image gets this size, in pixels."""

    height: Int32 = 300
    width: Int32 = 300
    resize_method: ResizeMethod = "BILINEAR"
    convert_to_grayscale: bool = unsupported(False)


class ImageResizer(Message):
    """How images are resized."""

    keep_aspect_ratio_resizer: KeepAspectRatioResizer | None = choice("resizer")
    fixed_shape_resizer: FixedShapeResizer | None = choice("resizer")
    identity_resizer: Opaque | None = choice("resizer", "unsupported")
    conditional_shape_resizer: Opaque | None = choice("resizer", "unsupported")
    pad_to_multiple_resizer: Opaque | None = choice("resizer", "unsupported")
