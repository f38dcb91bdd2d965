import pytest
from PIL import Image, ImageEnhance

from boxwright.core.html_report.near_duplicates import NEAR
from boxwright.core.html_report.picture_hash import hashes, picture_hash
from boxwright.core.images.image_file import ImageFile
from tests.core.html_report.drawn import saved, shades

CHANGES = {
    "saved anew": lambda picture: picture,
    "half as large": lambda picture: picture.resize((80, 60)),
    "twice as large": lambda picture: picture.resize((320, 240)),
    "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.2),
    "darker": lambda picture: ImageEnhance.Brightness(picture).enhance(0.7),
    "grey": lambda picture: picture.convert("L"),
}


def distance(first, second):
    return int((picture_hash(first).bits != picture_hash(second).bits).sum())


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_copy_is_near(tmp_path, change):
    original = saved(shades(1), tmp_path / "a.jpg", quality=95)
    copy = saved(change(shades(1)), tmp_path / "b.jpg", quality=50)
    assert distance(original, copy) <= NEAR


def test_another_picture_is_far(tmp_path):
    first, second = (saved(shades(number), tmp_path / f"{number}.jpg") for number in (1, 2))
    assert distance(first, second) > 3 * NEAR


def test_a_plain_picture_has_no_bits(tmp_path):
    assert picture_hash(saved(Image.new("RGB", (99, 99), "red"), tmp_path / "a.png")).bits is None


@pytest.mark.parametrize("data", [b"", b"no image", b"\xff\xd8\xff\xe0\x00\x10JFIF"])
def test_a_damaged_picture_has_no_bits(tmp_path, data):
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    assert picture_hash(ImageFile(path)).bits is None


def test_a_picture_that_is_not_there_has_no_hash(tmp_path):
    assert hashes([ImageFile(tmp_path / "a.jpg")]) == [None]
