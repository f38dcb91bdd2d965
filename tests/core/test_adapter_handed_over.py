"""An adapter that is handed over instead of its name: nothing is different, the manifest neither."""

import dataclasses
from pathlib import Path

import pytest
from PIL import Image

import boxwright
from boxwright.adapters.coco import ADAPTER as COCO
from boxwright.adapters.kitti import ADAPTER as KITTI
from boxwright.core.errors import OptionError
from boxwright.core.plugins import adapters


@pytest.fixture
def kitti(tmp_path: Path) -> Path:
    """A KITTI data set of one image."""
    root = tmp_path / "pets"
    (root / "label_2").mkdir(parents=True)
    (root / "image_2").mkdir()
    (root / "label_2/000000.txt").write_text("cat 0 0 0 1 2 30 40 -1 -1 -1 -1000 -1000 -1000 -10\n")
    Image.new("RGB", (64, 48)).save(root / "image_2/000000.png")
    return root


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_conversion_writes_the_same_bytes(kitti: Path, tmp_path: Path):
    boxwright.convert(kitti, tmp_path / "named", format="kitti", to="coco", name="pets")
    boxwright.convert(kitti, tmp_path / "given", format=KITTI, to=COCO, name="pets")
    assert contents(tmp_path / "named") == contents(tmp_path / "given")
    again = boxwright.convert(kitti, tmp_path / "named", format=KITTI, to=COCO, name="pets")
    assert again.unchanged


def test_reading_writing_and_inspecting_take_one_that_nobody_has_registered(kitti: Path, tmp_path: Path):
    mine = dataclasses.replace(KITTI, name="mine")
    assert "mine" not in adapters()
    dataset = boxwright.read(kitti, mine)
    assert [box.label for record in dataset for box in record.boxes] == ["cat"]
    assert boxwright.write(dataset, tmp_path / "out", format=mine).format == "mine"
    assert boxwright.inspect(tmp_path / "out", mine).format == "mine"


def test_what_one_cannot_do_is_told_as_of_any_other(kitti: Path, tmp_path: Path):
    reader = dataclasses.replace(KITTI, name="mine", write=None)
    with pytest.raises(OptionError) as caught:
        boxwright.convert(kitti, tmp_path / "out", to=reader)
    assert caught.value.fact.startswith(
        "cannot write 'mine': it can only be read. Formats that can be written:"
    )
    with pytest.raises(OptionError) as caught:
        boxwright.read(kitti, dataclasses.replace(KITTI, name="mine", read=lambda path: None))
    assert str(caught.value) == (
        "format: read(path) is called as read(path, options) since boxwright 0.1.0\n"
        "  hint: see boxwright.Adapter"
    )
