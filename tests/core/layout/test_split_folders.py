"""A folder for each split with its list and images."""

from pathlib import Path

import pytest

import boxwright
from boxwright.core.errors import WriteError
from boxwright.core.layout.split_folders import splits_of
from boxwright.core.schema import Dataset, ImageRecord

ROOT = Path("/set")


def test_folders_tell_the_splits_but_images_is_none():
    files = [ROOT / "train/a.json", ROOT / "images/a.json"]
    assert list(splits_of(ROOT, files).values()) == ["train", None]


def test_a_split_has_its_usual_name_unless_two_folders_would_be_one_split():
    folders = [ROOT / f"{name}/a.json" for name in ("train", "valid", "val")]
    assert list(splits_of(ROOT, folders[:2]).values()) == ["train", "val"]
    assert list(splits_of(ROOT, folders).values()) == ["train", "valid", "val"]


def test_names_tell_the_splits_of_lists_in_one_folder():
    files = [ROOT / "train.json", ROOT / "annotations/val.json"]
    assert list(splits_of(ROOT, files[:1]).values()) == ["train"]
    assert list(splits_of(ROOT, files[1:]).values()) == ["val"]


def write(tmp_path, *records):
    return boxwright.write(Dataset(None, lambda: iter(records)), tmp_path / "out", format="create_ml")


@pytest.mark.parametrize("split", ["images", "..", "a/b", "a\\b", ".hidden"])
def test_a_split_that_is_no_folders_name_is_refused(tmp_path, split):
    with pytest.raises(WriteError) as caught:
        write(tmp_path, ImageRecord(path="a.png", width=4, height=4, split=split))
    assert str(caught.value) == (
        f"a.png: create_ml cannot hold it: the split {split!r} cannot be a folder's name"
    )


def test_one_image_in_two_splits_gets_the_splits_name_and_that_is_told(tmp_path):
    report = write(tmp_path, *(ImageRecord(path="a.png", width=4, height=4, split=s) for s in ("x", "y")))
    assert [loss.field for loss in report.losses] == ["path", "width"]
    assert [record.path for record in boxwright.read(tmp_path / "out")] == ["x/a.png", "y/a.png"]


@pytest.mark.parametrize(
    ("splits", "back", "lost"),
    [
        (["valid"], ["val"], ["1 split: valid is called val"]),
        (["val", "valid"], ["val", "valid"], []),
        (["train2017"], ["train2017"], []),
    ],
)
def test_a_split_that_is_read_by_its_usual_name_is_told(tmp_path, splits, back, lost):
    report = write(
        tmp_path, *(ImageRecord(path=f"{each}.png", width=4, height=4, split=each) for each in splits)
    )
    assert [str(loss) for loss in report.losses if loss.field != "width"] == lost
    assert sorted(str(record.split) for record in boxwright.read(tmp_path / "out")) == back


def test_no_records_make_an_empty_list(tmp_path):
    write(tmp_path)
    assert (tmp_path / "out/images/_annotations.createml.json").read_text() == "[\n\n]\n"
    assert list(boxwright.read(tmp_path / "out", "create_ml")) == []
