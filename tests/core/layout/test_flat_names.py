"""One folder for all images: joined names, collisions, extensions."""

from pathlib import Path

import pytest
from PIL import Image

from boxwright.core.errors import WriteError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.layout.flat_names import FlatNames, bad_name, extension_of, joined, plain_name
from boxwright.core.schema import ImageRecord
from boxwright.core.write_context import WriteContext


@pytest.fixture
def context(tmp_path: Path) -> WriteContext:
    return WriteContext(root=tmp_path, adapter="kitti", name="x")


def record(path: str) -> ImageRecord:
    return ImageRecord(path=path, width=None, height=None)


def test_folders_are_joined_and_their_loss_is_counted(context: WriteContext):
    assert [joined(record(path), context) for path in ("a.jpg", "b/c/d.jpg")] == ["a.jpg", "b_c_d.jpg"]
    assert [str(loss) for loss in context.losses] == ["1 path: folders joined into the name"]


def test_two_records_of_one_stem_are_refused(context: WriteContext):
    names = FlatNames(context, "label file", ".txt")
    assert names.take(record("a.b.jpg"), "a.b.jpg") == "a.b"
    assert names.take(record("a.jpg"), "a.jpg") == "a"
    for name in ("a.png", " a.jpg"):
        with pytest.raises(WriteError) as caught:
            names.take(record(name), name)
        stem = name.partition(".")[0]
        assert str(caught.value) == (
            f"{name}: kitti cannot hold it: another image has the label file {stem}.txt already"
        )


@pytest.mark.parametrize(
    "name, fact",
    [
        ("a b.é", None),
        ("a/b", "holds a character that no list or name can"),
        ("a\n", "holds a character that no list or name can"),
        ("\udcff", "holds a character that no list or name can"),
        ("._a", "would be hidden"),
        ("é" * 128, "is longer than 255 bytes"),
    ],
)
def test_a_name_that_no_file_can_have_is_told(name: str, fact: str | None):
    assert bad_name(name) == fact


def test_an_extension_is_that_of_the_bytes(tmp_path: Path):
    Image.new("RGB", (4, 4)).save(tmp_path / "a", "JPEG")
    (tmp_path / "b").touch()
    assert [extension_of(ImageFile(tmp_path / name)) for name in ("a", "b", "gone")] == [
        ".jpeg",
        ".png",
        ".png",
    ]


def test_a_path_is_written_in_its_shortest_form_and_the_rest_is_counted(context: WriteContext):
    assert [plain_name(record(path), context) for path in ("a/b.jpg", "a/./b.jpg")] == ["a/b.jpg"] * 2
    assert [str(loss) for loss in context.losses] == ["1 path: written in its shortest form"]
