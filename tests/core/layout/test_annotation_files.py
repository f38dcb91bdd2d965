"""Annotation files: where they are found, and which folder is their data set's root."""

from pathlib import Path

import pytest

from boxwright.core.layout.annotation_files import annotation_files, sniffed


def found(path: Path, root: Path) -> tuple[str, list[str]]:
    """The root and the files that are not empty, relative to the folder of the test."""
    top, files = annotation_files(path, ".json", ["labels.json"], lambda file: file.stat().st_size > 0)
    return top.relative_to(root).as_posix(), [file.relative_to(root).as_posix() for file in files]


@pytest.mark.parametrize("path", [".", "annotations", "annotations/train2017.json", "train2017"])
def test_what_people_take_for_the_root_leads_to_it(tmp_path: Path, path: str):
    (tmp_path / "annotations").mkdir()
    (tmp_path / "train2017").mkdir()
    (tmp_path / "annotations/train2017.json").write_text("x")
    assert found(tmp_path / path, tmp_path) == (".", ["annotations/train2017.json"])


def test_each_split_may_have_a_folder(tmp_path: Path):
    for name in ("valid", "train", "__MACOSX"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "labels.json").write_text("x")
    assert found(tmp_path, tmp_path) == (".", ["train/labels.json", "valid/labels.json"])


def test_files_of_other_formats_and_junk_are_left_out(tmp_path: Path):
    for name, text in {"a.JSON": "x", "b.json": "", "._c.json": "x", "d.txt": "x"}.items():
        (tmp_path / name).write_text(text)
    assert found(tmp_path, tmp_path) == (".", ["a.JSON"])
    assert found(tmp_path / "d.txt", tmp_path) == (".", [])


def test_sniffing_opens_the_first_files_only_and_likely_names_before_others(tmp_path: Path):
    opened: list[str] = []

    def belongs(path: Path) -> bool:
        opened.append(path.name)
        return False

    for number in range(100):
        (tmp_path / f"{number:02}.json").write_text("x")
    (tmp_path / "labels.json").write_text("x")
    (tmp_path / "wanted.json").write_text("x")
    assert not sniffed(tmp_path, ".json", ["labels.json"], belongs, lambda name: name == "wanted.json")
    assert opened == ["labels.json", "wanted.json", *(f"{number:02}.json" for number in range(8))]
    assert sniffed(tmp_path / "99.json", ".json", [], lambda path: True)
    assert not sniffed(tmp_path / "99.json", ".csv", [], lambda path: True)
