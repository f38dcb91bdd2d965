"""Real image files of any size, for records to have: small JPEGs of one colour."""

from functools import cache
from io import BytesIO
from pathlib import Path

from boxwright.core.images.image_file import ImageFile

COLOUR = (90, 120, 60)


@cache
def jpeg(width: int, height: int) -> bytes:
    """A JPEG of this size."""
    from PIL import Image

    buffer = BytesIO()
    Image.new("RGB", (width, height), COLOUR).save(buffer, "JPEG", quality=30)
    return buffer.getvalue()


def picture(folder: Path, width: int, height: int) -> ImageFile:
    """A JPEG of this size in a folder; the same file each time."""
    path = folder / f"{width}x{height}.jpg"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(jpeg(width, height))
    return ImageFile(path)
