"""Pages and sheets that cannot be written are refused before the data is read."""

import os
from pathlib import Path

import pytest

from boxwright.cli import main


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, a file, and a folder that nothing can be put into."""
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("file").touch()
    Path("closed").mkdir(mode=0o500)


@pytest.mark.parametrize("option", ["--html", "--contact-sheet"])
@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("folder", "Is a directory"),
        ("file/new.png", "Not a directory"),
        ("file/new/new.png", "Not a directory"),
        pytest.param(
            "closed/new.png",
            "Permission denied",
            marks=pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere"),
        ),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_read(
    option: str, path: str, why: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["inspect", "no_such_data", option, path]) == 2
    fact = f"cannot write {path}: {why}"
    assert capsys.readouterr().err == f"boxwright: {fact}\n  hint: {option} names another file\n"


@pytest.mark.parametrize("option", ["--html", "--contact-sheet"])
def test_folders_that_are_missing_are_made(option: str):
    Path("data").mkdir()
    Path("data/annotations.jsonl").write_text('{"format": "boxwright", "version": 1}\n')
    assert main(["inspect", "data", option, "new/er/page"]) == 0
    assert Path("new/er/page").is_file()
