from itertools import pairwise

import pytest

from boxwright.core.html_report.even_spread import EvenSpread


@pytest.mark.parametrize("count", [0, 1, 4, 5, 31, 32, 33, 1000])
def test_a_spread_is_even_and_in_order(count):
    spread = EvenSpread(4)
    for number in range(count):
        spread.add(number)
    gaps = {after - before for before, after in pairwise(spread.items)}
    assert len(spread.items) == min(4, count) and spread.seen == count
    assert count <= 4 or max(gaps) - min(gaps) <= max(count // 8, 1)


def test_little_is_held_of_much():
    spread = EvenSpread(4, spare=2)
    for number in range(10_000):
        spread.add(number)
    assert len(spread._held) < 8
