"""Plain VOC files: the patterns know what tools write, and read it as the XML parser does."""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from PIL import Image

import boxwright
from boxwright.adapters import pascal_voc
from boxwright.core.parsing.voc_plain import MOST_BYTES, voc_plain
from tests.fuzz import text_mutations, xml_mutations
from tests.fuzz.case import mutated

CORNERS = "<bndbox><xmin>2</xmin><ymin>3</ymin><xmax>10</xmax><ymax>20</ymax></bndbox>"
SIZE = "<size><width>64</width><height>48</height><depth>3</depth></size>"

LABEL_IMG = f"""<annotation verified="yes">
\t<folder>images</folder>\n\t<filename>x.png</filename>\n\t<path>C:\\me\\x.png</path>
\t<source>\n\t\t<database>Unknown</database>\n\t</source>\n\t{SIZE}\n\t<segmented>0</segmented>
\t<object>\n\t\t<name> left hand </name>\n\t\t<pose>Unspecified</pose>\n\t\t<truncated>1</truncated>
\t\t<difficult>0</difficult>\n\t\t{CORNERS}\n\t</object>
</annotation>
"""
VOC_2007 = f"""<annotation>
<folder>VOC2007</folder><filename>x.png</filename>
<source><database>The VOC2007 Database</database><annotation>PASCAL VOC2007</annotation></source>
<owner><flickrid>é</flickrid><name>?</name></owner>{SIZE}<segmented>0</segmented>
<object><name>hand</name><pose>Left</pose><truncated>1</truncated><difficult>1</difficult>{CORNERS}</object>
<object><name>hand</name><pose>Left</pose><truncated>1</truncated><difficult>0</difficult>{CORNERS}</object>
</annotation>"""
VOC_2012 = f"""<annotation>\r
<folder>VOC2012</folder>\r<filename>x.png</filename>\r
<source><database>The VOC2008 Database</database></source>{SIZE}<segmented>0</segmented>\r
<object><name>手</name><pose>Frontal</pose><truncated>0</truncated><occluded>1</occluded>{CORNERS}
<difficult>1</difficult></object></annotation>\r\n"""
DECLARED = f"""<?xml version="1.0" encoding="utf-8"?>
<annotation><filename>x.png</filename>{SIZE}<object><name>hand</name>{CORNERS}</object></annotation>"""
NO_OBJECTS = f"<annotation><filename>x.png</filename>{SIZE}</annotation>"
PLAIN = {
    "labelImg": LABEL_IMG,
    "VOC2007": VOC_2007,
    "VOC2012": VOC_2012,
    "declared": DECLARED,
    "none": NO_OBJECTS,
}
TEXTS = (
    "",
    " ",
    "0",
    "1",
    "2",
    "4",
    "07",
    "-1",
    "48",
    "65",
    "200",
    "1.0",
    " 5",
    "true",
    "手",
    "a b",
    "x.png",
)


def revalued(data: bytes, random: Random) -> bytes:
    """The document with another text in one of its elements."""
    found = random.choice(list(re.finditer(rb">[^<>]*<", data)))
    return data[: found.start() + 1] + random.choice(TEXTS).encode() + data[found.end() - 1 :]


MUTATIONS = (revalued, text_mutations.mutated, xml_mutations.mutated)

Outcome = tuple[object, ...]


def outcome(root: Path, text: str | bytes, origin: int = 1) -> Outcome:
    """What reading a data set with this one annotation gives: its records and problems, or the error."""
    (root / "x.xml").write_bytes(text if isinstance(text, bytes) else text.encode())
    found: list[boxwright.Problem] = []
    try:
        return list(boxwright.read(root, "pascal_voc", origin=origin, on_problem=found.append)), found
    except boxwright.AnnotationError as error:
        return str(error), found


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Outcome, Outcome]]:
    """The outcome with the patterns, and without them."""
    Image.new("RGB", (64, 48)).save(tmp_path / "x.png")

    def outcomes(text: str | bytes, origin: int = 1) -> tuple[Outcome, Outcome]:
        first = outcome(tmp_path, text, origin)
        with monkeypatch.context() as patch:
            patch.setattr(pascal_voc, "voc_plain", lambda data: None)
            return first, outcome(tmp_path, text, origin)

    return outcomes


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
@pytest.mark.parametrize("origin", [0, 1])
def test_what_tools_write_is_plain_and_read_as_the_parser_reads_it(text: str, origin: int, both):
    assert voc_plain(text.encode()) is not None
    with_patterns, without = both(text, origin)
    assert with_patterns == without
    assert isinstance(with_patterns[0], list)


def test_what_is_written_is_plain(tmp_path: Path):
    box = boxwright.Box(label="hand", x_min=1, y_min=2, x_max=5, y_max=9, difficult=True, occluded=1, pose="")
    record = boxwright.ImageRecord(path="x.png", width=64, height=48, boxes=(box, box))
    boxwright.write(boxwright.Dataset(None, lambda: iter([record])), tmp_path / "out", format="pascal_voc")
    found = voc_plain((tmp_path / "out/Annotations/x.xml").read_bytes())
    assert found is not None
    assert len(found.objects) == 2


@pytest.mark.parametrize(
    "old, new",
    [
        ("x.png", "x&amp;.png"),
        ("hand", "<![CDATA[hand]]>"),
        ("hand", "<!-- -->hand"),
        ("hand", "ha\nnd"),
        ("hand", "a]]>b"),
        ("hand", "ha\x85nd"),
        ("hand", "ha\x01nd"),
        ("hand", "ha\ufffend"),
        ("hand", ""),
        ("hand", "\u3000"),
        ("<name>", '<name xml:space="preserve"> '),
        ("<xmin>2<", "<xmin>2.5<"),
        ("<xmin>2<", "<xmin>-2<"),
        ("<xmin>2<", "<xmin>٢<"),
        ("<xmin>2<", "<xmin> 2 <"),
        ("<xmin>2<", "<xmin>200<"),
        ("<xmin>2<", "<xmin>0000000000002<"),
        ("<truncated>1<", "<truncated>0.5<"),
        ("<truncated>1<", "<truncated><"),
        ("</object>", "<part><name>thumb</name></part></object>"),
        ("</object>", "<difficult>0</difficult></object>"),
        ("<width>64<", "<width>65<"),
        ("<width>64<", "<width>1000000001<"),
        ("<width>64</width>", ""),
        ("<filename>x.png</filename>", ""),
        ("<source>", "\u00a0<source>"),
        ("<source>", "<source>&x;"),
        ("<folder>", "<folder>a</folder><folder>"),
        ("</annotation>", "</annotation>x"),
        ("</annotation>", "</annotation><!-- -->"),
        ("</annotation>", "<object/></annotation>"),
        ("</object>", "</object>\u2003"),
        ("<annotation>", "<!DOCTYPE annotation><annotation>"),
        ("<annotation>", '\ufeff<?xml version="1.0"?><annotation>'),
        ("<annotation>", ' <?xml version="1.0"?><annotation>'),
        ("<annotation>", '<?xml version="1.0" encoding="latin-1"?><annotation>'),
        ("<annotation>", '<annotation xmlns="a">'),
    ],
)
def test_another_file_is_read_as_the_parser_reads_it(old: str, new: str, both):
    assert old in VOC_2007
    with_patterns, without = both(VOC_2007.replace(old, new))
    assert with_patterns == without


def test_a_large_file_is_for_the_parser():
    assert voc_plain(NO_OBJECTS.encode() + b" " * MOST_BYTES) is None


def differences(both: Callable[..., tuple[Outcome, Outcome]], cases: int) -> int:
    """Mutates plain files and compares the two ways; returns how many mutations were plain still."""
    plain = 0
    for seed in range(cases):
        random = Random(seed)
        data = random.choice(list(PLAIN.values())).encode()
        data = mutated(random.choice(MUTATIONS), data, random)
        plain += voc_plain(data) is not None
        with_patterns, without = both(data, random.randrange(2))
        assert with_patterns == without, data
    return plain


def test_mutations_of_plain_files_are_read_as_the_parser_reads_them(both):
    assert differences(both, 300) > 30


@pytest.mark.slow
def test_many_mutations_of_plain_files_are_read_as_the_parser_reads_them(both):
    assert differences(both, 30_000) > 3_000
