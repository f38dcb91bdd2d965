"""`boxwright merge` and `split`, as their users meet them."""

from pathlib import Path

import pytest
from PIL import Image

import boxwright
from boxwright.cli import main

ROW = "{} 0 0 -10 0 0 9 9 -1 -1 -1 -1000 -1000 -1000 -10\n"


@pytest.fixture
def pets(tmp_path, monkeypatch):
    """Two KITTI data sets, of five cats and of five dogs."""
    monkeypatch.chdir(tmp_path)
    for shade, label in enumerate(("cat", "dog")):
        for number in range(5):
            for folder in ("image_2", "label_2"):
                Path(f"{label}s", folder).mkdir(parents=True, exist_ok=True)
            Image.new("L", (64, 48), shade * 9 + number).save(f"{label}s/image_2/{number:06}.png")
            Path(f"{label}s/label_2/{number:06}.txt").write_text(ROW.format(label))


@pytest.mark.usefixtures("pets")
def test_merge_writes_the_format_of_its_sources(capsys):
    assert main(["merge", "cats", "dogs", "pets"]) == 0
    assert capsys.readouterr().out == (
        "cats + dogs -> pets (kitti): 10 images, 10 boxes\n  labels: cat 5, dog 5\n  problems: none\n"
        "  lost: 10 path: folders joined into the name\n"
    )


@pytest.mark.usefixtures("pets")
def test_merge_splits_and_writes_any_format():
    assert main(["merge", "cats", "dogs", "pets", "--to", "tfrecord", "--split", "random:val=0.2"]) == 0
    assert sorted(path.name for path in Path("pets").glob("*.tfrecord")) == [
        "pets_train.tfrecord",
        "pets_val.tfrecord",
    ]


@pytest.mark.usefixtures("pets")
def test_split_without_a_target_shows_and_writes_nothing(capsys):
    before = sorted(Path().rglob("*"))
    assert main(["split", "cats", "--split", "group:val=0.4"]) == 0
    assert (
        capsys.readouterr().out
        == """\
cats (kitti), split group:val=0.4, seed 0
  split    images   share     boxes   groups
  train         3   60.0%         3        0
  val           2   40.0%         2        0
  train: cat 3
  val: cat 2
  nothing is written: name a folder DST for that
"""
    )
    assert sorted(Path().rglob("*")) == before


@pytest.mark.usefixtures("pets")
def test_split_with_a_target_writes_what_it_showed():
    assert main(["split", "cats", "divided", "--split", "group:val=0.4"]) == 0
    splits = [record.split for record in boxwright.read("divided")]
    assert (splits.count("train"), splits.count("val")) == (3, 2)


@pytest.mark.usefixtures("pets")
def test_merge_of_one_data_set_is_refused(capsys):
    assert main(["merge", "cats", "pets"]) == 2
    fact = "the following arguments are required: DST"
    assert capsys.readouterr().err == f"boxwright: {fact}\n  hint: boxwright merge --help\n"
