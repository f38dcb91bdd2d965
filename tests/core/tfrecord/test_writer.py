"""Writing shards: same bytes whatever the workers, constant memory, and what is done already stays."""

import hashlib
import os
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from boxwright.core.errors import BoxwrightError, WriteError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.losses import Loss
from boxwright.core.schema import Box, Dataset, ImageRecord
from boxwright.core.tfrecord.label_map import read_label_map
from boxwright.core.tfrecord.writer import write_tfrecords
from boxwright.core.write_context import WriteContext

ExamplesOf = Callable[[Path], list[dict[str, list[Any]]]]
HAND = Box(label="hand", x_min=1, y_min=2, x_max=5, y_max=4)


@pytest.fixture
def files(tmp_path: Path, picture: Callable[..., bytes]) -> list[ImageFile]:
    """Some images of 8 x 6 pixels that differ."""
    paths = [tmp_path / f"image{number}.jpg" for number in range(5)]
    for seed, path in enumerate(paths):
        path.write_bytes(picture(seed=seed * 40))
    return [ImageFile(path) for path in paths]


@pytest.fixture
def record(files: list[ImageFile]) -> Callable[..., ImageRecord]:
    """A function that makes the record of a number."""

    def make(number: int, **fields: Any) -> ImageRecord:
        file = files[number % len(files)]
        stated = {
            "path": f"{number}.jpg",
            "width": 8,
            "height": 6,
            "boxes": (HAND,) * (number % 3),
            "file": file,
        }
        return ImageRecord(**stated | fields)

    return make


def written(folder: Path, *passes: list[ImageRecord], shards: int = 1, **fields: Any) -> WriteContext:
    """Write records; with several lists, the first is what the first pass sees."""
    folder.mkdir(exist_ok=True)
    left = iter(passes)
    dataset = Dataset(fields.pop("labels", None), lambda: iter(next(left, passes[-1])))
    context = WriteContext(root=folder, adapter="tfrecord", name="set", **fields)
    write_tfrecords(dataset, context, shards)
    return context


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_bytes_do_not_depend_on_the_number_of_workers(tmp_path: Path, record: Any):
    # Splits take turns, so that several shards are open at once; there are more batches than workers.
    records = [record(number, split=("train", "val")[number % 5 == 0]) for number in range(70)]
    first, *others = (
        contents(written(tmp_path / str(workers), records, shards=3, workers=workers).root)
        for workers in (1, 2, 3)
    )
    assert set(first) == {
        "set_label_map.pbtxt",
        *(f"set_{s}-0000{n}-of-00003.tfrecord" for s in SPLITS for n in (0, 1, 2)),
    }
    assert others == [first, first]


SPLITS = ("train", "val")


@pytest.mark.parametrize("count", [1, 2, 3, 7, 11])
def test_shards_in_order_hold_the_records_in_order(
    count: int, tmp_path: Path, record: Any, examples_of: ExamplesOf
):
    written(tmp_path / "out", [record(number) for number in range(9)], shards=count)
    shards = sorted((tmp_path / "out").glob("*.tfrecord"))
    assert len(shards) == count  # with more shards than records some are empty
    names = [features["image/filename"] for shard in shards for features in examples_of(shard)]
    assert names == [[b"%d.jpg" % number] for number in range(9)]


def test_the_bytes_of_an_image_are_passed_through(tmp_path: Path, record: Any, examples_of: ExamplesOf):
    written(tmp_path / "out", [record(3)])
    [features] = examples_of(tmp_path / "out/set.tfrecord")
    assert features["image/encoded"] == [(tmp_path / "image3.jpg").read_bytes()]


def test_the_summary_describes_the_files(tmp_path: Path, record: Any, examples_of: ExamplesOf):
    summary = written(tmp_path / "out", [record(1, split="val"), record(2), record(4)], shards=2).summary
    assert summary["classes"] == {"hand": 1} and summary["label_map"] == "set_label_map.pbtxt"
    assert summary["skipped"] == 0
    for facts in summary["shards"]:
        data = (tmp_path / "out" / facts["file"]).read_bytes()
        assert (facts["bytes"], facts["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
        assert facts["records"] == len(examples_of(tmp_path / "out" / facts["file"]))
    assert [(facts["file"], facts["split"], facts["records"]) for facts in summary["shards"]] == [
        ("set-00000-of-00002.tfrecord", None, 1),
        ("set-00001-of-00002.tfrecord", None, 1),
        ("set_val-00000-of-00002.tfrecord", "val", 0),
        ("set_val-00001-of-00002.tfrecord", "val", 1),
    ]


def test_nothing_but_the_results_is_left(tmp_path: Path, record: Any):
    assert set(contents(written(tmp_path / "out", [record(1)]).root)) == {
        "set.tfrecord",
        "set_label_map.pbtxt",
    }


def test_declared_labels_keep_their_order_and_others_come_after_them(tmp_path: Path, record: Any):
    boxes = tuple(replace(HAND, label=label) for label in ("zebra", "ant", "hand"))
    written(tmp_path / "out", [record(0, boxes=boxes)], labels=("paw", "hand"))
    assert read_label_map(tmp_path / "out/set_label_map.pbtxt") == {1: "paw", 2: "hand", 3: "ant", 4: "zebra"}


def test_an_image_without_readable_pixels_is_skipped_and_counted(
    tmp_path: Path, record: Any, examples_of: ExamplesOf
):
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "image0.jpg").read_bytes()[:-2])
    cut, gone = (ImageFile(tmp_path / name) for name in ("cut.jpg", "gone.jpg"))
    # One path three times: which of its records has pixels is not told by the path.
    records = [record(0, path="a.jpg", file=file) for file in (cut, record(0).file, None)]
    context = written(tmp_path / "out", [*records, record(1), record(2, file=gone)])
    assert context.skipped == context.summary["skipped"] == 3
    names = [features["image/filename"] for features in examples_of(tmp_path / "out/set.tfrecord")]
    assert names == [[b"a.jpg"], [b"1.jpg"]]


def test_without_any_readable_image_nothing_is_written(tmp_path: Path, record: Any):
    with pytest.raises(BoxwrightError) as caught:
        written(tmp_path / "out", [record(0, file=None), record(1, file=None)])
    assert str(caught.value) == (
        "none of 2 images has readable pixels: there is nothing to write\n"
        "  hint: boxwright inspect tells what is wrong with them"
    )
    assert contents(tmp_path / "out") == {}


def test_a_size_that_nobody_stated_is_the_images(tmp_path: Path, record: Any, examples_of: ExamplesOf):
    written(tmp_path / "out", [record(1, width=None, height=None)])
    [features] = examples_of(tmp_path / "out/set.tfrecord")
    assert (features["image/width"], features["image/height"]) == ([8], [6])
    assert features["image/object/bbox/xmax"] == [5 / 8]


def test_outlines_are_not_written_and_cost_nothing(tmp_path: Path, record: Any):
    outlined = replace(HAND, polygons=(((1.0, 2.0), (5.0, 2.0), (5.0, 4.0)),))
    written(tmp_path / "out", [record(0, boxes=(outlined,))])
    written(tmp_path / "plain", [record(0, boxes=(HAND,))])
    assert contents(tmp_path / "out") == contents(tmp_path / "plain")


def test_losses_are_reported(tmp_path: Path, record: Any):
    context = written(tmp_path / "out", [record(0, boxes=(replace(HAND, pose=""), replace(HAND, pose="")))])
    assert list(context.losses) == [Loss(field="pose", count=2, reason="an empty text means unknown")]


@pytest.mark.parametrize("split", ["../../evil", "a/b", "nul\0", "a/../../b", "/etc"])
def test_a_split_that_is_no_part_of_a_file_name_is_refused(split: str, tmp_path: Path, record: Any):
    with pytest.raises(WriteError) as caught:
        written(tmp_path / "out", [record(0, split=split)])
    assert str(caught.value) == (
        f"{f'set_{split}.tfrecord'!a} is no file name\n"
        "  hint: it is made of the data set's name and the split's"
    )
    assert contents(tmp_path / "out") == {}


# A source that changes while it is converted.

CHANGED = "the source has changed while it was converted"


def test_more_images_than_a_moment_ago_are_told(tmp_path: Path, record: Any):
    with pytest.raises(BoxwrightError) as caught:
        written(tmp_path / "out", [record(0)], [record(0), record(1)])
    assert str(caught.value) == f"{CHANGED}: more images than a moment ago"


def test_another_split_than_a_moment_ago_is_told(tmp_path: Path, record: Any):
    with pytest.raises(BoxwrightError) as caught:
        written(tmp_path / "out", [record(0)], [record(0, split="val")])
    assert str(caught.value) == f"{CHANGED}: more images than a moment ago"


def test_fewer_images_than_a_moment_ago_are_told(tmp_path: Path, record: Any):
    with pytest.raises(BoxwrightError) as caught:
        written(tmp_path / "out", [record(0), record(1)], [record(0)])
    assert str(caught.value) == f"{CHANGED}: fewer images than a moment ago"


def test_an_image_that_has_gone_is_told(tmp_path: Path, record: Any):
    with pytest.raises(BoxwrightError) as caught:
        written(tmp_path / "out", [record(0)], [record(0, file=ImageFile(tmp_path / "gone.jpg"))])
    gone = f"[Errno 2] No such file or directory: '{tmp_path / 'gone.jpg'}'"
    assert str(caught.value) == (
        f"0.jpg: could be read a moment ago, not now: {gone}\n  hint: does something change the source?"
    )


def test_an_image_of_another_size_is_told(tmp_path: Path, record: Any):
    with pytest.raises(BoxwrightError) as caught:
        written(tmp_path / "out", [record(0, width=9)])
    assert str(caught.value) == (
        "0.jpg: could be read a moment ago, not now: the image is 8 x 6, the record says 9 x 6\n"
        "  hint: does something change the source?"
    )


# Going on after a kill.


class Killed(BaseException):
    """Ends a run without any of its cleaning up, as far as Python allows."""


def cut_after(records: list[ImageRecord], count: int) -> Callable[[], Iterator[ImageRecord]]:
    """Passes over records; the second one ends the run after so many."""
    passes = iter((False, True))

    def scan() -> Iterator[ImageRecord]:
        cut = next(passes)
        for number, record in enumerate(records):
            if cut and number == count:
                raise Killed
            yield record

    return scan


@pytest.fixture
def interrupted(tmp_path: Path, record: Any) -> tuple[Path, list[ImageRecord]]:
    """A work folder with two of three shards complete, and the records."""
    records = [record(number) for number in range(9)]
    context = WriteContext(root=tmp_path / "out", adapter="tfrecord", name="set")
    context.root.mkdir()
    with pytest.raises(Killed):
        write_tfrecords(Dataset(None, cut_after(records, 7)), context, 3)
    assert {path.name for path in context.root.glob("set*")} == {
        "set-00000-of-00003.tfrecord",
        "set-00001-of-00003.tfrecord",
        "set-00002-of-00003.tfrecord.part",
    }
    return context.root, records


def identities(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.glob("*.tfrecord")}


def test_a_complete_shard_is_not_written_again(interrupted: Any, tmp_path: Path):
    folder, records = interrupted
    before = identities(folder)
    written(folder, records, shards=3)
    assert before.items() <= identities(folder).items()
    assert contents(folder) == contents(written(tmp_path / "undisturbed", records, shards=3).root)


def test_images_of_complete_shards_are_not_read_again_but_their_losses_count(interrupted: Any):
    folder, records = interrupted
    gone = ImageFile(folder / "gone.jpg")
    lossy = replace(HAND, pose="")
    second = [
        replace(record, file=gone if n < 6 else record.file, boxes=(lossy,))
        for n, record in enumerate(records)
    ]
    context = written(folder, [replace(record, boxes=(lossy,)) for record in records], second, shards=3)
    assert list(context.losses) == [Loss(field="pose", count=9, reason="an empty text means unknown")]


@pytest.mark.parametrize("damage", ["cut", "gone", "other", "without facts"])
def test_a_shard_that_is_not_what_its_facts_say_is_written_again(
    damage: str, interrupted: Any, tmp_path: Path
):
    folder, records = interrupted
    shard, facts = folder / "set-00000-of-00003.tfrecord", folder / ".shards/set-00000-of-00003.tfrecord.json"
    {
        "cut": lambda: os.truncate(shard, 100),
        "gone": shard.unlink,
        "other": lambda: facts.write_text(facts.read_text().replace('"records": 3', '"records": 4')),
        "without facts": facts.unlink,
    }[damage]()
    again, undisturbed = (written(path, records, shards=3) for path in (folder, tmp_path / "undisturbed"))
    assert (contents(again.root), again.summary) == (contents(undisturbed.root), undisturbed.summary)


def test_memory_does_not_grow_with_the_number_of_images(tmp_path: Path, record: Any):
    def peak(count: int) -> int:
        one = record(2)
        dataset = Dataset(None, lambda: (replace(one, path=f"{number}.jpg") for number in range(count)))
        context = WriteContext(root=tmp_path / str(count), adapter="tfrecord", name="set")
        context.root.mkdir()
        tracemalloc.start()
        write_tfrecords(dataset, context, 2)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(20)  # imports and caches
    assert peak(2000) - peak(100) < 30_000  # 16 bytes an image; a record alone has 500
