"""The images that the original was measured on: a formula makes them, so that no file has to hold them."""

import numpy as np


def formula_image(height: int, width: int, b: int = 2) -> np.ndarray:
    """The pixels, (height, width, 3) uint8; `b` makes it another image."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    pixels = x * (2 + b) + y * (3 + c) + (x * y) // (16 + 4 * c + 8 * b) + 53 * c + 101 * b
    return (pixels % 256).astype(np.uint8)
