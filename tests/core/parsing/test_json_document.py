"""JSON: what cannot be parsed is named with its place, and lists are written one object a line."""

import gc
import json
from pathlib import Path

import pytest

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing.json_document import listed, objects, parsed, texts

PATH = Path("x.json")


def test_a_byte_order_mark_windows_lines_and_infinities_are_no_problem():
    assert parsed(b'\xef\xbb\xbf{"a":\r\n[1, 2.5, "\xc3\xa9", 1e999]}', PATH) == {
        "a": [1, 2.5, "é", float("inf")]
    }


@pytest.mark.parametrize(
    "data, problem",
    [
        (b"", "x.json: is empty"),
        (b" \n\t", "x.json: is empty"),
        (b'{"a":\n [1,]}', "x.json:8: is no valid JSON: trailing comma (column 5)"),
        (b'"\xe9"', "x.json:7: is no valid JSON: invalid unicode code point (column 2)"),
        (b"[" * 10**6, "x.json:7: is no valid JSON: recursion limit exceeded (column 202)"),
        (b"9" * 10**6, "x.json:7: is no valid JSON: number out of range (column 4302)"),
        (
            b'{"a": "b',
            "x.json:7: is no valid JSON: EOF while parsing a string (column 8)\n"
            "  hint: the text ends early: was it copied whole?",
        ),
    ],
)
def test_what_is_no_json_is_named_with_line_and_column(data: bytes, problem: str):
    with pytest.raises(AnnotationError) as caught:
        parsed(data, PATH, line=7)
    assert str(caught.value) == problem


def test_the_garbage_collector_runs_again_afterwards():
    with pytest.raises(AnnotationError):
        parsed(b"x", PATH)
    assert gc.isenabled()


@pytest.mark.parametrize(
    "value, problem",
    [
        ({"a": None}, "x.json: a: expected a list; found None"),
        ({"a": [{}, 5]}, "x.json: a[1]: expected an object; found 5"),
    ],
)
def test_a_list_holds_objects_only(value: dict[str, object], problem: str):
    assert (objects({}, "a", PATH), objects({"a": [{"b": 1}]}, "a", PATH)) == ([], [{"b": 1}])
    with pytest.raises(AnnotationError) as caught:
        objects(value, "a", PATH)
    assert str(caught.value) == problem


def test_texts_are_what_an_object_says_in_words():
    assert (texts({"a": "b", "c": 1}), texts(None), texts(["a"])) == ({"a": "b"}, {}, {})


@pytest.mark.parametrize("entries", [[], [{"a": 1}], [{"a": 1}, {"b": [2]}]])
def test_a_list_is_written_one_object_a_line(entries: list[dict[str, object]]):
    text = "".join(listed(json.dumps(entry)[1:-1] for entry in entries))
    assert json.loads(text) == entries
    assert text.count("\n") == len(entries)
