"""Encoding in several processes: order, bounded memory, and what is told when a process dies."""

import os
import signal
from collections.abc import Iterator
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from boxwright.core.errors import BoxwrightError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.schema import ImageRecord
from boxwright.core.tfrecord.encoding import AHEAD, BATCH, encoded
from boxwright.core.tfrecord.example import decode
from boxwright.core.tfrecord.shards import Shard, shards

[SHARD] = shards("x", None, 1, 1)


@pytest.fixture
def file(tmp_path: Path, picture: Any) -> ImageFile:
    (tmp_path / "a.jpg").write_bytes(picture())
    return ImageFile(tmp_path / "a.jpg")


def records(file: ImageFile | None, count: int) -> Iterator[tuple[Shard, ImageRecord]]:
    return ((SHARD, ImageRecord(path=f"{n}.jpg", width=8, height=6, file=file)) for n in range(count))


def refusal(source: Iterator[tuple[Shard, ImageRecord]], workers: int) -> str:
    with pytest.raises(BoxwrightError) as caught:
        list(encoded(source, {}, workers))
    return str(caught.value)


@pytest.mark.parametrize("workers, most", [(1, 1), (2, (2 * AHEAD + 1) * BATCH)])
def test_records_are_encoded_in_order_and_not_read_far_ahead(workers: int, most: int, file: ImageFile):
    begun = 0

    def counted() -> Iterator[tuple[Shard, ImageRecord]]:
        nonlocal begun
        for begun, item in enumerate(records(file, 200), start=1):  # noqa: B007 (used outside)
            yield item

    ahead, names = 0, []
    for done, (_, (_, data, _)) in enumerate(encoded(counted(), {}, workers)):
        ahead = max(ahead, begun - done)
        names += decode(data)["image/filename"]
    assert names == [b"%d.jpg" % number for number in range(200)]
    assert ahead == most


def test_a_killed_worker_ends_the_run_with_a_hint(file: ImageFile):
    def killing() -> Iterator[tuple[Shard, ImageRecord]]:
        for number, item in enumerate(records(file, 400)):
            if number == 200:
                [worker, *_] = active_children()
                assert worker.pid is not None
                os.kill(worker.pid, signal.SIGKILL)
            yield item

    expected = "a worker process was killed\n  hint: out of memory? run again with fewer --workers"
    assert refusal(killing(), 2) == expected
    assert active_children() == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_is_the_same_from_another_process(workers: int, tmp_path: Path):
    gone = tmp_path / "gone.jpg"
    assert refusal(records(ImageFile(gone), 3), workers) == (
        f"0.jpg: could be read a moment ago, not now: [Errno 2] No such file or directory: '{gone}'\n"
        "  hint: does something change the source?"
    )


def test_a_record_without_a_file_is_refused():
    assert refusal(records(None, 1), 1) == "0.jpg: has no image"
