from pathlib import Path

import pytest

from boxwright.core.whole_file import write_text


def test_nothing_else_is_left(tmp_path: Path):
    (tmp_path / "file.part").write_text("what a killed process left, and longer")
    write_text(tmp_path / "file", "händ")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"file": "händ".encode()}


def test_what_was_there_stays_until_all_is_written(tmp_path: Path):
    (tmp_path / "file").write_text("before")
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "file", "\udcff")
    assert (tmp_path / "file").read_text() == "before"
