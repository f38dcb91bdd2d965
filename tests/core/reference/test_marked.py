"""Generated parts of a page that people write."""

import pytest

from boxwright.core.reference.marked import filled

PAGE = "a\n<!-- generated: x -->\nold\n<!-- end of x -->\nb\n  # generated: y\n  # end of y\n"


def test_marked_parts_are_replaced_and_the_rest_stays():
    assert filled(PAGE, {"x": r"new \1", "y": "- z"}) == (
        "a\n<!-- generated: x -->\nnew \\1\n<!-- end of x -->\nb\n  # generated: y\n- z\n  # end of y\n"
    )


def test_filling_twice_is_filling_once():
    once = filled(PAGE, {"x": "new", "y": "z"})
    assert filled(once, {"x": "new", "y": "z"}) == once


@pytest.mark.parametrize("page, count", [("a\n", 0), (PAGE + PAGE, 2)])
def test_a_part_has_one_place(page: str, count: int):
    with pytest.raises(ValueError) as caught:
        filled(page, {"x": ""})
    assert str(caught.value) == f"{count} parts 'generated: x' … 'end of x', expected one"
