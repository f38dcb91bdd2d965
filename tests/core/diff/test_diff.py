"""What changed between two versions: real folders, of one format and of two."""

from pathlib import Path

import pytest
from PIL import Image

import boxwright
from boxwright.core.diff.diff import diff
from boxwright.core.schema import Box, Dataset, ImageRecord

CAT = Box(label="cat", x_min=10, y_min=10, x_max=30, y_max=30)
DOG = Box(label="dog", x_min=40, y_min=5, x_max=60, y_max=45, difficult=True)


@pytest.fixture
def version(tmp_path, monkeypatch):
    """A function that writes a version of a data set: image path to its boxes."""

    monkeypatch.chdir(tmp_path)  # so that messages are short

    def write(name: str, images: dict[str, tuple[Box, ...]], format: str = "jsonl", **fields: str) -> Path:
        pictures = Path("pictures")
        records = []
        for path, boxes in images.items():
            file = pictures / path
            file.parent.mkdir(parents=True, exist_ok=True)
            # A colour of its own, so that no two images have the same bytes.
            Image.new("RGB", (80, 50), (len(path) * 7 % 256, sum(path.encode()) % 256, 9)).save(file)
            image = boxwright.ImageFile(file)
            records.append(ImageRecord(path=path, width=80, height=50, boxes=boxes, file=image, **fields))
        boxwright.write(Dataset(None, lambda: iter(records)), name, format=format)
        return Path(name)

    return write


def test_two_copies_do_not_differ(version):
    images = {"a.png": (CAT, DOG), "b.png": ()}
    found = diff(version("old", images), version("new", images))
    assert found.nothing
    assert str(found).splitlines()[1:] == ["  no difference"]


def test_the_order_of_boxes_is_no_difference(version):
    assert diff(version("old", {"a.png": (CAT, DOG)}), version("new", {"a.png": (DOG, CAT)})).nothing


def test_every_kind_of_change_is_told(version):
    moved = Box(label="cat", x_min=11, y_min=10, x_max=31, y_max=30)
    bird = Box(label="bird", x_min=40, y_min=5, x_max=60, y_max=45, difficult=True)
    old = version("old", {"a.png": (CAT, DOG), "b.png": (DOG,), "c.png": (CAT,), "gone.png": ()})
    plain = Box(label="dog", x_min=40, y_min=5, x_max=60, y_max=45)
    new = version("new", {"a.png": (moved, bird), "b.png": (plain,), "c.png": (DOG,), "here.png": (CAT,)})
    found = diff(old, new)
    assert not found.nothing
    assert (
        str(found)
        == """\
old -> new: 4 -> 4 images
  new labels: bird
  images added: 1
    here.png
  images removed: 1
    gone.png
  boxes added: 1
    c.png: dog [40, 5, 60, 45]
  boxes removed: 1
    c.png: cat [10, 10, 30, 30]
  boxes moved: 1
    a.png: cat [10, 10, 30, 30] -> cat [11, 10, 31, 30]
  boxes relabelled: 1
    a.png: dog [40, 5, 60, 45] -> bird [40, 5, 60, 45]
  boxes changed: 1
    b.png: dog [40, 5, 60, 45], difficult True -> False"""
    )
    assert found.as_dict()["boxes"] == {
        "moved": 1,
        "relabelled": 1,
        "changed": 1,
        "added": 1,
        "removed": 1,
    }


def test_an_image_under_another_path_is_renamed(version):
    picture = Path("pictures/a.png")
    old = version("old", {"a.png": (CAT,)})
    (Path("pictures/night")).mkdir()
    record = ImageRecord(
        path="night/a.png", width=80, height=50, boxes=(CAT,), file=boxwright.ImageFile(picture)
    )
    boxwright.write(Dataset(None, lambda: iter([record])), "new", format="jsonl")
    assert (
        str(diff(old, "new"))
        == """\
old -> new: 1 -> 1 images
  images renamed: 1
    a.png -> night/a.png"""
    )


def test_another_split_is_a_change_of_the_image(version):
    old, new = (version(name, {"a.png": (CAT,)}, split=name) for name in ("train", "val"))
    assert (
        str(diff(old, new))
        == """\
train -> val: 1 -> 1 images
  images with another split: 1
    a.png"""
    )


def test_bytes_of_equal_number_are_compared_on_request(version):
    old = version("old", {"a.png": (CAT,)})
    new = version("new", {"a.png": (CAT,)})
    data = bytearray((new / "images/a.png").read_bytes())
    data[-20] ^= 1  # of the pixels: the header and the end stay
    (new / "images/a.png").write_bytes(data)
    assert diff(old, new).nothing
    assert (
        str(diff(old, new, image_bytes=True))
        == """\
old -> new: 1 -> 1 images
  images redrawn: 1
    a.png"""
    )


def test_what_one_format_cannot_hold_is_not_compared_and_said(version):
    images = {"a.png": (CAT, DOG)}
    found = diff(version("old", images), version("new", images, format="kitti"))
    assert found.nothing
    assert found.not_compared == (
        "area",
        "attributes",
        "crowd",
        "difficult",
        "group",
        "group_of",
        "polygons",
        "pose",
    )


@pytest.mark.parametrize("format", ["coco", "pascal_voc", "tfrecord"])
def test_a_conversion_changes_nothing_that_both_can_hold(version, format):
    thirds = Box(label="cat", x_min=1 / 3, y_min=2 / 3, x_max=40 / 3, y_max=50 / 3)
    images = {"a.png": (thirds, DOG), "b.png": ()}
    assert diff(version("old", images), version("new", images, format=format)).nothing


def test_the_order_of_attributes_is_no_difference(version):
    one, other = (
        Box(label="cat", x_min=0, y_min=0, x_max=9, y_max=9, attributes=dict(pairs))
        for pairs in ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)])
    )
    old, new = version("old", {"a.png": (one,)}), version("new", {"b.png": (other,)})
    (new / "images/b.png").write_bytes((old / "images/a.png").read_bytes())
    assert diff(old, new).renamed == {"a.png": "b.png"}
