"""Widths and heights: edges come back from them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxwright.core.parsing.width_height import edges_of, length, nearly, sides
from boxwright.core.write_context import WriteContext

EDGES = (1.0, 2.0, 3.0, 4.0)


def test_a_width_is_added_to_its_edge():
    assert edges_of([1, 2.5, "3", 4.25]) == (1, 2.5, 4, 6.75)


@pytest.mark.parametrize(
    "value, fact",
    [
        ([1, 2, 3], "expected [x, y, width, height]; found [1, 2, 3]"),
        ("1 2 3 4", "expected [x, y, width, height]; found '1 2 3 4'"),
        ([1, 2, 3, None], "height: None is not a finite number"),
    ],
)
def test_what_is_no_box_is_named(value: object, fact: str):
    with pytest.raises(ValueError) as caught:
        edges_of(value)
    assert str(caught.value) == fact


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_width_of_two_decimals_is_written_as_it_was(x: int, width: int):
    low = x / 100
    assert length(low, low + width / 100) == pytest.approx(width / 100, abs=0)


@pytest.mark.parametrize(
    "stated, found",
    [
        ([1.0, 2.0, 3.0000000000000004, 4.0], (1.0, 2.0, 3.0000000000000004, 4.0)),
        ([1.0, 2.0, 3.1, 4.0], EDGES),
        ([1, 2, 3, 4], EDGES),
        ([1.0], EDGES),
        (None, EDGES),
    ],
)
def test_stated_edges_count_where_the_box_is_off_by_a_rounding(stated: object, found: object):
    assert nearly(stated, EDGES) == found


def test_edges_that_a_width_does_not_give_are_lost(tmp_path: Path):
    context = WriteContext(root=tmp_path, adapter="wider_face", name="x")
    assert sides((1.5, 2, 31.5, 42), context) == (1.5, 2, 30, 40)
    assert sides((0.1, 0, 0.7000000000000001, 1), context)[2] == 0.6000000000000001
    assert list(context.losses) == []
    x, y, width, height = sides((0.3, 0, 0.9, 1), context)
    assert (x + width, y + height) != (0.9, 1)
    assert [str(loss) for loss in context.losses] == [
        "1 edges: x + width is not quite the right edge: float noise"
    ]
