import pytest

from boxwright.core.pipeline.message import Path
from boxwright.core.pipeline.places import fields, last_field, place_of, token_at

TEXT = """\
a { b: 1, c: RELU }  # x { y: 1 }
d: "e { f: 1 }"
g <
  h: [1, 2]
  h: 3 >
a { b: 2 }
"""


@pytest.mark.parametrize(
    "path, place",
    [
        (("a", "b"), (1, 5)),
        (("a", "c"), (1, 11)),
        (("d",), (2, 1)),
        (("g", "h", 1), (5, 3)),
        (("g", "h", 2), (5, 3)),
        (("a", 1, "b"), (6, 5)),
        (("a", 1, "z"), (6, 1)),
        (("z",), (1, 1)),
    ],
)
def test_a_field_is_found_by_its_path(path: Path, place: tuple[int, int]):
    assert place_of(TEXT, path) == place


def test_comments_and_texts_hold_no_fields():
    assert {steps[-1][0] for steps in fields(TEXT).places} == {"a", "b", "c", "d", "g", "h"}


def test_what_is_open_at_a_place_is_told():
    assert fields(TEXT, until=(4, 6)).inside == (("g", 0),)
    assert fields("a { b { c: 1 }").inside == (("a", 0),)
    assert fields("} }").inside == ()


def test_the_field_before_a_place_and_what_stands_there():
    assert last_field(TEXT, (4, 7)) == "h"
    assert last_field("", (1, 1)) == ""
    assert token_at(TEXT, (2, 1)) == "d:"
    assert token_at(TEXT, (9, 1)) == ""
