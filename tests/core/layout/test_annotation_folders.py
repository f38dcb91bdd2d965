"""Folders of annotations and images that go together."""

from pathlib import Path

import pytest

from boxwright.core.layout.annotation_folders import Part, mirrored, named_as


def fill(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def test_annotation_files_come_sorted_with_their_names_and_without_what_is_skipped(tmp_path: Path):
    fill(tmp_path, "b.txt", "a/c.d.TXT", "calib/e.txt", "calib.txt", "f.jpg", "._g.txt")
    part = Part(tmp_path, tmp_path, skip=frozenset({"calib"}))
    assert [(path.name, stem) for path, stem in part.files(".txt")] == [
        ("c.d.TXT", "a/c.d"),
        ("b.txt", "b"),
        ("calib.txt", "calib"),
    ]
    assert part.image_folder().names == ("f.jpg",)
    assert list(Part(None, tmp_path).files(".txt")) == []


@pytest.mark.parametrize(
    "folder, expected",
    [("labels", "Images"), ("labels/train", "Images/train"), ("labels/val", None), ("other", None)],
)
def test_images_mirror_labels(tmp_path: Path, folder: str, expected: str | None):
    fill(tmp_path, "labels/train/a", "labels/val/a", "Images/train/a", "other/a", "data/train/a")
    found = mirrored(tmp_path / folder, ("labels",), ("images", "data" if expected else "none"))
    assert found == (tmp_path / expected if expected else None)


def test_a_folder_is_known_by_its_own_name_or_the_one_it_lies_in():
    names = ("labels",)
    assert named_as(Path("/x/Labels"), names) == named_as(Path("/x/Labels/train"), names) == Path("/x/Labels")
    assert named_as(Path("/x/labels/a/b"), names) is None
