"""Files that list images: names that several of them have."""

from collections.abc import Iterator
from pathlib import Path

from boxwright.core.layout.image_folder import ImageFolder
from boxwright.core.layout.listed_images import shared_names

TRAIN, VAL = Path("train.txt"), Path("val.txt")


def test_names_are_shared_by_files_whose_images_lie_in_different_folders():
    names = {TRAIN: ["a.jpg", "b.jpg", "/home/me/c.jpg"], VAL: ["b.jpg", "c.jpg", "c.jpg"]}
    apart = {TRAIN: ImageFolder(Path("train")), VAL: ImageFolder(Path("val"))}
    assert shared_names(names, apart) == {"b.jpg", "c.jpg"}


def test_nobody_is_asked_for_names_where_all_images_lie_in_one_folder():
    def unread() -> Iterator[str]:
        raise AssertionError
        yield

    together = {TRAIN: ImageFolder(Path("images")), VAL: ImageFolder(Path("images"))}
    assert shared_names({TRAIN: unread(), VAL: unread()}, together) == frozenset()
