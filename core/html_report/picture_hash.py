"""A short summary of a picture that stays nearly the same when it is saved anew, resized or brightened.

The difference hash: the picture shrunk to 17 x 16 grey pixels, one bit for each pixel and its right
neighbour: which of the two is lighter. Two pictures differ by the number of bits that do.
Source: N. Krawetz, "Kind of Like That", 2013, with 16 rows instead of 8: 256 bits tell more pictures apart.
"""

import hashlib
import io
import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxwright.core.images.contact_sheet import LARGEST
from boxwright.core.images.image_file import ImageFile

ROWS = 16
BITS = ROWS * ROWS
DECODED = (8 * ROWS, 8 * ROWS)  # least size that a JPEG is decoded in: enough to average each small pixel
VISIBLE = 2  # grey levels between neighbours; less is what saving as a JPEG adds and takes away
LEAST_VISIBLE = BITS // 4  # bits; of a plainer picture the hash is mostly noise
MOST_THREADS = 4  # each holds a decoded image


@dataclass(frozen=True, slots=True)
class PictureHash:
    """A picture's hash.

    digest   of the file's bytes: equal where the files are
    bits     (256,) bool; None: damaged, or so plain that the bits would say nothing
    """

    digest: bytes
    bits: NDArray[np.bool_] | None


def hashes(files: Sequence[ImageFile]) -> list[PictureHash | None]:
    """The hash of each image in order; None where it cannot be read."""
    workers = min(len(os.sched_getaffinity(0)), MOST_THREADS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd but legal files; here, for threads share the filters
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(picture_hash, files, chunksize=16))


def picture_hash(file: ImageFile) -> PictureHash | None:
    """The hash of one image, or None where it cannot be read."""
    try:
        data = file.read()
    except OSError:
        return None
    digest = hashlib.sha256(data).digest()
    try:
        return PictureHash(digest, _bits(data))
    except Exception:  # Pillow's decoders fail in every way there is on damaged files
        return PictureHash(digest, None)


def _bits(data: bytes) -> NDArray[np.bool_] | None:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        image.draft("L", DECODED)
        if image.width * image.height > LARGEST:
            return None
        small = image.convert("L").resize((ROWS + 1, ROWS), Image.Resampling.BOX)
    steps = np.diff(np.asarray(small, np.int16), axis=1)
    if np.count_nonzero(np.abs(steps) >= VISIBLE) < LEAST_VISIBLE:
        return None
    return (steps > 0).reshape(-1)
