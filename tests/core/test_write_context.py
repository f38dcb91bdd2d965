"""What writers need: images are brought along once, and nothing takes another's place."""

from pathlib import Path

import pytest

from boxwright.core.errors import WriteError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.schema import ImageRecord
from boxwright.core.write_context import WriteContext


def record(file: Path | None) -> ImageRecord:
    return ImageRecord(path="a.jpg", width=1, height=1, file=file and ImageFile(file))


def test_an_image_is_placed_once_however_many_records_have_it(tmp_path: Path):
    (tmp_path / "1").write_text("one")
    context = WriteContext(root=tmp_path / "out", adapter="x", name="x")
    context.place(record(tmp_path / "1"), "images/a.jpg")
    (tmp_path / "1").write_text("changed")
    context.place(record(tmp_path / "1"), "images/a.jpg")
    context.place(record(None), "images/b.jpg")
    assert [path.name for path in (tmp_path / "out/images").iterdir()] == ["a.jpg"]
    assert (tmp_path / "out/images/a.jpg").read_text() == "one"


@pytest.mark.parametrize("images", ["copy", "link", "none"])
def test_another_image_of_the_same_name_is_refused(tmp_path: Path, images: str):
    context = WriteContext(root=tmp_path / "out", adapter="x", name="x", images=images)  # type: ignore[arg-type]
    for name in "12":
        (tmp_path / name).write_text(name)
    context.place(record(tmp_path / "1"), "a.jpg")
    with pytest.raises(WriteError) as caught:
        context.place(record(tmp_path / "2"), "a.jpg")
    assert str(caught.value) == f"a.jpg: x cannot hold it: another image has this path: {tmp_path / '1'}"


def test_a_text_file_is_written_alike_at_once_and_through_open(tmp_path: Path):
    context = WriteContext(root=tmp_path / "out", adapter="x", name="x")
    text = "é\r\n\u2028\n"
    context.write("labels/a/1.txt", text)
    with context.open("labels/b/1.txt") as file:
        file.write(text)
    written = [(tmp_path / "out/labels" / name / "1.txt").read_bytes() for name in "ab"]
    assert written == [text.encode()] * 2
