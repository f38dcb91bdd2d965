"""Pictures for tests: smooth random shades, which differ from number to number as photographs do."""

from pathlib import Path

import numpy as np
from PIL import Image

from boxwright.core.images.image_file import ImageFile


def shades(number: int, size: tuple[int, int] = (160, 120)) -> Image.Image:
    """A picture of random shades."""
    few = np.random.default_rng(number).integers(40, 200, (12, 16, 3), np.uint8)
    return Image.fromarray(few).resize(size, Image.Resampling.BICUBIC)


def saved(picture: Image.Image, path: Path, **options: int) -> ImageFile:
    """The picture in a file."""
    picture.save(path, **options)
    return ImageFile(path)
