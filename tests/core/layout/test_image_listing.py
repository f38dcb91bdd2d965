"""Images of a split: a folder's or a list's, their names, and names that two splits share."""

from pathlib import Path

import pytest

from boxwright.core.layout.image_listing import Listed, Listing, shared_names


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("images/train/a.jpg", "images/train/night/b.jpg", "images/val/a.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_a_folder_lists_its_images_in_order(root: Path):
    listing = Listing(root, "images/train", "train")
    assert [(each.path, each.name, each.full_name) for each in listing.images("YOLO")] == [
        ("images/train/a.jpg", "a.jpg", "train/a.jpg"),
        ("images/train/night/b.jpg", "night/b.jpg", "train/night/b.jpg"),
    ]


def test_a_list_names_images_from_anywhere(root: Path):
    (root / "train.txt").write_text("./images/train/a.jpg\n\n/home/me/images/val/a.jpg\nc.jpg\n")
    assert list(Listing(root, "train.txt", "train").images("YOLO")) == [
        Listed("images/train/a.jpg", "a.jpg", "./images/train/a.jpg", 1),
        Listed("images/val/a.jpg", "val/a.jpg", "/home/me/images/val/a.jpg", 3),
        Listed(None, "c.jpg", "c.jpg", 4),
    ]


def test_names_that_two_splits_share_are_found(root: Path):
    train, val = (Listing(root, f"images/{split}", split) for split in ("train", "val"))
    assert shared_names([train, val], "YOLO") and not shared_names([train], "YOLO")


def test_a_folder_of_a_split_tells_it_where_nothing_else_does(root: Path):
    everything = Listing(root, "images", None)
    assert [everything.split_of(each.name) for each in everything.images("YOLO")] == ["train", "train", "val"]
    assert everything.split_of("a.jpg") is None
