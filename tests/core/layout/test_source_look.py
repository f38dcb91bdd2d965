"""A look at a source: what counts as a change of it, and what does not."""

import errno
import os
from pathlib import Path

import pytest

from boxwright.core.errors import AnnotationError, BoxwrightError
from boxwright.core.layout import source_files
from boxwright.core.layout.source_files import fingerprint
from boxwright.core.layout.source_look import look

HINT = "\n  hint: run the same command again when nothing writes to the source"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """An image and its annotation, both old."""
    root = tmp_path / "set"
    root.mkdir()
    for name in ("a.png", "a.txt"):
        (root / name).write_text("1")
        os.utime(root / name, (1, 1))
    return root


def told(roots: tuple[Path, ...], change: object) -> str:
    """What is said about a change after a look."""
    seen = look(*roots, root=lambda: roots[0])
    assert callable(change)
    change()
    with pytest.raises(BoxwrightError) as caught:
        seen.check()
    return str(caught.value).removesuffix(HINT)


def test_a_source_that_nobody_changes_is_in_order(source: Path):
    seen = look(source, root=lambda: source)
    seen.check()
    assert seen.fingerprint == fingerprint(source)


@pytest.mark.parametrize("name, text", [("a.txt", "2"), ("a.txt", "11"), ("a.png", "11"), ("b.png", "1")])
def test_the_file_that_was_changed_last_is_named(name: str, text: str, source: Path):
    said = told((source,), lambda: (source / name).write_text(text))
    assert said == f"{source / name}: changed while the data set was being read"


def test_a_change_right_behind_the_reading_of_a_file_is_noticed(
    source: Path, monkeypatch: pytest.MonkeyPatch
):
    read = source_files._content_digest

    def read_then_changed(path: str) -> bytes:
        digest = read(path)
        Path(path).write_text("22")
        return digest

    monkeypatch.setattr(source_files, "_content_digest", read_then_changed)
    seen = look(source, root=lambda: source)
    with pytest.raises(BoxwrightError, match=r"a\.txt: changed while"):
        seen.check()


def test_a_file_that_has_gone_is_noticed(source: Path):
    assert (
        told((source,), (source / "a.png").unlink) == f"{source}: changed while the data set was being read"
    )


def test_a_disk_that_fails_is_not_called_a_change(source: Path, monkeypatch: pytest.MonkeyPatch):
    seen = look(source, root=lambda: source)
    (source / "a.txt").touch()

    def fails(path: str) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))  # as os.read does: without a name

    monkeypatch.setattr(source_files, "_content_digest", fails)
    with pytest.raises(AnnotationError) as caught:
        seen.check()
    assert str(caught.value) == f"{source}: cannot be read: Input/output error"


def test_every_root_counts(source: Path, tmp_path: Path):
    (tmp_path / "names.txt").touch()
    roots = (source, tmp_path / "names.txt")
    assert told(roots, lambda: roots[1].write_text("cat")).startswith(f"{roots[1]}: changed")


def test_a_root_that_has_gone_is_noticed(source: Path):
    assert told((source,), lambda: source.rename(f"{source}2")).startswith(f"{source}: changed")
    file = Path(f"{source}2") / "a.txt"
    assert told((file,), file.unlink).startswith(f"{file}: changed")


def test_a_file_that_is_only_touched_is_no_change(source: Path):
    seen = look(source, root=lambda: source)
    os.utime(source / "a.txt", (2, 2))
    seen.check()


def test_what_cannot_be_looked_at_is_named(tmp_path: Path):
    with pytest.raises(AnnotationError) as caught:
        look(tmp_path / "nowhere", root=lambda: tmp_path)
    assert str(caught.value) == f"{tmp_path / 'nowhere'}: cannot be read: No such file or directory"
