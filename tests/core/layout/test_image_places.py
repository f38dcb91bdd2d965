"""Image folders: found by some of the images in them."""

from pathlib import Path

import pytest

from boxwright.core.layout.image_places import image_places


def place(root: Path, names: dict[str, list[str]], given: str | None = None) -> list[str]:
    """The image folder of each file, which is the split `train`, relative to the root."""
    files = {root / file: images for file, images in names.items()}
    folders = image_places(
        root, files, dict.fromkeys(files, "train"), None if given is None else root / given
    )
    return [folder.root.relative_to(root).as_posix() for folder in folders.values()]


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


@pytest.mark.parametrize(
    "folder",
    ["labels", "images", "labels/images", "JPEGImages", "train2017", "images/train", "train/images", "."],
)
def test_images_are_found_anywhere_near(tmp_path: Path, folder: str):
    touch(tmp_path, "labels/instances_train2017.json", f"{folder}/a.jpg")
    assert place(tmp_path, {"labels/instances_train2017.json": ["a.jpg"]}) == [folder]


def test_a_folder_called_as_that_of_the_file_is_near_whatever_the_split_is_called(tmp_path: Path):
    touch(tmp_path, "labels/valid/x.json", "images/valid/a.jpg")
    file = tmp_path / "labels/valid/x.json"
    assert (
        image_places(tmp_path, {file: ["a.jpg"]}, {file: "val"}, None)[file].root == tmp_path / "images/valid"
    )


def test_the_folder_with_most_of_them_is_theirs(tmp_path: Path):
    touch(tmp_path, "a.jpg", "images/a.jpg", "images/b.jpg")
    assert place(tmp_path, {"x.json": ["a.jpg", "b.jpg"]}) == ["images"]


def test_nearly_the_names_will_do(tmp_path: Path):
    touch(tmp_path, "images/a.JPG")
    assert place(tmp_path, {"x.json": ["a.jpg"]}) == ["images"]


def test_names_that_lead_elsewhere_tell_nothing(tmp_path: Path):
    touch(tmp_path, "a.jpg", "sub/x/b.jpg", "sub/images/c")
    names: list[object] = ["../a.jpg", "../a.jpg", 5, "x\\b.jpg"]
    folders = image_places(
        tmp_path / "sub", {tmp_path / "sub/x.json": names}, {tmp_path / "sub/x.json": None}, None
    )
    assert [folder.root for folder in folders.values()] == [tmp_path / "sub"]


def test_a_file_without_its_images_goes_by_its_neighbours(tmp_path: Path):
    touch(tmp_path, "images/a.jpg", "other/x")
    assert place(tmp_path, {"x.json": ["a.jpg"], "y.json": ["gone.jpg"]}) == ["images", "images"]
    assert place(tmp_path, {"x.json": ["a.jpg"], "other/y.json": ["gone.jpg"]}) == ["images", "other"]


def test_a_folder_that_is_given_is_the_only_one_searched(tmp_path: Path):
    touch(tmp_path, "a.jpg", "there/images/a.jpg")
    assert place(tmp_path, {"x.json": ["a.jpg"]}, "there") == ["there/images"]
    assert place(tmp_path, {"x.json": ["gone.jpg"]}, "there") == ["there"]
