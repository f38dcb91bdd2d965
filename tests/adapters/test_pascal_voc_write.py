"""Writing Pascal VOC: the very bytes, what comes back, and what is refused."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from boxwright.core.errors import WriteError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.read import read
from boxwright.core.report import Report
from boxwright.core.schema import FARTHEST, Box, Dataset, ImageRecord
from boxwright.core.write import write


def box(**fields: object) -> Box:
    given_fields: dict[str, object] = {"label": "hand", "x_min": 0, "y_min": 1, "x_max": 10, "y_max": 20}
    return Box(**(given_fields | fields))  # type: ignore[arg-type]


def record(path: str = "a.jpg", *boxes: Box, **fields: object) -> ImageRecord:
    return ImageRecord(path=path, **({"width": 64, "height": 48, "boxes": boxes} | fields))  # type: ignore[arg-type]


def written(target: Path, records: Iterable[ImageRecord], **options: object) -> Report:
    records = list(records)
    return write(Dataset(None, lambda: iter(records)), target, format="pascal_voc", **options)  # type: ignore[arg-type]


def back(target: Path, *records: ImageRecord) -> list[ImageRecord]:
    written(target, records)
    return list(read(target, "pascal_voc", on={"box_empty": "keep"}))


EXPECTED = """\
<annotation>
	<folder>voc</folder>
	<filename>a &amp; b.png</filename>
	<size>
		<width>64</width>
		<height>48</height>
		<depth>3</depth>
	</size>
	<segmented>0</segmented>
	<object>
		<name>&lt;hand&gt; ü</name>
		<pose>Left</pose>
		<truncated>1</truncated>
		<occluded>0</occluded>
		<difficult>1</difficult>
		<bndbox>
			<xmin>1</xmin>
			<ymin>1.1</ymin>
			<xmax>10</xmax>
			<ymax>20.25</ymax>
		</bndbox>
		<polygon>
			<pt><x>1</x><y>2</y></pt>
			<pt><x>3.5</x><y>4</y></pt>
			<pt><x>1</x><y>4</y></pt>
		</polygon>
		<part>
			<name>thumb</name>
			<bndbox>
				<xmin>2</xmin>
			</bndbox>
		</part>
		<attributes>
			<attribute>
				<name>is it</name>
				<value>true</value>
			</attribute>
			<attribute>
				<name>plate</name>
				<value>007</value>
			</attribute>
		</attributes>
	</object>
</annotation>
"""


def test_a_record_is_an_xml_file_an_image_and_a_line_of_its_split(tmp_path: Path) -> None:
    image = tmp_path / "source.png"
    Image.new("RGB", (64, 48)).save(image)
    full = box(
        label="<hand> ü",
        y_min=0.1,
        y_max=20.25,
        difficult=True,
        truncated=1,
        occluded=0,
        pose="Left",
        polygons=[[(0, 1), (2.5, 3), (0, 3)]],
        attributes={"is it": True, "plate": "007", "part[0]/name": "thumb", "part[0]/bndbox/xmin": 2},
    )
    records = [
        record("a & b.png", full, split="train", file=ImageFile(image)),
        record("c.jpg", split="val", width=None, height=None),
        record("0.jpg", split="train"),
        record("d.jpg"),
    ]
    report = written(tmp_path / "voc", records)
    names = sorted(path.relative_to(tmp_path / "voc").as_posix() for path in (tmp_path / "voc").rglob("*.*"))
    assert [name for name in names if not name.endswith(".json")] == [
        "Annotations/0.xml",
        "Annotations/a & b.xml",
        "Annotations/c.xml",
        "Annotations/d.xml",
        "ImageSets/Main/train.txt",
        "ImageSets/Main/val.txt",
        "JPEGImages/a & b.png",
    ]
    assert (tmp_path / "voc/Annotations/a & b.xml").read_text(encoding="utf-8") == EXPECTED
    assert (tmp_path / "voc/ImageSets/Main/train.txt").read_text() == "a & b\n0\n"
    assert (tmp_path / "voc/JPEGImages/a & b.png").read_bytes() == image.read_bytes()
    assert list(report.losses) == []
    assert sorted(records, key=lambda each: each.path) == list(read(tmp_path / "voc", "pascal_voc"))


def test_edges_can_be_rounded_outward(tmp_path: Path) -> None:
    uneven = box(x_min=0.5, y_min=1.9, x_max=9.1, y_max=20)
    report = written(tmp_path / "voc", [record("a.jpg", uneven)], round="outward")
    [found] = read(tmp_path / "voc", "pascal_voc")
    assert found.boxes[0].edges == (0, 1, 10, 20)
    assert [str(loss) for loss in report.losses] == ["1 edges: rounded outward"]


def test_folders_of_a_path_become_part_of_the_name(tmp_path: Path) -> None:
    report = written(tmp_path / "voc", [record("CARDS_B_T/frame_1.jpg", box())])
    assert [found.path for found in read(tmp_path / "voc", "pascal_voc")] == ["CARDS_B_T_frame_1.jpg"]
    assert [str(loss) for loss in report.losses] == ["1 path: folders joined into the name"]


def test_what_flags_cannot_say_is_reported(tmp_path: Path) -> None:
    halves = [box(truncated=0.5, occluded=3), box(x_min=1, truncated=0.0, occluded=1, polygons=[[]])]
    report = written(tmp_path / "voc", [record("a.jpg", *halves)])
    [found] = read(tmp_path / "voc", "pascal_voc")
    assert [(each.truncated, each.occluded) for each in found.boxes] == [(1, 1), (0, 1)]
    assert [str(loss) for loss in report.losses] == [
        "1 occluded: a level becomes a flag",
        "1 polygons: an outline of fewer than three vertices encloses nothing",
        "1 truncated: a share becomes a flag",
    ]


@pytest.mark.parametrize(
    ("records", "message"),
    [
        (
            [record("a/b.jpg"), record("a_b.png")],
            "a_b.png: pascal_voc cannot hold it: another image has the annotation a_b.xml already",
        ),
        (
            [record(".a.jpg")],
            ".a.jpg: pascal_voc cannot hold it: '.a.jpg' would be hidden",
        ),
        (
            [record("a\nb.jpg")],
            "a\nb.jpg: pascal_voc cannot hold it: 'a\\nb.jpg' holds a character that no list or name can",
        ),
        (
            [record("a" * 252)],
            f"{'a' * 252}: pascal_voc cannot hold it: {'a' * 252!r} is longer than 255 bytes",
        ),
        (
            [record("a.jpg", box(label="a\x01"))],
            "a.jpg: pascal_voc cannot hold it: U+0001 is no character of XML",
        ),
        (
            [record("a.jpg", split="../train")],
            "a.jpg: pascal_voc cannot hold it: split '../train' holds a character that no list or name can",
        ),
        (
            [record("\u2028.jpg", split="train")],
            "\u2028.jpg: pascal_voc cannot hold it: a list of a split cannot hold '\\u2028'\n"
            "  hint: rename the image",
        ),
    ],
)
def test_a_record_that_voc_cannot_hold_is_refused(
    tmp_path: Path, records: list[ImageRecord], message: str
) -> None:
    with pytest.raises(WriteError) as caught:
        written(tmp_path / "voc", records)
    assert str(caught.value) == message


NUMBERS = [7, 7.0, -0.5, 1e300, 10**30, True]
NUMBERLIKE = ["7", "7.0", "1e300", "true", "True", "007", "nan", "1_0", "٣", "inf"]
PLAIN = ["", " a ", "a\r\nb\t", "<&>", "]]>"]


@pytest.mark.parametrize("value", [*NUMBERS, *NUMBERLIKE, *PLAIN])
def test_an_attribute_keeps_its_type_and_text(tmp_path: Path, value: bool | int | float | str) -> None:
    for key in ("a", " b/c ", "part[0]/name", "part[7]/name", "part[0]/x"):
        attributes = {key: value}
        original = record("a.jpg", box(attributes=attributes), attributes=attributes)
        [found] = back(tmp_path / f"voc{len(list(tmp_path.iterdir()))}", original)
        assert found == original
        assert type(found.attributes[key]) is type(value)


@pytest.mark.parametrize("text", [" hand ", "\t", "a\r\nb", "\u00a0x", "\u2028", "&amp;", "]]>", "😀"])
def test_a_label_keeps_every_blank(tmp_path: Path, text: str) -> None:
    original = record("a.jpg", box(label=text, pose=text))
    assert back(tmp_path / "voc", original) == [original]


@pytest.mark.parametrize("name", [" a .jpg", "a", "a.b", "100%.jpg", "a#[]{}'\".jpg", "é中.jpeg", "C.JPG"])
def test_a_name_comes_back(tmp_path: Path, name: str) -> None:
    original = record(name, split=" my split")
    assert back(tmp_path / "voc", original) == [original]


def test_an_empty_data_set_comes_back(tmp_path: Path) -> None:
    assert back(tmp_path / "voc") == []


def test_other_readers_get_plain_xml(tmp_path: Path) -> None:
    written(tmp_path / "voc", [record("a.jpg", box())])
    root = etree.parse(tmp_path / "voc/Annotations/a.xml").getroot()
    assert [root.findtext(f"object/bndbox/{name}") for name in ("xmin", "ymin", "xmax", "ymax")] == [
        "1",
        "2",
        "10",
        "20",
    ]


# Whatever XML can hold; a label's or a key's text is free.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=8)
SCALARS = st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
COORDINATES = st.floats(-FARTHEST, FARTHEST) | st.floats(0, 100) | st.integers(0, 4000)
KEYS = TEXTS | st.sampled_from(["part[0]/name", "part[1]/name", "part[1]/bndbox/ymax", "part[01]/name"])


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    (x_min, x_max), (y_min, y_max) = (sorted(draw(st.tuples(COORDINATES, COORDINATES))) for _ in "xy")
    vertices = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=3, max_size=5)
    return Box(
        label=draw(TEXTS.filter(bool)),
        x_min=x_min,
        y_min=y_min,
        x_max=x_max,
        y_max=y_max,
        difficult=draw(st.booleans()),
        truncated=draw(st.sampled_from([None, 0, 1])),
        occluded=draw(st.sampled_from([None, 0, 1])),
        pose=draw(st.none() | TEXTS),
        polygons=draw(st.lists(vertices, max_size=2)),  # type: ignore[arg-type]
        attributes=draw(st.dictionaries(KEYS, SCALARS, max_size=3)),
    )


@given(found=st.lists(boxes(), max_size=3), split=st.none() | st.sampled_from(["train", "a_val", "x y"]))
def test_reading_back_what_was_written_changes_nothing(found: list[Box], split: str | None) -> None:
    original = record("a.jpg", *found, width=None, height=None, split=split)
    with tempfile.TemporaryDirectory() as folder:
        assert back(Path(folder) / "voc", original) == [original]
        assert not any(
            loss.field != "polygons" for loss in written(Path(folder) / "again", [original]).losses
        )
