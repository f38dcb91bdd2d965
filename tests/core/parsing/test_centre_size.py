"""Centres and sizes: exact where decimals are, without noise where they are not."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxwright.core.parsing.centre_size import centre_and_length, low_and_high


@pytest.mark.parametrize(
    ("low", "high", "centre", "length"),
    [
        (1, 2, "1.5", "1"),
        (0.1, 0.7, "0.4", "0.6"),
        (10.25, 64, "37.125", "53.75"),
        (-3, 8, "2.5", "11"),
        (1e-7, 1, "0.50000005", "0.9999999"),
        (0.5, 1.5, "1", "1"),
    ],
)
def test_a_centre_and_a_length_are_the_decimals_that_give_the_edges_again(low, high, centre, length):
    assert centre_and_length(low, high) == (centre, length)
    assert low_and_high(float(centre), float(length)) == (low, high)


@given(st.lists(st.integers(0, 10**7), min_size=2, max_size=2).map(sorted), st.sampled_from([1, 4, 10, 1000]))
def test_edges_of_three_decimals_come_back_exactly(edges, share):
    low, high = edges[0] / share, edges[1] / share
    assert low_and_high(*map(float, centre_and_length(low, high))) == (low, high)


@given(st.lists(st.floats(0, 1e5), min_size=2, max_size=2).map(sorted))
def test_any_edges_come_back_to_a_millionth_of_a_pixel(edges):
    found = low_and_high(*map(float, centre_and_length(*edges)))
    assert all(math.isclose(a, b, rel_tol=0, abs_tol=1e-6) for a, b in zip(found, edges, strict=True))
