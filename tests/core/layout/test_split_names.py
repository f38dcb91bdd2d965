"""What names say about splits."""

import pytest

from boxwright.core.layout.split_names import rank, split_of_folder, usual_names


@pytest.mark.parametrize(
    "name, split", [("Train", "train"), ("valid", "val"), ("testing", "test"), ("images", None), ("", None)]
)
def test_a_folder_tells_its_split(name: str, split: str | None):
    assert split_of_folder(name) == split


def test_names_that_would_become_one_split_stay_as_they_are():
    assert usual_names(["Train", "valid", "x"]) == {"Train": "train", "valid": "val", "x": "x"}
    assert usual_names(["Train", "valid", "val"]) == {"Train": "train", "valid": "valid", "val": "val"}


def test_the_usual_splits_come_first_and_the_weak_ones_last():
    splits = ["trainval", "a", "val", "test", "train", "z"]
    assert sorted(splits, key=rank) == ["train", "val", "test", "a", "trainval", "z"]
    weak = ("trainval", "test")
    assert sorted(splits, key=lambda split: rank(split, weak)) == [
        "train",
        "val",
        "a",
        "z",
        "trainval",
        "test",
    ]
