"""Annotation files and their images: which folders go together."""

from pathlib import Path

import pytest

from boxwright.core.layout.annotation_folders import Part
from boxwright.core.layout.paired_folders import paired_parts


def made(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@pytest.mark.parametrize("given", ["", "annotations", "images"])
def test_two_folders_go_together_whichever_is_given(tmp_path: Path, given: str):
    root = made(tmp_path, "annotations/a.json", "images/a.jpg")
    assert paired_parts(root / given, ".json", None) == (
        root,
        [Part(root / "annotations", root / "images", "")],
    )


def test_files_beside_their_images_are_one_part_even_in_folders_of_such_names(tmp_path: Path):
    root = made(tmp_path, "labels/a.json", "labels/a.jpg", "images/b.json", "images/b.jpg")
    assert paired_parts(root, ".json", None) == (root, [Part(root, root, "")])


def test_each_split_may_have_its_two_folders(tmp_path: Path):
    root = made(tmp_path, "train/json/a.json", "train/imgs/a.jpg", "val/json/b.json", "val/imgs/b.jpg")
    parts = [Part(root / split / "json", root / split / "imgs", f"{split}/") for split in ("train", "val")]
    assert paired_parts(root, ".json", None) == (root, parts)


def test_a_file_stands_for_the_folder_that_it_lies_in(tmp_path: Path):
    root = made(tmp_path, "a.json")
    assert paired_parts(root / "a.json", ".json", None) == (root, [Part(root, root, "")])
