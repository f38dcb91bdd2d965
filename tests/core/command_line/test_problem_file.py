"""The file of problems: JSON line by line, and what cannot be written is told as that."""

import json
import os
from pathlib import Path

import pytest

from boxwright.core.command_line.problem_file import problem_file
from boxwright.core.errors import WriteError
from boxwright.core.problems import Problem

HINT = "\n  hint: --problems names another file"


def problem(path: str) -> Problem:
    return Problem(code="box_empty", path=path, where="3", message="é", action="skip")


def test_each_problem_is_a_line_at_once_whatever_its_files_name(tmp_path: Path):
    file = tmp_path / "problems.jsonl"
    with problem_file(file) as write:
        assert write is not None
        for name in ("a", "\udcff"):  # the second is a byte that is no UTF-8
            write(problem(name))
        lines = file.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["path"] for line in lines] == ["a", "\udcff"]
    assert lines[0] == '{"code": "box_empty", "path": "a", "where": "3", "message": "é", "action": "skip"}'


def test_without_a_file_there_is_nothing_to_call():
    with problem_file(None) as write:
        assert write is None


def test_a_file_that_cannot_be_made_is_told(tmp_path: Path):
    path = tmp_path / "none" / "problems.jsonl"
    with pytest.raises(WriteError) as caught, problem_file(path):
        pass
    assert str(caught.value) == f"cannot write {path}: No such file or directory{HINT}"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_is_told():
    with pytest.raises(WriteError) as caught, problem_file(Path("/dev/full")) as write:
        assert write is not None
        write(problem("a"))
    assert str(caught.value) == f"cannot write /dev/full: No space left on device{HINT}"
