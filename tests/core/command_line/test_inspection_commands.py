"""`boxwright diff`, as its users meet it."""

import json
from pathlib import Path

import pytest

from boxwright.cli import main

HEADER = '{"format": "boxwright", "version": 1}\n'
RECORD = '{"path": "a.jpg", "width": 9, "height": 9, "boxes": [%s]}\n'
BOX = '{"label": "cat", "x_min": 0, "y_min": 0, "x_max": 5, "y_max": 5}'


@pytest.fixture
def versions(tmp_path, monkeypatch):
    """A version with a cat, and one without."""
    monkeypatch.chdir(tmp_path)
    for name, boxes in (("old", BOX), ("new", "")):
        Path(name).mkdir()
        Path(name, "annotations.jsonl").write_text(HEADER + RECORD % boxes)


@pytest.mark.usefixtures("versions")
def test_no_difference_is_exit_code_0(capsys):
    assert main(["diff", "old", "old"]) == 0
    assert capsys.readouterr().out == "old -> old: 1 -> 1 images\n  no difference\n"


@pytest.mark.usefixtures("versions")
def test_a_difference_is_exit_code_1(capsys):
    assert main(["diff", "old", "new"]) == 1
    assert (
        capsys.readouterr().out
        == """\
old -> new: 1 -> 1 images
  labels gone: cat
  boxes removed: 1
    a.jpg: cat [0, 0, 5, 5]
"""
    )


@pytest.mark.usefixtures("versions")
def test_json_holds_every_box(capsys):
    assert main(["diff", "old", "new", "--json"]) == 1
    [image] = json.loads(capsys.readouterr().out)["changed"]
    assert image["boxes"] == [
        {"kind": "removed", "fields": [], "old": {"label": "cat", "edges": [0, 0, 5, 5]}}
    ]


@pytest.mark.usefixtures("versions")
def test_nothing_to_compare_with_is_exit_code_2(capsys):
    assert main(["diff", "old", "older"]) == 2
    assert capsys.readouterr().err == "boxwright: older: there is no such file or folder\n"
