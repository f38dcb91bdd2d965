"""Writing shards: same bytes whatever the workers, constant memory, and what is done already stays."""

import hashlib
import os
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
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


def written(folder: Path, records: Iterable[ImageRecord], shards: int = 1, **fields: Any) -> WriteContext:
    """Write records as TFRecords of the name `set`."""
    folder.mkdir(exist_ok=True)
    dataset = Dataset(fields.pop("labels", None), lambda: iter(records))
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


def then(records: Iterable[ImageRecord], change: Callable[[], object]) -> Iterator[ImageRecord]:
    """The records, and what happens after the last has been read and before the first is written."""
    yield from records
    change()


def test_the_source_is_read_once(tmp_path: Path, record: Any):
    passes = [[record(0, split="train"), record(1, split="val")]]
    context = WriteContext(root=tmp_path, adapter="tfrecord", name="set")
    write_tfrecords(Dataset(None, lambda: iter(passes.pop())), context, 2)
    assert passes == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_image_that_has_gone_is_told(workers: int, tmp_path: Path, record: Any):
    image = tmp_path / "image2.jpg"
    with pytest.raises(BoxwrightError) as caught:
        records = then(map(record, range(5)), image.unlink)
        written(tmp_path / "out", records, workers=workers)
    assert str(caught.value) == (
        f"2.jpg: could be read a moment ago, not now: [Errno 2] No such file or directory: '{image}'\n"
        "  hint: does something change the source?"
    )
    assert not (tmp_path / "out/set.tfrecord").exists()


@pytest.mark.parametrize("change", ["longer", "as long"])
def test_an_image_that_has_changed_is_told(change: str, tmp_path: Path, record: Any):
    image = tmp_path / "image0.jpg"
    data = image.read_bytes()
    os.utime(image, ns=(0, 0))
    with pytest.raises(BoxwrightError) as caught:
        new = data + b" " if change == "longer" else data[::-1]
        written(tmp_path / "out", then([record(0)], lambda: image.write_bytes(new)))
    assert str(caught.value) == (
        "0.jpg: could be read a moment ago, not now: the file has changed\n"
        "  hint: does something change the source?"
    )


def test_a_record_that_states_another_size_than_its_image_is_refused(tmp_path: Path, record: Any):
    with pytest.raises(BoxwrightError) as caught:
        written(tmp_path / "out", [record(0, width=9)])
    assert str(caught.value) == "0.jpg: the image is 8 x 6, the record says 9 x 6"
    assert contents(tmp_path / "out") == {}


# Progress.


def test_the_records_that_are_written_pass_through_progress(tmp_path: Path, record: Any):
    seen: list[tuple[str, int | None, int]] = []

    def watched(records: Dataset) -> Dataset:
        def scan() -> Iterator[ImageRecord]:
            for each in records:
                seen.append((each.path, each.width, len(list((tmp_path / "out").glob("*.tfrecord")))))
                yield each

        return records.derive(scan)

    written(tmp_path / "out", [record(0, width=None, height=None), record(1)], shards=2, progress=watched)
    assert seen == [("0.jpg", 8, 0), ("1.jpg", 8, 1)]


# Going on after a kill.


class Killed(BaseException):
    """Ends a run without any of its cleaning up, as far as Python allows."""


def killed_after(count: int) -> Callable[[Dataset], Dataset]:
    """Ends the run when so many records have been written."""

    def watched(records: Dataset) -> Dataset:
        def scan() -> Iterator[ImageRecord]:
            for number, record in enumerate(records, start=1):
                if number == count:
                    raise Killed
                yield record

        return records.derive(scan)

    return watched


@pytest.fixture(params=[1, 2])
def interrupted(tmp_path: Path, record: Any, request: Any) -> tuple[Path, list[ImageRecord]]:
    """A work folder with two of three shards complete, and the records."""
    records = [record(number) for number in range(9)]
    with pytest.raises(Killed):
        written(tmp_path / "out", records, shards=3, workers=request.param, progress=killed_after(7))
    assert {path.name for path in (tmp_path / "out").glob("set*")} == {
        "set-00000-of-00003.tfrecord",
        "set-00001-of-00003.tfrecord",
        "set-00002-of-00003.tfrecord.part",
    }
    return tmp_path / "out", records


def identities(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.glob("*.tfrecord")}


def test_a_complete_shard_is_not_written_again(interrupted: Any, tmp_path: Path):
    folder, records = interrupted
    before = identities(folder)
    written(folder, records, shards=3)
    assert before.items() <= identities(folder).items()
    assert contents(folder) == contents(written(tmp_path / "undisturbed", records, shards=3).root)


def test_images_of_complete_shards_are_not_copied_again_but_their_losses_count(
    interrupted: Any, tmp_path: Path
):
    folder, records = interrupted
    lossy = [replace(record, boxes=(replace(HAND, pose=""),)) for record in records]
    only_theirs = tmp_path / "image0.jpg", tmp_path / "image4.jpg"
    context = written(folder, then(lossy, lambda: [path.unlink() for path in only_theirs]), shards=3)
    assert list(context.losses) == [Loss(field="pose", count=9, reason="an empty text means unknown")]


@pytest.mark.parametrize("damage", ["cut", "gone", "other", "empty facts", "without facts"])
def test_a_shard_that_is_not_what_its_facts_say_is_written_again(
    damage: str, interrupted: Any, tmp_path: Path
):
    folder, records = interrupted
    shard, facts = folder / "set-00000-of-00003.tfrecord", folder / ".shards/set-00000-of-00003.tfrecord.json"
    {
        "cut": lambda: os.truncate(shard, 100),
        "gone": shard.unlink,
        "other": lambda: facts.write_text(facts.read_text().replace('"records": 3', '"records": 4')),
        "empty facts": lambda: facts.write_text(""),
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
    assert peak(2000) - peak(100) < 3_000  # 2 bytes an image; a record alone has 500
