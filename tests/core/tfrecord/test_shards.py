"""Shards: every record in exactly one, in order; names that the OD API's tools expect."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from boxwright.core.tfrecord.shards import MOST_SHARDS, is_record_file, shard_set, shards, split_of


@given(st.integers(0, 10_000), st.integers(1, 300))
def test_shards_hold_every_record_once_in_order_and_evenly(records: int, count: int):
    plan = shards("x", None, records, count)
    assert len(plan) == count
    assert (plan[0].first, plan[-1].end) == (0, records)
    assert all(a.end == b.first for a, b in pairwise(plan))
    sizes = {shard.end - shard.first for shard in plan}
    assert max(sizes) - min(sizes) <= 1


@given(st.integers(1, 500))
@example(MOST_SHARDS)
def test_the_name_of_a_shard_tells_its_set(count: int):
    last = shards("x.y-z", "val", 7, count)[-1]
    assert shard_set(last.name) == (None if count == 1 else ("x.y-z_val", count - 1, count))
    assert split_of(last.name) == "val" and is_record_file(last.name)


def test_names_are_those_of_the_od_api():
    assert [shard.name for shard in shards("hands", "train", 5, 1)] == ["hands_train.tfrecord"]
    assert [shard.name for shard in shards("hands", None, 5, 1)] == ["hands.tfrecord"]
    assert [shard.name for shard in shards("hands", "val", 5, 2)] == [
        "hands_val-00000-of-00002.tfrecord",
        "hands_val-00001-of-00002.tfrecord",
    ]


@pytest.mark.parametrize(
    "name, split",
    [
        ("pascal_train.record", "train"),
        ("coco.record-00000-of-00002", None),
        ("coco_val.record-00000-of-00002", "val"),
        ("coco_testdev.tfrecord-00099-of-00100", "testdev"),
        ("train.tfrecord", "train"),
        ("hands-validation.tfrecords", "validation"),
        ("x_train-00000-of-00010.tfrecord", "train"),
        ("strain.tfrecord", None),
        ("train_set.tfrecord", None),
    ],
)
def test_a_record_files_name_tells_its_split(name: str, split: str | None):
    assert is_record_file(name) and split_of(name) == split


@pytest.mark.parametrize(
    "name",
    ["train", "train.csv", "x-00000-of-00001", ".tfrecord", "record", "x.tfrecord.gz", "x.tfrecord.part", ""],
)
def test_another_file_is_no_record_file(name: str):
    assert not is_record_file(name) and split_of(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "x-0-of-2.tfrecord",
        "x-00000-of-00002\n.tfrecord",
        "x-\u0660\u0660\u0660\u0660\u0660-of-00002.tfrecord",
    ],
)
def test_a_shards_number_has_five_digits(name: str):
    assert shard_set(name) is None
