"""Where an image's bytes are, and bringing them along."""

import os
from pathlib import Path

import pytest

from boxwright.core.images.image_file import ImageFile


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.bin"
    path.write_bytes(b"beforeIMAGEafter")
    return path


def test_a_whole_file_is_read(source: Path):
    image = ImageFile(source)
    assert image.read() == b"beforeIMAGEafter"
    with image.open() as (file, length):
        assert (file.tell(), length) == (0, 16)


def test_a_part_of_a_file_is_read(source: Path):
    image = ImageFile(source, 6, 5)
    assert image.read() == b"IMAGE"
    with image.open() as (file, length):
        assert (file.tell(), length, file.read(2)) == (6, 5, b"IM")


def test_a_copy_has_the_bytes_and_shares_nothing(source: Path, tmp_path: Path):
    target = tmp_path / "new" / "folders" / "b.bin"
    ImageFile(source).place(target, "copy")
    source.write_bytes(b"changed")
    assert target.read_bytes() == b"beforeIMAGEafter"


def test_a_link_is_the_same_file_and_survives_moving_either_folder(source: Path, tmp_path: Path):
    target = tmp_path / "new" / "b.bin"
    ImageFile(source).place(target, "link")
    assert os.path.samefile(source, target) and not target.is_symlink()


def test_a_linked_link_leads_to_the_file_itself(source: Path, tmp_path: Path):
    (tmp_path / "link.bin").symlink_to("a.bin")
    ImageFile(tmp_path / "link.bin").place(tmp_path / "new" / "b.bin", "link")
    assert (
        os.path.samefile(source, tmp_path / "new" / "b.bin") and not (tmp_path / "new" / "b.bin").is_symlink()
    )


def test_across_file_systems_the_link_is_symbolic_and_absolute(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def cross_device(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", cross_device)
    monkeypatch.chdir(tmp_path)
    ImageFile(Path("a.bin")).place(tmp_path / "new" / "b.bin", "link")
    assert os.readlink(tmp_path / "new" / "b.bin") == str(source.resolve())


def test_a_part_is_written_out_even_where_links_are_wanted(source: Path, tmp_path: Path):
    ImageFile(source, 6, 5).place(tmp_path / "b.bin", "link")
    assert (tmp_path / "b.bin").read_bytes() == b"IMAGE"


@pytest.mark.parametrize("how", ["copy", "link"])
def test_what_a_killed_run_left_is_replaced(source: Path, tmp_path: Path, how: str):
    for _ in range(2):
        ImageFile(source).place(tmp_path / "b.bin", how)  # type: ignore[arg-type]
    assert (tmp_path / "b.bin").read_bytes() == source.read_bytes() == b"beforeIMAGEafter"


def test_a_copy_is_never_written_through_a_link_of_an_earlier_run(source: Path, tmp_path: Path):
    (tmp_path / "other.bin").write_bytes(b"other")
    ImageFile(source).place(tmp_path / "b.bin", "link")
    ImageFile(tmp_path / "other.bin").place(tmp_path / "b.bin", "copy")
    assert (tmp_path / "b.bin").read_bytes() == b"other"
    assert source.read_bytes() == b"beforeIMAGEafter"


@pytest.mark.parametrize("how", ["copy", "link"])
def test_an_image_that_has_gone_is_an_error_and_no_dead_link(tmp_path: Path, how: str):
    with pytest.raises(FileNotFoundError):
        ImageFile(tmp_path / "gone.jpg").place(tmp_path / "b.jpg", how)  # type: ignore[arg-type]
    assert not os.path.lexists(tmp_path / "b.jpg")


def test_none_brings_nothing_along_and_makes_no_folder(source: Path, tmp_path: Path):
    ImageFile(source).place(tmp_path / "new" / "b.bin", "none")
    assert not (tmp_path / "new").exists()
