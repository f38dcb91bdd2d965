"""Free values as text: a text is the number that it is the usual text of, and no other."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxwright.core.parsing.scalar_text import scalar, scalar_text
from boxwright.core.schema import Scalar


@pytest.mark.parametrize(
    "text, value",
    [
        ("7", 7),
        ("-0", "-0"),
        ("007", "007"),
        ("0.5", 0.5),
        ("1.50", "1.50"),
        ("true", True),
        ("True", "True"),
        ("1_0", "1_0"),
        ("٣", "٣"),
        ("nan", "nan"),
        ("1e5", "1e5"),
        ("100000.0", 100000.0),
        ("", ""),
    ],
)
def test_only_the_usual_text_of_a_number_is_one(text: str, value: Scalar):
    assert (scalar(text), type(scalar(text))) == (value, type(value))


def test_a_stated_type_counts():
    assert scalar("7", "str") == "7" and math.isinf(float(scalar("-inf", "float")))


@given(st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text())
def test_a_value_comes_back_from_its_text(value: Scalar):
    found = scalar(*scalar_text(value))
    assert (found, type(found)) == (value, type(value))
