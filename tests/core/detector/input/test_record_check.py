from collections.abc import Callable
from pathlib import Path

import pytest

from boxwright.core.detector.input import record_check
from boxwright.core.detector.input.record_check import record_places_of

BOX = (0.1, 0.2, 0.3, 0.4)


def wrong(*paths: Path, by_text: bool = True) -> list[str]:
    """What is wrong with the records of files, where there is one class."""
    places = record_places_of(map(str, paths))
    found = record_check.checked(places, lambda values: None, by_text=by_text, classes=1)
    return [str(bad) for bad in found if bad is not None]


@pytest.fixture
def checked(tmp_path: Path, write: Callable[..., Path]) -> Callable[[list[bytes]], list[str]]:
    """A function that gives what is wrong with records, as text without their folder."""

    def check(records: list[bytes]) -> list[str]:
        path = write(tmp_path / "x.tfrecord", records)
        return [bad.removeprefix(f"{tmp_path}/") for bad in wrong(path)]

    return check


def test_good_records_are_no_finding(checked: Callable, example: Callable):
    assert checked([example([BOX], ["hand"]), example(), example([BOX], labels=[1])]) == []


def test_each_bad_record_is_named(checked: Callable, example: Callable, png: Callable):
    found = checked(
        [
            example(),
            example(encoded=[b"no image"]),
            b"no example",
            example(encoded=[png()[:-30]]),
            example([BOX], ["hand"], y_max=[0.3, 0.5]),
            example([BOX, (0.5, 0.2, 0.4, 0.4)], ["hand"] * 2),
            example([(float("nan"), 0.0, 1.0, 1.0)], ["hand"]),
            example([BOX], labels=[2]),
            example([BOX]),
            example([BOX], ["hand"], weights=[1.0, 2.0]),
            example([BOX], ["hand"], difficult=[0.5]),
            example(),
        ]
    )
    expected = [
        (1, "image/encoded: cannot be decoded: "),
        (2, "no tf.train.Example: "),
        (3, "image/encoded: cannot be decoded: "),
        (4, "image/object/bbox: 1, 1, 2, 1 values of ymin, xmin, ymax, xmax"),
        (5, "image/object[1]: no box: {'ymin': 0.5, "),
        (6, "image/object[0]: no box: {'ymin': nan, "),
        (7, "image/object[0]: class 2 is no label of 1 classes"),
        (8, "objects without image/object/class/label or image/object/class/text"),
        (9, "image/object/weight: 2 values for 1 box"),
        (10, "image/object/difficult: holds floats where integers belong"),
    ]
    assert len(found) == len(expected)
    for text, (number, fact) in zip(found, expected, strict=True):
        assert text.startswith(f"x.tfrecord: record[{number}]: {fact}")
        assert "\n" not in text


def test_damaged_and_cut_files_are_checked_as_far_as_they_go(
    tmp_path: Path, example: Callable, write: Callable[..., Path]
):
    damaged = write(tmp_path / "a.tfrecord", [example(seed=1), example(seed=2), example(seed=3)])
    damaged.write_bytes(damaged.read_bytes().replace(b"image 2", b"IMAGE 2"))
    cut = write(tmp_path / "b.tfrecord", [example(), example()])
    cut.write_bytes(cut.read_bytes()[:-1])
    good = write(tmp_path / "c.tfrecord", [example()])
    assert wrong(damaged, cut, good) == [
        f"{damaged}: record[1]: a record's bytes are damaged (checksum differs)",
        f"{cut}: record[1]: the file is cut inside a record",
    ]


@pytest.mark.parametrize(("label", "bad"), [(1, 0), (7, 1)])
def test_without_a_label_map_the_label_counts(
    label: int, bad: int, tmp_path: Path, example: Callable, write: Callable[..., Path]
):
    path = write(tmp_path / "x.tfrecord", [example([BOX], ["nose"], labels=[label])])
    assert len(wrong(path, by_text=False)) == bad
    assert wrong(path) == []
