import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from boxwright.core.errors import WriteError
from boxwright.core.images.box_drawing import COLOURS
from boxwright.core.images.contact_sheet import BLANK, contact_sheet
from boxwright.core.images.image_file import ImageFile
from boxwright.core.images.sheet_text import elided
from boxwright.core.schema import Box, ImageRecord


@pytest.fixture
def record(tmp_path):
    def make(name="a.png", size=(100, 80), colour="white", boxes=(), **fields):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.png"
        Image.new(fields.pop("mode", "RGB"), size, colour).save(path)
        return ImageRecord(
            path=name, width=size[0], height=size[1], boxes=boxes, file=ImageFile(path), **fields
        )

    return make


@pytest.fixture
def sheet(tmp_path):
    def draw(*records, **options):
        target = tmp_path / "out" / "sheet.png"
        contact_sheet(records, target, **options)
        with Image.open(target) as image:
            return np.asarray(image.convert("RGB"))

    return draw


def box(label, x_min, y_min, x_max, y_max, **fields):
    return Box(label=label, x_min=x_min, y_min=y_min, x_max=x_max, y_max=y_max, **fields)


def extent(pixels, colour):
    """Width and height of all that has this colour."""
    rows, columns = np.nonzero((pixels == colour).all(axis=2))
    return columns.max() - columns.min() + 1, rows.max() - rows.min() + 1


def test_every_record_gets_a_cell_and_rows_are_as_wide_as_asked(record, sheet):
    assert sheet(*[record()] * 5, columns=2, cell=100).shape[1] == 2 * 100 + 3 * 14
    assert sheet(*[record()] * 5, columns=2, cell=100).shape[0] > 3 * 80


def test_a_box_is_drawn_on_exactly_its_own_pixels(record, sheet):
    region = box("DontCare", 0, 0, 2, 2)  # takes no colour of the palette
    pixels = sheet(record(boxes=(box("x", 20, 30, 70, 80),), ignored=(region,)), columns=1, cell=100)
    legend_ends = 70
    assert extent(pixels[legend_ends:], COLOURS[0])[0] == 51  # the box; its label begins on its dark rim


def test_an_enlarged_image_keeps_hard_pixels(record, sheet):
    pixels = sheet(record(size=(10, 10), colour="blue"), columns=1, cell=100)
    assert extent(pixels, (0, 0, 255)) == (80, 80)  # enlarged eightfold at most


def test_exif_rotation_is_not_applied_because_boxes_lie_on_the_stored_pixels(tmp_path, sheet):
    def stored(name, **save):
        Image.linear_gradient("L").resize((120, 60)).save(tmp_path / name, **save)
        return ImageRecord(path="x.png", width=120, height=60, file=ImageFile(tmp_path / name))

    exif = Image.Exif()
    exif[0x0112] = 6
    assert (sheet(stored("a.png", exif=exif)) == sheet(stored("b.png"))).all()


@pytest.mark.parametrize("data", [b"", b"no image", b"\xff\xd8\xff\xe0\x00\x10JFIF"])
def test_a_damaged_image_gets_a_grey_cell(tmp_path, sheet, data):
    path = tmp_path / "broken.jpg"
    path.write_bytes(data)
    pixels = sheet(ImageRecord(path="broken.jpg", width=200, height=100, file=ImageFile(path)), cell=200)
    assert extent(pixels, BLANK) == (200, 100)


def test_a_truncated_image_gets_a_grey_cell(tmp_path, sheet):
    whole = io.BytesIO()
    Image.effect_noise((200, 100), 90).save(whole, "JPEG")
    path = tmp_path / "half.jpg"
    path.write_bytes(whole.getvalue()[:3000])
    pixels = sheet(ImageRecord(path="half.jpg", width=200, height=100, file=ImageFile(path)), cell=200)
    assert extent(pixels, BLANK) == (200, 100)


@pytest.mark.parametrize("file", [None, ImageFile(Path("/nowhere/at all.jpg"))])
def test_a_record_without_an_image_shows_its_boxes_on_grey(sheet, file):
    boxes = (box("x", 20, 30, 180, 90),)
    pixels = sheet(ImageRecord(path="a.jpg", width=200, height=100, boxes=boxes, file=file), cell=200)
    assert extent(pixels[70:], COLOURS[0])[0] == 161


def test_a_record_of_unknown_size_gets_a_cell(sheet):
    assert extent(sheet(ImageRecord(path="a.jpg", width=None, height=None), cell=200), BLANK) == (200, 150)


def test_an_image_too_large_to_decode_gets_a_grey_cell(record, sheet, monkeypatch):
    monkeypatch.setattr("boxwright.core.images.contact_sheet.LARGEST", 7999)
    assert extent(sheet(record(size=(100, 80)), cell=100), BLANK) == (100, 80)


@pytest.mark.parametrize(
    "mode, colour", [("L", 9), ("P", 3), ("RGBA", (9, 9, 9, 0)), ("I;16", 999), ("1", 1)]
)
def test_every_kind_of_image_is_shown(record, sheet, mode, colour):
    assert not (sheet(record(mode=mode, colour=colour), cell=100) == BLANK).all(axis=2).any()


def test_of_a_long_stream_an_even_spread_is_shown_in_order(record, sheet):
    reds = [record(colour=(200 + number, 0, 0)) for number in range(50)]
    pixels = sheet(*reds, limit=3, columns=3, cell=40)
    shown = [value for value in dict.fromkeys(pixels[-60, :, 0].tolist()) if 200 <= value < 250]
    steps = np.diff(shown)
    assert len(shown) == 3 and shown[0] == 200 and (steps > 0).all() and steps.max() - steps.min() <= 2


def test_the_records_are_read_once_and_counted_beyond_the_limit(record, tmp_path):
    stream = (record() for _ in range(7))
    assert contact_sheet(stream, tmp_path / "sheet.png", limit=3) == 3
    assert next(stream, None) is None


def test_no_records_make_a_sheet_that_says_so(sheet):
    assert sheet().shape[0] > 20


def test_many_labels_long_names_and_other_scripts_are_no_obstacle(record, sheet):
    labels = ["猫", "Straße", "a" * 300, "line\nbreak", *(f"label {number}" for number in range(60))]
    boxes = tuple(box(label, number, 0, number + 9, 9) for number, label in enumerate(labels))
    assert sheet(record(name="x/" + "long " * 80 + "é.png", boxes=boxes), cell=60).shape[1] == 4 * 60 + 5 * 14


def test_boxes_and_polygons_beyond_the_image_are_no_obstacle(record, sheet):
    far = ((500.0, 500.0), (600.0, 500.0), (600.0, 600.0))
    boxes = (box("x", 500, 500, 600, 600, polygons=(far, far[:2])), box("y", -50, -50, 300, 300))
    assert sheet(record(boxes=boxes, ignored=(box("z", 200, 0, 300, 9),)), cell=100).size


def test_the_same_records_make_the_same_bytes(record, tmp_path):
    records = [record(boxes=(box("x", 1, 2, 30, 40, score=0.5),))]
    for name in ("a.png", "b.png"):
        contact_sheet(records, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_sheet_that_fails_leaves_the_old_one_and_nothing_else(record, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError("no space left")

    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "sheet.png").write_bytes(b"old")
    records = [record()]
    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(WriteError, match="no space left"):
        contact_sheet(records, folder / "sheet.png")
    assert [path.name for path in folder.iterdir()] == ["sheet.png"]
    assert (folder / "sheet.png").read_bytes() == b"old"


def test_a_place_that_cannot_be_written_is_named(record, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError) as caught:
        contact_sheet([record()], tmp_path / "file/deeper/sheet.png")
    assert str(caught.value) == f"cannot write {tmp_path}/file/deeper/sheet.png: Not a directory"


def test_a_layout_that_cannot_be_is_refused(tmp_path):
    with pytest.raises(ValueError) as caught:
        contact_sheet([], tmp_path / "sheet.png", columns=0)
    assert str(caught.value) == "columns 0, limit 24, cell 360: need at least 1, 1 and 40"


def test_a_name_too_wide_loses_its_middle():
    shown, font = elided("CARDS_COURTYARD_B_T/frame_0011.jpg", 13, 120)
    assert shown.startswith("CARDS") and "…" in shown and shown.endswith("0011.jpg")
    assert font.getlength(shown) <= 120


def test_a_name_that_fits_stays_as_it_is():
    assert elided("HJKQ_quiz.jpg", 13, 500)[0] == "HJKQ_quiz.jpg"
