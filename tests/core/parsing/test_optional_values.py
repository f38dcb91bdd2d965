"""Optional values: taken where they can be, else reported and unknown."""

from pathlib import Path

import pytest

from boxwright.core.parsing.optional_values import OptionalValues, is_scalar
from boxwright.core.problems import Policy, Problem
from boxwright.core.reporter import Reporter


def values() -> tuple[OptionalValues, list[Problem]]:
    found: list[Problem] = []
    return OptionalValues(Reporter(root=Path(), policy=Policy(), sink=found.append), Path("x")), found


def told(problems: list[Problem]) -> list[str]:
    return [f"{problem.where}: {problem.code}: {problem.message}" for problem in problems]


@pytest.mark.parametrize(
    "field, value, found",
    [
        ("difficult", 1, True),
        ("difficult", "0", False),
        ("truncated", True, 1.0),
        ("occluded", "3", 3),
        ("area", "5.5", 5.5),
        ("pose", 7, "7"),
        ("group", "v1", "v1"),
        ("score", None, None),
    ],
)
def test_a_value_is_converted_to_the_fields_type(field: str, value: object, found: object):
    optional, problems = values()
    got = optional.field({field: value}, field, "a[0]")
    assert (got, type(got), problems) == (found, type(found), [])


@pytest.mark.parametrize(
    "field, value, fact",
    [
        ("truncated", 7, "7: input should be less than or equal to 1"),
        ("area", float("nan"), "nan: input should be a finite number"),
        ("pose", ["left"], "['left']: input should be a valid string"),
    ],
)
def test_a_value_that_cannot_be_is_reported_and_unknown(field: str, value: object, fact: str):
    optional, problems = values()
    assert optional.field({field: value}, field, "a[0]") is None
    assert told(problems) == [f"a[0].{field}: invalid_attribute: {fact}"]


def test_a_key_may_have_another_name_than_the_field():
    optional, problems = values()
    assert optional.field({"iscrowd": 1}, "iscrowd", "a", "crowd") is True
    assert problems == []


def test_unknown_keys_are_attributes_and_lists_are_told_once_for_each_key():
    optional, problems = values()
    entry = {"id": 1, "n": 2, "k": [1], "no": None, "attributes": {"m": True, "i": float("inf")}}
    for _ in range(2):
        assert optional.attributes(entry, {"id", "attributes"}, "a") == {"n": 2, "m": True}
    assert told(problems) == [
        f"a.{key}: invalid_attribute: {value} is no finite number, text or flag (told once for each key)"
        for key, value in {"k": "[1]", "attributes.i": "inf"}.items()
    ]


@pytest.mark.parametrize(
    "value, scalar", [("", True), (False, True), (10**400, True), (None, False), ({}, False)]
)
def test_scalars_are_texts_flags_and_finite_numbers(value: object, scalar: bool):
    assert is_scalar(value) is scalar
