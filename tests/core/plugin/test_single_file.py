"""Plugins that are single files: their code runs, and nothing of it is left behind."""

import os
import sys
from pathlib import Path

import pytest

from boxwright.core.errors import OptionError
from boxwright.core.plugin.single_file import module_of_file


def test_a_file_becomes_a_module_in_which_dataclasses_and_options_work(tmp_path: Path):
    file = tmp_path / "mine.py"
    file.write_text(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "from pathlib import Path\n"
        "import boxwright\n"
        "@dataclass(slots=True)\n"
        "class Row:\n    line: int\n"
        "class MyOptions(boxwright.Options):\n"
        "    images: Path | None = boxwright.reads(None, 'a folder')\n"
        "OPTIONS = MyOptions(images='a')\n"
    )
    module = module_of_file(file)
    assert module.OPTIONS.images == Path("a") and module.Row(3).line == 3
    assert sys.modules.pop(module.__name__) is module
    assert os.listdir(tmp_path) == ["mine.py"]  # no __pycache__


def test_a_file_that_was_changed_within_a_second_is_read_again(tmp_path: Path):
    file = tmp_path / "mine.py"
    file.write_text("N = 1\n")
    assert module_of_file(file).N == 1
    file.write_text("N = 2\n")
    assert module_of_file(file).N == 2


def test_a_file_that_fails_leaves_no_module(tmp_path: Path):
    file = tmp_path / "mine.py"
    file.write_text("1 / 0\n")
    before = set(sys.modules)
    with pytest.raises(ZeroDivisionError):
        module_of_file(file)
    assert set(sys.modules) == before


@pytest.mark.parametrize(
    ("name", "fact"), [("none.py", "there is no such file"), ("", "it is a folder, not a Python file")]
)
def test_what_is_no_file_is_told(tmp_path: Path, name: str, fact: str):
    with pytest.raises(OptionError) as caught:
        module_of_file(tmp_path / name)
    assert str(caught.value) == fact
