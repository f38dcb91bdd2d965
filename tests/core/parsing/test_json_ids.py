"""Ids: all integers or all text, and what refers to them too."""

from pathlib import Path

import pytest

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing.json_ids import ids, repeated_ids, unique_ids

PATH = Path("x.json")


def entries(*values: object) -> dict[int, dict[str, object]]:
    return {index: {"id": value} for index, value in enumerate(values)}


@pytest.mark.parametrize("values", [[], [3, -1, 0], ["a", "", "007"]])
def test_ids_of_one_kind_are_taken_as_they_are(values: list[object]):
    assert ids(PATH, "images", entries(*values), "id") == values


@pytest.mark.parametrize(
    "values, kind, problem",
    [
        ([1, None], None, "images[1].id: is missing"),
        ([1, 1.5], None, "images[1].id: expected an integer or text; found 1.5"),
        ([True], None, "images[0].id: expected an integer or text; found True"),
        ([1, "1"], None, "images[1].id: '1' is text; the ids before it are integers"),
        ([1], str, "images[0].id: 1 is an integer; the ids before it are text"),
    ],
)
def test_an_id_of_another_kind_is_named(values: list[object], kind: type | None, problem: str):
    with pytest.raises(AnnotationError) as caught:
        ids(PATH, "images", entries(*values), "id", kind)
    assert str(caught.value) == f"x.json: {problem}"


def test_ids_that_stand_twice_are_found():
    assert list(repeated_ids(PATH, "images", entries(4, 5, 4, 4))) == [(2, 4), (3, 4)]
    assert unique_ids(PATH, "images", [{"id": 4}, {"id": 5}]) == [4, 5]
    with pytest.raises(AnnotationError) as caught:
        unique_ids(PATH, "images", [{"id": 4}, {"id": 4}])
    assert str(caught.value) == "x.json: images[1].id: two images have the id 4"
