"""Finding the image that a name means."""

from pathlib import Path

import pytest

from boxwright.core.images.image_file import ImageFile
from boxwright.core.layout.image_folder import ImageFolder


@pytest.fixture
def folder(tmp_path: Path):
    def make(*names: str, skip: frozenset[str] = frozenset()) -> ImageFolder:
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return ImageFolder(tmp_path, skip)

    return make


def test_a_name_is_there_or_not(folder):
    images = folder("a.jpg", "sub/b.jpg")
    assert images.has("a.jpg") and images.has("sub/b.jpg")
    assert not any(map(images.has, ["b.jpg", "A.JPG", "sub", "", ".", "a.jpg\0", "x" * 5000]))


def test_a_file_is_named_below_the_root(folder, tmp_path: Path):
    assert folder().file("sub/b.jpg") == ImageFile(tmp_path / "sub" / "b.jpg")


@pytest.mark.parametrize(
    "stem, found",
    [
        ("a", "a.jpg"),
        ("b", "b.TIFF"),
        ("sub/c", "sub/c.webp"),
        ("d.v2", "d.v2.png"),
        ("c", None),
        ("note", None),
    ],
)
def test_an_image_is_found_by_its_stem(folder, stem: str, found: str | None):
    assert folder("a.jpg", "b.TIFF", "sub/c.webp", "d.v2.png", "note.txt").by_stem(stem) == found


def test_of_two_images_with_one_stem_the_usual_extension_wins_then_the_alphabet(folder):
    images = folder("a.bmp", "a.png", "b.webp", "b.gif")
    assert images.by_stem("a") == "a.png"
    assert images.by_stem("b") == "b.gif"


@pytest.mark.parametrize(
    "name, found",
    [
        ("a.jpg", "a.jpg"),
        ("C:\\photos\\a.jpg", "a.jpg"),
        ("other/folder/a.jpg", "a.jpg"),
        ("a", "a.jpg"),
        ("a.png", "a.jpg"),
        ("A.JPG", "a.jpg"),
        ("x/A.png", "a.jpg"),
        ("SUB/C.JPG", "sub/c.jpeg"),
        ("d.v2", "d.v2.png"),
        ("D.V2", "d.v2.png"),
        ("c.jpg", None),
        ("e.jpg", None),
        ("", None),
    ],
)
def test_a_name_that_is_nearly_right_means_an_image(folder, name: str, found: str | None):
    assert folder("a.jpg", "sub/c.jpeg", "d.v2.png").similar(name) == found


def test_an_exact_stem_is_preferred_to_another_case(folder):
    assert folder("A.png", "a.gif").similar("a.png") == "a.gif"


def test_names_are_sorted_folder_by_folder_without_junk_and_what_is_no_image(folder):
    images = folder(
        "b.jpg", "a/z.png", "a.jpg", "a/a.JPG", "x.xml", "._a.jpg", "__MACOSX/a.jpg", ".git/a.jpg"
    )
    assert images.names == ("a/a.JPG", "a/z.png", "a.jpg", "b.jpg")


def test_a_skipped_folder_is_not_listed_only_directly_below_the_root(folder):
    images = folder("labels/a.webp", "day/labels/b.webp", skip=frozenset({"labels"}))
    assert images.names == ("day/labels/b.webp",)
    assert images.by_stem("labels/a") is None


def test_a_folder_that_is_not_there_holds_no_images(tmp_path: Path):
    images = ImageFolder(tmp_path / "nowhere")
    assert images.names == () and images.by_stem("a") is None and images.similar("a.jpg") is None


def test_a_listing_is_not_made_for_a_name_that_is_there(folder):
    images = folder("a.jpg")
    assert images.has("a.jpg") and images.by_stem("a") == "a.jpg"
    assert "names" not in vars(images)
