"""A row of too few columns at the unended end of its file: the hint that the file was not copied whole."""

import pytest
from PIL import Image

import boxwright
from boxwright.core.errors import AnnotationError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.parsing import cut_row
from boxwright.core.parsing.cut_row import HINT, cut_hint
from boxwright.core.schema import Box, Dataset, ImageRecord

ROWS = {
    "kitti": "training/label_2/a.txt",
    "yolo": "labels/train/a.txt",
    "csv": "*.csv",
    "open_images": "train-annotations-bbox.csv",
    "wider_face": "wider_face_split/wider_face_train_bbx_gt.txt",
}
VIA = """filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes
a.png,1,{},0,0,{},{}"""


@pytest.mark.parametrize("block", [1, 2, 1 << 20])
@pytest.mark.parametrize(
    ("text", "line"),
    [("a", 1), ("a\nb", 2), ("a\r\nb", 2), ("a\rb\r\nc", 3), ("\n\n", None), ("a\r", None), ("", None)],
)
def test_only_a_last_row_without_end_may_be_cut(tmp_path, monkeypatch, text, line, block):
    monkeypatch.setattr(cut_row, "BLOCK", block)
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode())
    hinted = [number for number in range(5) if cut_hint(path, number, short=True)]
    assert hinted == ([] if line is None else [line])
    assert cut_hint(path, line or 1, short=False) is None


@pytest.mark.parametrize("format", ROWS)
def test_formats_of_rows_say_that_one_may_be_cut(tmp_path, format):
    image = tmp_path / "a.png"
    Image.new("RGB", (64, 48)).save(image)
    boxes = tuple(Box(label="face", x_min=x, y_min=2, x_max=30, y_max=40) for x in (1, 5))
    record = ImageRecord(path="a.png", width=64, height=48, boxes=boxes, split="train", file=ImageFile(image))
    boxwright.write(Dataset(("face",), lambda: iter([record])), tmp_path / "set", format=format)
    [path] = (tmp_path / "set").glob(f"**/{ROWS[format]}")
    whole = path.read_text().rstrip()
    path.write_text(whole[: max(whole.rfind(" "), whole.rfind(","))])
    with pytest.raises(AnnotationError, match=r":[1-9]: expected .*; found") as caught:
        list(boxwright.read(tmp_path / "set", format))
    assert caught.value.hint == HINT


def test_a_table_of_vias_says_that_a_row_may_be_cut(tmp_path):
    (tmp_path / "a.csv").write_text(VIA.rpartition(",")[0])
    with pytest.raises(AnnotationError, match="2: expected 7 columns; found 6") as caught:
        list(boxwright.read(tmp_path, "via"))
    assert caught.value.hint == HINT
