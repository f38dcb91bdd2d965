"""Masks as run lengths, as COCO has them: so many pixels of background, of the object and so on.

They are counted down the columns.
pycocotools does the work. Its C code trusts what it is given, so a mask is checked before.
Source: https://github.com/cocodataset/cocoapi/blob/master/common/maskApi.h
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from boxwright.core.numbers import shortened
from boxwright.core.schema import Scalar

# A mask as attributes: compressed runs, and "height,width".
COUNTS, SIZE = MASK_ATTRIBUTES = ("segmentation.counts", "segmentation.size")
SIZE_TEXT = re.compile(r"([1-9][0-9]{0,9}),([1-9][0-9]{0,9})")
MOST_PIXELS = 2**32 - 1  # pycocotools counts them in 32 bits
# A number is up to seven characters, each 48 + 5 bits of it; 32 on top: more follow (maskApi.c, rleToString).
# Possessive: what was matched is never tried again, so nothing is remembered of it (150 times the text).
COMPRESSED = re.compile(r"(?:[P-o]{0,6}+[0-O])++")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """A mask of height x width pixels; `counts` are its runs, compressed."""

    height: int
    width: int
    counts: str

    def extent(self) -> tuple[int, int, int, int] | None:
        """The edges x_min, y_min, x_max, y_max around its pixels; None where it has none."""
        from pycocotools import mask

        x, y, width, height = mask.toBbox({"size": [self.height, self.width], "counts": self.counts})
        return (int(x), int(y), int(x + width), int(y + height)) if width else None

    def attributes(self) -> dict[str, Scalar]:
        """The mask as attributes of a box."""
        return {COUNTS: self.counts, SIZE: f"{self.height},{self.width}"}


def mask_in(attributes: Mapping[str, Scalar]) -> Mask | None:
    """The mask that the attributes of a box hold, if any."""
    counts, size = attributes.get(COUNTS), SIZE_TEXT.fullmatch(str(attributes.get(SIZE)))
    if not isinstance(counts, str) or size is None:
        return None
    return Mask(height=int(size[1]), width=int(size[2]), counts=counts)


def mask_of(value: object, image_width: int | None, image_height: int | None) -> Mask:
    """A mask out of `size` and `counts`, a list of runs or compressed text; raises ValueError.

    image_width, image_height   the size that it must have; None: any
    """
    if not isinstance(value, dict):
        raise ValueError(f"expected polygons, or a mask with size and counts; found {shortened(value)}")
    height, width = _size(value.get("size"))
    if (image_width, image_height) not in ((width, height), (None, None)) or height * width > MOST_PIXELS:
        raise ValueError(f"a mask of {width} x {height} in an image of {image_width} x {image_height}")
    mask = Mask(height=height, width=width, counts=_counts(value.get("counts"), height, width))
    x_min, y_min, x_max, y_max = mask.extent() or (0, 0, 0, 0)
    if not (x_min < x_max <= width and y_min < y_max <= height):
        raise ValueError(f"counts: {shortened(mask.counts)} marks no object in {width} x {height} pixels")
    return mask


def _size(value: object) -> tuple[int, int]:
    if isinstance(value, list) and len(value) == 2 and all(type(side) is int and side > 0 for side in value):
        return value[0], value[1]
    raise ValueError(f"size: expected [height, width]; found {shortened(value)}")


def _counts(value: object, height: int, width: int) -> str:
    if isinstance(value, list):
        return _compressed(value, height, width)
    if not isinstance(value, str):
        raise ValueError(f"counts: expected numbers of pixels; found {shortened(value)}")
    if COMPRESSED.fullmatch(value) is None:
        raise ValueError(f"counts: {shortened(value)} is no compressed mask")
    return value


def _compressed(runs: list[object], height: int, width: int) -> str:
    from pycocotools import mask

    numbers = [run for run in runs if type(run) is int and run >= 0]
    if len(numbers) < len(runs):
        raise ValueError(f"counts: expected numbers of pixels; found {shortened(runs)}")
    if sum(numbers) != height * width:
        raise ValueError(f"counts: {sum(numbers)} pixels in a mask of {width} x {height}")
    return str(
        mask.frPyObjects({"size": [height, width], "counts": numbers}, height, width)["counts"], "ascii"
    )
