"""JSON lines: blank ones, long ones, and where something is wrong."""

from pathlib import Path

import pytest

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing import json_lines as module
from boxwright.core.parsing.json_lines import json_lines


def test_each_line_has_a_value_and_a_number(tmp_path: Path):
    path = tmp_path / "a.jsonl"
    path.write_bytes('\ufeff{"a": 1}\r\n\n[2]\n"\u2028"'.encode())
    assert list(json_lines(path)) == [(1, {"a": 1}), (3, [2]), (4, "\u2028")]


@pytest.mark.parametrize(
    "text, problem",
    [
        ("1\n{\n", "2: is no valid JSON: EOF while parsing an object (column 1)"),
        ("1\n" + "9" * 30, "2: is longer than 20 bytes"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, problem: str):
    monkeypatch.setattr(module, "MOST_BYTES", 20)
    path = tmp_path / "a.jsonl"
    path.write_text(text)
    with pytest.raises(AnnotationError) as caught:
        list(json_lines(path))
    assert str(caught.value).splitlines()[0] == f"{path}:{problem}"
