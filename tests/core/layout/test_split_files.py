"""Splits of files by their names."""

from pathlib import Path

import pytest

from boxwright.core.layout.split_files import own_name, split_of_files


@pytest.mark.parametrize(
    "name, own",
    [
        ("instances_train2017.json", "train2017"),
        ("_annotations.coco.json", ""),
        ("my data.json", "my_data"),
        ("Annotations.json", ""),
    ],
)
def test_words_that_tell_nothing_are_left_out(name: str, own: str):
    assert own_name(Path(name)) == own


@pytest.mark.parametrize(
    "stated, splits",
    [
        ({"a/data.json": None}, [None]),
        ({"a/instances_val2017.json": None}, ["val"]),
        ({"valid/_annotations.coco.json": None}, ["val"]),
        ({"a/valid.json": "valid"}, ["valid"]),
        ({"train/a.json": None, "valid/a.json": None}, ["train", "val"]),
        ({"train/a.json": None, "valid/a.json": "valid"}, ["train", "valid"]),
        ({"val/a.json": None, "valid/a.json": None, "Test/a.json": None}, ["val", "valid", "test"]),
        ({"a/data.json": "fold1"}, ["fold1"]),
        ({"a/train2014.json": None, "a/train2017.json": None}, ["train2014", "train2017"]),
        ({"a/train2014.json": None, "a/val2014.json": None}, ["train", "val"]),
        ({"a/train2014.json": "x", "a/val2014.json": None}, ["x", "val"]),
        ({"train/labels.json": None, "new/labels.json": None}, ["train", "new"]),
        ({"a/b.json": "x", "a/instances_b.json": "x"}, ["a_b", "a_instances_b"]),
        ({"a/instances.json": None, "a/instances_train.json": None}, [None, "train"]),
    ],
)
def test_each_file_is_a_split_of_its_own(stated: dict[str, str | None], splits: list[str | None]):
    assert list(split_of_files({Path(name): split for name, split in stated.items()}).values()) == splits
