import pytest
from PIL import Image

from boxwright.core.html_report import near_duplicates as module
from boxwright.core.html_report.near_duplicates import near_duplicates
from boxwright.core.html_report.survey import Seen
from boxwright.core.images.image_file import ImageFile
from tests.core.html_report.drawn import saved, shades


@pytest.fixture
def seen(tmp_path):
    """Makes images: `seen("a.jpg", "train", 1)` shows picture number 1."""

    def make(name, split, number, **options):
        picture = shades(number) if isinstance(number, int) else Image.new("RGB", (60, 60), number)
        return Seen(name, split, saved(picture, tmp_path / name, **options))

    return make


def test_a_copy_across_splits_counts_on_both_sides_and_is_shown(seen):
    images = [
        seen("a.jpg", "train", 1),
        seen("b.jpg", "val", 1, quality=40),
        seen("c.jpg", "val", 2),
    ]
    found = near_duplicates(images)
    assert found.across == {("train", "val"): 1, ("val", "train"): 1}
    assert found.within == {}
    [pair] = found.pairs
    assert (pair.first.path, pair.second.path) == ("a.jpg", "b.jpg") and 0 < pair.bits <= module.NEAR


def test_copies_within_a_split_are_only_counted(seen):
    found = near_duplicates([seen("a.jpg", "train", 1), seen("b.jpg", "train", 1), seen("c.jpg", "val", 2)])
    assert (found.across, found.within, found.pairs) == ({}, {"train": 2}, ())


def test_without_splits_all_pairs_are_shown(seen):
    found = near_duplicates([seen("a.jpg", None, 1), seen("b.jpg", None, 1)])
    assert found.across == {} and found.within == {None: 2}
    assert [pair.bits for pair in found.pairs] == [None]  # byte by byte


def test_plain_pictures_are_copies_only_where_the_files_are_equal(seen):
    found = near_duplicates(
        [seen("a.png", "train", "red"), seen("b.png", "val", "red"), seen("c.png", "val", "blue")]
    )
    assert found.plain == 3 and found.across == {("train", "val"): 1, ("val", "train"): 1}
    assert [(pair.first.path, pair.second.path) for pair in found.pairs] == [("a.png", "b.png")]


def test_no_image_is_shown_twice(seen):
    found = near_duplicates([seen(f"{number}.jpg", None, 1) for number in range(5)])
    paths = [image.path for pair in found.pairs for image in (pair.first, pair.second)]
    assert len(paths) == len(set(paths)) == 4


def test_blocks_of_images_find_what_one_block_finds(seen, monkeypatch):
    images = [seen(f"{number}.jpg", ("train", "val")[number % 2], number // 2) for number in range(8)]
    whole = near_duplicates(images)
    monkeypatch.setattr(module, "AT_ONCE", 3)
    assert near_duplicates(images) == whole
    assert len(whole.pairs) == 4


def test_what_cannot_be_read_is_counted(tmp_path):
    found = near_duplicates([Seen("a.jpg", None, ImageFile(tmp_path / "a.jpg"))])
    assert (found.compared, found.unreadable, found.pairs) == (0, 1, ())


def test_nothing_has_no_copies():
    assert near_duplicates([]).pairs == ()
