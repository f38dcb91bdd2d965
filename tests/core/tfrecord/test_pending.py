"""Records that wait in a file: as they were, in order, for as many passes as are asked for."""

from pathlib import Path
from typing import Any

import pytest

from boxwright.core.images.image_file import ImageFile
from boxwright.core.schema import Box, ImageRecord
from boxwright.core.tfrecord.pending import PendingFile, image_bytes, pending

HAND = Box(label="dog 🐕", x_min=1, y_min=2, x_max=5, y_max=4)


@pytest.fixture
def image(tmp_path: Path, picture: Any) -> Path:
    (tmp_path / "a.jpg").write_bytes(picture())
    return tmp_path / "a.jpg"


def record(**fields: Any) -> ImageRecord:
    return ImageRecord(**{"path": "a\udcff.jpg", "width": 8, "height": 6, "boxes": (HAND,)} | fields)


def test_what_waits_comes_back_in_order_each_time(tmp_path: Path, image: Path):
    folder = tmp_path / "work"
    folder.mkdir()
    found = [pending(record(source_id=str(number), file=ImageFile(image))) for number in range(3)]
    waiting = PendingFile(folder)
    for each in found:
        assert each is not None
        waiting.add(each)
    assert list(waiting) == list(waiting) == found and waiting.count == 3
    assert list(folder.iterdir()) == []  # a kill leaves nothing behind
    waiting.close()


def test_an_image_inside_another_file_is_found_again(tmp_path: Path, image: Path):
    data = image.read_bytes()
    (tmp_path / "many").write_bytes(b"before" + data + b"after")
    found = pending(record(file=ImageFile(tmp_path / "many", 6, len(data))))
    assert found is not None and image_bytes(found) == data


@pytest.mark.parametrize("content", [None, b"", b"\xff\xd8\xff"])
def test_what_has_no_readable_pixels_does_not_wait(content: bytes | None, image: Path):
    image.unlink()
    if content is not None:
        image.write_bytes(content)
    assert pending(record(file=ImageFile(image))) is None
    assert pending(record(file=None)) is None
