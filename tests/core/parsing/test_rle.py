"""Masks: what pycocotools makes of them, and that nothing reaches it which it does not check itself."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as masks

from boxwright.core.parsing.rle import Mask, mask_in, mask_of

PIXELS = arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 1))


@given(pixels=PIXELS.filter(np.any))
def test_the_extent_is_that_of_the_pixels_whether_runs_are_compressed_or_not(pixels: Any):
    height, width = pixels.shape
    counts = masks.encode(np.asfortranarray(pixels))["counts"].decode()
    flat = np.concatenate(([0], pixels.ravel(order="F"), [2]))
    edges = np.flatnonzero(np.diff(flat))
    runs = np.diff(np.concatenate(([0], edges))).tolist()
    ys, xs = np.nonzero(pixels)
    for value in (counts, runs):
        found = mask_of({"size": [height, width], "counts": value}, width, height)
        assert found == Mask(height=height, width=width, counts=counts)
        assert found.extent() == (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)


def test_attributes_hold_a_mask():
    mask = Mask(height=80, width=100, counts="0:fi7")
    assert mask.attributes() == {"segmentation.counts": "0:fi7", "segmentation.size": "80,100"}
    assert mask_in({"colour": "red", **mask.attributes()}) == mask
    assert mask_in({"segmentation.counts": "0:fi7"}) is None
    assert mask_in({**mask.attributes(), "segmentation.size": "80"}) is None


def test_an_image_of_unknown_size_may_have_any_mask():
    assert mask_of({"size": [80, 100], "counts": "0:fi7"}, None, None).extent() == (0, 0, 1, 10)


@pytest.mark.parametrize(
    "value, fact",
    [
        (5, "expected polygons, or a mask with size and counts; found 5"),
        ({"size": [80], "counts": []}, "size: expected [height, width]; found [80]"),
        ({"size": [100, 80], "counts": []}, "a mask of 80 x 100 in an image of 100 x 80"),
        ({"size": [80, 100], "counts": [4, -4]}, "counts: expected numbers of pixels; found [4, -4]"),
        ({"size": [80, 100], "counts": [4, 5]}, "counts: 9 pixels in a mask of 100 x 80"),
        ({"size": [80, 100], "counts": [8000]}, "counts: 'Pj7' marks no object in 100 x 80 pixels"),
        ({"size": [80, 100], "counts": "0\0"}, "counts: '0\\x00' is no compressed mask"),
    ],
)
def test_a_mask_that_cannot_be_is_named(value: object, fact: str):
    with pytest.raises(ValueError) as caught:
        mask_of(value, 100, 80)
    assert str(caught.value) == fact


@given(st.text("0Oo:fiP7MBG2=", max_size=12))
def test_any_text_that_looks_compressed_is_read_safely(counts: str):
    try:
        found = mask_of({"size": [9, 9], "counts": counts}, 9, 9)
    except ValueError:
        return
    extent = found.extent()
    assert extent is not None and 0 <= extent[0] < extent[2] <= 9 and 0 <= extent[1] < extent[3] <= 9


def test_a_mask_of_megabytes_takes_no_more_than_some_times_its_text():
    counts = "01" * 500_000
    tracemalloc.start()
    try:
        with pytest.raises(ValueError):
            mask_of({"size": [1000, 1000], "counts": f"{counts}\0"}, 1000, 1000)
        assert tracemalloc.get_traced_memory()[1] < 5 * len(counts)
    finally:
        tracemalloc.stop()
