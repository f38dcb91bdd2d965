"""Crops of training images.

A crop has an aspect ratio and an area (a share of the image's) between bounds, and holds at least the share
min_object_covered of some box. A box stays if the crop holds the share overlap_thresh of it. random_coef is
the chance that the image stays as it is.

Source: object_detection/protos/preprocessor.proto; SSD, section 2.2 "Data augmentation",
https://arxiv.org/abs/1512.02325
"""

from boxwright.core.pipeline.message import Message


class RandomCropImage(Message):
    """A crop."""

    min_object_covered: float = 1.0
    min_aspect_ratio: float = 0.75
    max_aspect_ratio: float = 1.33
    min_area: float = 0.1
    max_area: float = 1.0
    overlap_thresh: float = 0.3
    clip_boxes: bool = True
    random_coef: float = 0.0


class RandomCropPadImage(RandomCropImage):
    """A crop put into a larger image; (height, width) bounds relative to the image's size before the crop.

    So it is documented: "of padded image height and width to the input image's height and width", quoted in
    https://github.com/tensorflow/models/issues/8037. Without bounds they are 1 and 2.
    """

    min_padded_size_ratio: tuple[float, ...] = ()
    max_padded_size_ratio: tuple[float, ...] = ()
    pad_color: tuple[float, ...] = ()


class RandomCropToAspectRatio(Message):
    """The greatest crop of an aspect ratio."""

    aspect_ratio: float = 1.0
    overlap_thresh: float = 0.3
    clip_boxes: bool = True


class SSDRandomCropFixedAspectRatioOperation(Message):
    """One of several crops of a given aspect ratio."""

    min_object_covered: float = 0.0
    min_area: float = 0.0
    max_area: float = 0.0
    overlap_thresh: float = 0.0
    clip_boxes: bool = True
    random_coef: float = 0.0


class SSDRandomCropOperation(SSDRandomCropFixedAspectRatioOperation):
    """One of several crops."""

    min_aspect_ratio: float = 0.0
    max_aspect_ratio: float = 0.0


class SSDRandomCropPadFixedAspectRatioOperation(SSDRandomCropOperation):
    """One of several crops, to be padded to an aspect ratio."""


class SSDRandomCropPadOperation(SSDRandomCropOperation):
    """One of several crops, to be padded by a colour; bounds as in RandomCropPadImage."""

    min_padded_size_ratio: tuple[float, ...] = ()
    max_padded_size_ratio: tuple[float, ...] = ()
    pad_color_r: float = 0.0
    pad_color_g: float = 0.0
    pad_color_b: float = 0.0


class SSDRandomCrop(Message):
    """One of the operations, drawn at random; without any, those of the SSD paper."""

    operations: tuple[SSDRandomCropOperation, ...] = ()


class SSDRandomCropPad(Message):
    """One of the operations, drawn at random."""

    operations: tuple[SSDRandomCropPadOperation, ...] = ()


class SSDRandomCropFixedAspectRatio(Message):
    """One of the operations, drawn at random, to one aspect ratio."""

    operations: tuple[SSDRandomCropFixedAspectRatioOperation, ...] = ()
    aspect_ratio: float = 1.0


class SSDRandomCropPadFixedAspectRatio(Message):
    """One of the operations, drawn at random, cropped and padded to one aspect ratio."""

    operations: tuple[SSDRandomCropPadFixedAspectRatioOperation, ...] = ()
    aspect_ratio: float = 1.0
    min_padded_size_ratio: tuple[float, ...] = ()
    max_padded_size_ratio: tuple[float, ...] = ()
