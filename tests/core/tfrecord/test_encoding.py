"""Encoding in several threads: order, bounded memory, errors."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from boxwright.core.errors import BoxwrightError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.schema import Box, ImageRecord
from boxwright.core.tfrecord import encoding
from boxwright.core.tfrecord.encoding import AHEAD, encoded
from boxwright.core.tfrecord.example import decode
from boxwright.core.tfrecord.framing import unframed
from boxwright.core.tfrecord.pending import Pending, pending

HAND = Box(label="hand", x_min=1, y_min=2, x_max=5, y_max=4)


@pytest.fixture
def image(tmp_path: Path, picture: Any) -> Path:
    (tmp_path / "a.jpg").write_bytes(picture())
    return tmp_path / "a.jpg"


def records(image: Path, count: int) -> Iterator[Pending]:
    for number in range(count):
        record = ImageRecord(path=f"{number}.jpg", width=8, height=6, boxes=(HAND,), file=ImageFile(image))
        found = pending(record)
        assert found is not None
        yield found


def decoded(parts: tuple[bytes, ...], folder: Path) -> dict[str, list[Any]]:
    path = folder / "one.tfrecord"
    path.write_bytes(b"".join(parts))
    with open(path, "rb") as file:
        [(_, data)] = unframed(file, path.stat().st_size)
    return decode(data)


@pytest.mark.parametrize("limit", ["bytes", "records"])
@pytest.mark.parametrize("workers", [1, 2])
def test_records_are_encoded_in_order_and_not_read_far_ahead(
    workers: int, limit: str, image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    if limit == "bytes":
        monkeypatch.setattr(encoding, "BATCH_BYTES", 4 * image.stat().st_size)
    else:
        monkeypatch.setattr(encoding, "BATCH_RECORDS", 4)
    begun = 0

    def counted() -> Iterator[Pending]:
        nonlocal begun
        for begun, item in enumerate(records(image, 200), start=1):  # noqa: B007 (used outside)
            yield item

    ahead, names = 0, []
    for done, (record, parts) in enumerate(encoded(counted(), {"hand": 300}, workers)):
        ahead = max(ahead, begun - done)
        features = decoded(parts, tmp_path)
        assert features["image/encoded"] == [image.read_bytes()]
        assert features["image/object/class/label"] == [300]
        names += [(record.name.encode(), *features["image/filename"])]
    assert names == [(b"%d.jpg" % number,) * 2 for number in range(200)]
    # The first record of the next batch is what tells that one is full.
    assert ahead == (1 if workers == 1 else (workers * AHEAD + 1) * 4 + 1)


def test_an_image_that_is_bigger_than_a_batch_comes_alone(image: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(encoding, "BATCH_BYTES", 1)
    assert [record.name for record, _ in encoded(records(image, 3), {"hand": 1}, 2)] == [
        "0.jpg",
        "1.jpg",
        "2.jpg",
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_image_that_has_gone_is_told_and_no_thread_is_left(workers: int, image: Path):
    waiting = list(records(image, 30))
    image.unlink()
    before = threading.active_count()
    with pytest.raises(BoxwrightError) as caught:
        list(encoded(waiting, {"hand": 1}, workers))
    assert str(caught.value) == (
        f"0.jpg: could be read a moment ago, not now: [Errno 2] No such file or directory: '{image}'\n"
        "  hint: does something change the source?"
    )
    assert threading.active_count() == before


def test_who_stops_asking_leaves_no_thread_behind(image: Path):
    before = threading.active_count()
    asked = encoded(records(image, 100), {"hand": 1}, 2)
    next(asked)
    assert threading.active_count() > before
    asked.close()
    assert threading.active_count() == before
