"""Numbers: read strictly, written exactly."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxwright.core.numbers import decimal, moved, number, pixels, rounded, shortened

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    "value, found", [("12", 12), (" -1.5e2\t", -150), ("+.5", 0.5), (7, 7), (0.25, 0.25), ("1e-3", 0.001)]
)
def test_a_plain_number_is_read(value: object, found: float):
    assert number(value, "left") == found


@pytest.mark.parametrize(
    "value, text",
    [
        ("nan", "'nan'"),
        ("-inf", "'-inf'"),
        ("1e999", "'1e999'"),
        ("twelve", "'twelve'"),
        ("1_000", "'1_000'"),
        ("0x10", "'0x10'"),
        ("", "''"),
        ("1 2", "'1 2'"),
        (None, "None"),
        (True, "True"),
        ([1], "[1]"),
        ({}, "{}"),
        (float("inf"), "inf"),
        (10**400, "1" + "0" * 59 + "…"),
        ("9" * 1000, "'" + "9" * 59 + "…"),
    ],
)
def test_what_is_no_finite_number_is_named(value: object, text: str):
    with pytest.raises(ValueError) as caught:
        number(value, "left")
    assert str(caught.value) == f"left: {text} is not a finite number"


@pytest.mark.parametrize("text", ["11,5", " -0,25 ", "+1,0000"])
def test_a_comma_for_a_point_is_told(text: str):
    with pytest.raises(
        ValueError, match=re.escape(f"{text!r} is not a finite number; fractions stand behind a point")
    ):
        number(text, "left")


@pytest.mark.parametrize("text", ["1,024", "1,024,000", "1,024 "])
def test_a_comma_between_thousands_is_not_called_a_point(text: str):
    with pytest.raises(ValueError, match=r"is not a finite number$"):
        number(text, "left")


@pytest.mark.parametrize("value, found", [(640, 640), ("480", 480), (0, 0), (7.0, 7)])
def test_a_number_of_pixels_is_whole(value: object, found: int):
    assert pixels(value, "width") == found


@pytest.mark.parametrize("value", [1.5, 1e30, 10**10])
def test_what_no_side_of_an_image_has_is_named(value: object):
    with pytest.raises(ValueError) as caught:
        pixels(value, "width")
    assert str(caught.value) == f"width: {value!r} is no number of pixels"


@given(FINITE)
def test_a_decimal_is_plain_and_reads_back_the_same(value: float):
    text = decimal(value)
    assert float(text) == value
    assert re.fullmatch(r"-?\d+(\.\d*[1-9])?", text)


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_has_no_point(value: int):
    assert decimal(float(value)) == decimal(value) == str(value)


@pytest.mark.parametrize(
    "value, text", [(0.1, "0.1"), (1e-7, "0.0000001"), (1e22, "1" + "0" * 22), (-0.0, "0"), (12.50, "12.5")]
)
def test_a_decimal_is_the_shortest(value: float, text: str):
    assert decimal(value) == text


def test_rounding_outward_floors_minima_and_ceils_maxima():
    assert rounded((0.9, 1.0, 2.1, -0.5), "outward") == (0, 1, 3, 0)
    assert rounded((0.9, 1.0, 2.1, -0.5), "none") == (0.9, 1.0, 2.1, -0.5)


@given(st.tuples(*[st.floats(-1e6, 1e6)] * 4))
def test_a_box_rounded_outward_holds_the_box(edges: tuple[float, float, float, float]):
    x_min, y_min, x_max, y_max = rounded(edges, "outward")
    assert edges[0] - 1 <= x_min <= edges[0] and edges[1] - 1 <= y_min <= edges[1]
    assert edges[2] <= x_max <= edges[2] + 1 and edges[3] <= y_max <= edges[3] + 1


@pytest.mark.parametrize("length, cut", [(58, False), (59, True)])
def test_a_long_value_is_cut_for_a_message(length: int, cut: bool):
    text = repr("x" * length)
    assert shortened("x" * length) == (text[:60] + "…" if cut else text)


@pytest.mark.parametrize(
    "text, by, found",
    [
        ("1.1", -1, 0.1),
        ("7", 1, 8),
        ("1e-999999999", -1, -1),
        (" 2.5", 0, 2.5),
        ("nan", 1, None),
        ("2." + "1" * 1200, 1, None),
    ],
)
def test_a_number_is_moved_exactly(text: str, by: int, found: float | None):
    assert moved(text, by) == found


@given(FINITE)
def test_a_moved_decimal_moves_back(value: float):
    assert moved(decimal(value, 1), -1) == value
