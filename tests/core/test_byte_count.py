"""Bytes in words."""

import pytest

from boxwright.core.byte_count import in_words


@pytest.mark.parametrize(
    "count, words",
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (76_541_073, "76.5 MB"),
        (1_330_000_000, "1.3 GB"),
        (10**16, "10000.0 TB"),
    ],
)
def test_a_count_is_told_in_the_largest_unit_that_fits(count: int, words: str):
    assert in_words(count) == words
