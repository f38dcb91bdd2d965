"""Pictures that stand inside a page: images with their boxes as JPEGs, heat maps as small PNGs."""

import io
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from boxwright.core.html_report.survey import Seen
from boxwright.core.images.box_drawing import Rgb, draw_boxes
from boxwright.core.images.contact_sheet import fitted_picture
from boxwright.core.schema import ImageRecord

if TYPE_CHECKING:
    from PIL.Image import Image

LARGE, SMALL = 480, 320  # pixels of the longer side: as wide as a phone; two side by side on one
QUALITY = 72  # of the JPEGs: some 40 KB for large ones, 16 KB for small ones
TEXT = {LARGE: 14, SMALL: 13}  # pixels of the labels in them
ACCENT = (15, 148, 136)  # as in the page's style; how much of it shows is the heat


@dataclass(frozen=True, slots=True)
class Picture:
    """An image for the page: its address, a data URI, and its size in pixels."""

    address: str
    width: int
    height: int


@dataclass(slots=True)
class Pictures:
    """Draws records with their boxes; the same record in the same size is drawn once.

    palette   a colour for every label
    """

    palette: Mapping[str, Rgb]
    _drawn: dict[tuple[str, str | None, int], Picture] = field(default_factory=dict)

    def of_record(self, record: ImageRecord, size: int) -> Picture:
        """The record's image with its boxes; a grey one that says why where there is none."""
        key = (record.path, record.split, size)
        if key not in self._drawn:
            picture, scale = fitted_picture(record, size, TEXT[size])
            draw_boxes(picture, record, scale, TEXT[size], self.palette)
            self._drawn[key] = _jpeg(picture)
        return self._drawn[key]

    def of_file(self, seen: Seen, size: int) -> Picture:
        """The image alone."""
        record = ImageRecord(path=seen.path, width=None, height=None, file=seen.file)
        return _jpeg(fitted_picture(record, size, TEXT[size])[0])


def heat_picture(grid: NDArray[np.int64]) -> Picture:
    """A heat map, one pixel for each cell: the page's accent, from clear to full."""
    from PIL import Image

    most = max(int(grid.max(initial=0)), 1)
    pixels = np.empty((*grid.shape, 4), np.uint8)
    pixels[..., :3] = ACCENT
    pixels[..., 3] = np.rint(grid * (255 / most))
    with io.BytesIO() as file:
        Image.fromarray(pixels, "RGBA").save(file, "PNG", optimize=True)
        return Picture(_address("png", file.getvalue()), grid.shape[1], grid.shape[0])


def _jpeg(picture: "Image") -> Picture:
    with io.BytesIO() as file:
        picture.save(file, "JPEG", quality=QUALITY, optimize=True)
        return Picture(_address("jpeg", file.getvalue()), picture.width, picture.height)


def _address(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{b64encode(data).decode()}"
