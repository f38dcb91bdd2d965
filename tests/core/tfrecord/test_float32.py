"""Single precision: numbers written as users typed them come back as they typed them."""

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxwright.core.tfrecord.float32 import pixels, shortest, single

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SINGLES = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(FINITE)
def test_single_is_numpys_float32(value: float):
    with np.errstate(over="ignore"):
        assert single(value) == float(np.float32(value))


def test_a_number_beyond_single_precision_is_infinite():
    assert (single(1e39), single(-1e39)) == (math.inf, -math.inf)


@given(SINGLES)
def test_the_shortest_number_is_stored_as_the_same_float32(value: float):
    assert struct.pack("<f", shortest(value)) == struct.pack("<f", value)


@given(st.integers(-999_999, 999_999), st.integers(0, 6))
def test_six_digits_survive_single_precision(digits: int, places: int):
    value = float(f"{digits}e-{places}")
    assert shortest(single(value)) == value


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_stays_what_it_is(value: float):
    assert str(shortest(value)) == str(single(value)) == str(value)


@given(st.integers(1, 8_000).flatmap(lambda length: st.tuples(st.integers(0, length), st.just(length))))
def test_whole_pixels_of_images_up_to_8000_come_back_exactly(edge: tuple[int, int]):
    pixel, length = edge
    assert pixels(single(pixel / length), length) == pixel


@given(st.integers(0, 4_000_000))
def test_thousandths_of_pixels_of_images_up_to_4000_come_back_exactly(thousandths: int):
    edge = thousandths / 1000
    assert pixels(single(edge / 4000), 4000) == edge
