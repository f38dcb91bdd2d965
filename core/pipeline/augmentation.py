"""How training images are varied: one step of many, several of them in the order of the file.

Source: object_detection/protos/preprocessor.proto. Brightness and the like are given for pixels in [0, 1];
areas, sizes and overlaps are shares; coverage and overlap are shares of a box.
"""

from typing import Literal

from boxwright.core.pipeline.message import Int32, Message, Opaque, choice, unsupported
from boxwright.core.pipeline.random_crop import (
    RandomCropImage,
    RandomCropPadImage,
    RandomCropToAspectRatio,
    SSDRandomCrop,
    SSDRandomCropFixedAspectRatio,
    SSDRandomCropPad,
    SSDRandomCropPadFixedAspectRatio,
)

ResizeImageMethod = Literal["AREA", "BICUBIC", "BILINEAR", "NEAREST_NEIGHBOR"]


class NormalizeImage(Message):
    """Moves pixel values from one range to another."""

    original_minval: float = 0.0
    original_maxval: float = 0.0
    target_minval: float = 0.0
    target_maxval: float = 1.0


class RandomHorizontalFlip(Message):
    """Left becomes right."""

    keypoint_flip_permutation: tuple[Int32, ...] = unsupported(())
    probability: float = 0.5


class RandomVerticalFlip(Message):
    """Top becomes bottom."""

    keypoint_flip_permutation: tuple[Int32, ...] = unsupported(())
    probability: float = 0.5


class RandomRotation90(Message):
    """A quarter turn, counter-clockwise."""

    keypoint_rot_permutation: tuple[Int32, ...] = unsupported(())
    probability: float = 0.5


class RandomPixelValueScale(Message):
    """Every pixel value times its own factor."""

    minval: float = 0.9
    maxval: float = 1.1


class RandomImageScale(Message):
    """Enlarges or shrinks the image."""

    min_scale_ratio: float = 0.5
    max_scale_ratio: float = 2.0


class RandomRGBtoGray(Message):
    """Three equal channels."""

    probability: float = 0.1


class RandomAdjustBrightness(Message):
    """Adds up to max_delta, either way."""

    max_delta: float = 0.2


class RandomAdjustContrast(Message):
    """Contrast times a factor."""

    min_delta: float = 0.8
    max_delta: float = 1.25


class RandomAdjustHue(Message):
    """Turns the hue by up to max_delta, either way; 1 is the full circle."""

    max_delta: float = 0.02


class RandomAdjustSaturation(Message):
    """Saturation times a factor."""

    min_delta: float = 0.8
    max_delta: float = 1.25


class RandomDistortColor(Message):
    """Brightness, contrast, saturation and hue, in one of two orders (0 or 1)."""

    color_ordering: Int32 = 0


class RandomJitterBoxes(Message):
    """Moves the corners of boxes by up to this share of their size."""

    ratio: float = 0.05


class RandomPadImage(Message):
    """Puts the image into a larger one, sizes in pixels; without a colour, its mean colour.

    Without a minimum it is the image's size, without a maximum twice that.
    """

    min_image_height: Int32 | None = None
    min_image_width: Int32 | None = None
    max_image_height: Int32 | None = None
    max_image_width: Int32 | None = None
    pad_color: tuple[float, ...] = ()


class RandomAbsolutePadImage(Message):
    """Pads by less than so many pixels."""

    max_height_padding: Int32 = 0
    max_width_padding: Int32 = 0
    pad_color: tuple[float, ...] = ()


class RandomBlackPatches(Message):
    """Black squares, each with a probability; their side as a share of the image's shorter one."""

    max_black_patches: Int32 = 10
    probability: float = 0.5
    size_to_image_ratio: float = 0.1


class RandomResizeMethod(Message):
    """Resizes to this size by a method drawn at random."""

    target_height: Int32 = 0
    target_width: Int32 = 0


class ResizeImage(Message):
    """Resizes to this size."""

    new_height: Int32 = 0
    new_width: Int32 = 0
    method: ResizeImageMethod = "BILINEAR"


class SubtractChannelMean(Message):
    """Subtracts a number from each channel."""

    means: tuple[float, ...] = ()


class PreprocessingStep(Message):
    """One step."""

    normalize_image: NormalizeImage | None = choice("step")
    random_horizontal_flip: RandomHorizontalFlip | None = choice("step")
    random_pixel_value_scale: RandomPixelValueScale | None = choice("step")
    random_image_scale: RandomImageScale | None = choice("step")
    random_rgb_to_gray: RandomRGBtoGray | None = choice("step")
    random_adjust_brightness: RandomAdjustBrightness | None = choice("step")
    random_adjust_contrast: RandomAdjustContrast | None = choice("step")
    random_adjust_hue: RandomAdjustHue | None = choice("step")
    random_adjust_saturation: RandomAdjustSaturation | None = choice("step")
    random_distort_color: RandomDistortColor | None = choice("step")
    random_jitter_boxes: RandomJitterBoxes | None = choice("step")
    random_crop_image: RandomCropImage | None = choice("step")
    random_pad_image: RandomPadImage | None = choice("step")
    random_crop_pad_image: RandomCropPadImage | None = choice("step")
    random_crop_to_aspect_ratio: RandomCropToAspectRatio | None = choice("step")
    random_black_patches: RandomBlackPatches | None = choice("step")
    random_resize_method: RandomResizeMethod | None = choice("step")
    scale_boxes_to_pixel_coordinates: Opaque | None = choice("step", "unsupported")
    resize_image: ResizeImage | None = choice("step")
    subtract_channel_mean: SubtractChannelMean | None = choice("step")
    ssd_random_crop: SSDRandomCrop | None = choice("step")
    ssd_random_crop_pad: SSDRandomCropPad | None = choice("step")
    ssd_random_crop_fixed_aspect_ratio: SSDRandomCropFixedAspectRatio | None = choice("step")
    ssd_random_crop_pad_fixed_aspect_ratio: SSDRandomCropPadFixedAspectRatio | None = choice("step")
    random_vertical_flip: RandomVerticalFlip | None = choice("step")
    random_rotation90: RandomRotation90 | None = choice("step")
    rgb_to_gray: Opaque | None = choice("step", "unsupported")  # the nets take three channels
    convert_class_logits_to_softmax: Opaque | None = choice("step", "unsupported")
    random_absolute_pad_image: RandomAbsolutePadImage | None = choice("step")
    random_self_concat_image: Opaque | None = choice("step", "unsupported")
    autoaugment_image: Opaque | None = choice("step", "unsupported")
    drop_label_probabilistically: Opaque | None = choice("step", "unsupported")
    remap_labels: Opaque | None = choice("step", "unsupported")
    random_jpeg_quality: Opaque | None = choice("step", "unsupported")
    random_downscale_to_target_pixels: Opaque | None = choice("step", "unsupported")
    random_patch_gaussian: Opaque | None = choice("step", "unsupported")
    random_square_crop_by_scale: Opaque | None = choice("step", "unsupported")
    random_scale_crop_and_pad_to_square: Opaque | None = choice("step", "unsupported")
    adjust_gamma: Opaque | None = choice("step", "unsupported")
