"""The XML of Pascal VOC: dirt that simply works, files that are refused, and hostile ones."""

import os
import resource
import time
from pathlib import Path

import pytest

from boxwright.core.errors import AnnotationError
from boxwright.core.read import read
from boxwright.core.schema import ImageRecord

CORNERS = "<xmin>2</xmin><ymin>3</ymin><xmax>10</xmax><ymax>20</ymax>"
OBJECT = f"<object><name>händ</name><bndbox>{CORNERS}</bndbox></object>"
SIZE = "<size><width>64</width><height>48</height><depth>3</depth></size>"
PLAIN = f"<annotation><filename>a.jpg</filename>{SIZE}{OBJECT}</annotation>"


def parsed(root: Path, data: str | bytes, encoding: str = "utf-8") -> ImageRecord:
    (root / "Annotations").mkdir()
    (root / "Annotations/a.xml").write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
    [record] = read(root, "pascal_voc")
    return record


def refusal(root: Path, data: str | bytes) -> str:
    with pytest.raises(AnnotationError) as caught:
        parsed(root, data)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (PLAIN, "utf-8"),
        (PLAIN, "utf-8-sig"),
        (f'<?xml version="1.0" encoding="utf-8"?>\r\n{PLAIN}', "utf-8-sig"),
        (f'<?xml version="1.0" encoding="utf-16"?>{PLAIN}', "utf-16"),
        (PLAIN, "utf-16"),
        (f'<?xml version="1.0" encoding="iso-8859-1"?>{PLAIN}', "latin-1"),
        (PLAIN.replace("><", ">\r\n\t  <") + " \n\n", "utf-8"),
        (PLAIN.replace("><", "><!-- a <name>b</name> --><"), "utf-8"),
        (PLAIN.replace(">händ<", "><![CDATA[händ]]><"), "utf-8"),
        (PLAIN.replace(">händ<", "> h&#228;nd\n<"), "utf-8"),
        (PLAIN.replace("<annotation>", '<?note?><annotation verified="yes">'), "utf-8"),
        (f"<annotation>{OBJECT}<filename>a.jpg</filename>{SIZE}</annotation>", "utf-8"),
    ],
)
def test_this_dirt_simply_works(tmp_path: Path, text: str, encoding: str) -> None:
    record = parsed(tmp_path, text, encoding)
    [box] = record.boxes
    assert (record.path, record.width, record.height) == ("a.jpg", 64, 48)
    assert (box.label, box.edges, record.attributes, box.attributes) == ("händ", (1, 2, 10, 20), {}, {})


CUT = "ends before its elements are closed\n  hint: was it copied whole?"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", ": is empty"),
        (b" \n\0", ": is empty"),
        (b'{"images": []}', ":1: is no XML"),
        (b'{"a": "x < y"}', ":1: is no XML"),
        (b"<annotation>a & b</annotation> <", ":1: holds a bare &\n  hint: write &amp;"),
        (b"<annotation>\n<object>\n<name>ha", f":3: {CUT}"),
        (b"<annotation>\n<object>\n</obj", f":3: {CUT}"),
        (b"<annotation>\n<object><na", f":2: {CUT}"),
        (b"<annotation>\n<", f":2: {CUT}"),
        (b"<annotation>\n<a></b></annotation>", ":2: an element is closed by another's tag"),
        (
            b"<annotation/><annotation/>",
            ":1: goes on behind its root element\n  hint: a file has one root element",
        ),
        (
            b"<annotation>a\x01</annotation>",
            ":1: holds a character that XML does not have\n  hint: take it out",
        ),
        (
            b"<annotation>\n<a b></a></annotation>",
            ":2: is no well-formed XML\n  hint: a browser that opens it tells what is wrong there",
        ),
        (b"<annotation>" + b"<a>" * 100_000, ":1: nested too deep"),
        (b"<annotation>\nR & D</annotation>", ":2: holds a bare &\n  hint: write &amp;"),
        (
            b"<annotation>\xe9</annotation>",
            ":1: holds bytes that its encoding lacks\n  hint: save it as UTF-8",
        ),
        (
            b'<?xml version="1.0" encoding="klingon"?><annotation/>',
            ":1: declares an unknown encoding\n  hint: save it as UTF-8",
        ),
        (b"<html/>", ": the root element is <html>, not <annotation>: another tool's file"),
        (b"<annotations/>", ": the root element is <annotations>, not <annotation>: another tool's file"),
        (b"<annotation><size/><size/></annotation>", ": size: stands here twice"),
        (
            "<annotation/>".encode("utf-16-le"),
            ":1: holds NUL bytes: this is UTF-16 without its byte order mark, or no text\n"
            "  hint: save it as UTF-8",
        ),
        (
            '<?xml version="1.0"?><annotation><a></annotation>'.encode("utf-16-le"),
            ":1: an element is closed by another's tag",
        ),
        ("<annotation><a></annotation>".encode("utf-16"), ":1: an element is closed by another's tag"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    assert refusal(tmp_path, data) == f"Annotations/a.xml{message}"


BOMB = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE annotation SYSTEM "voc.dtd"><annotation/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><filename>&x;</filename></annotation>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><annotation/>',
        f'<!DOCTYPE a [<!ENTITY e0 "ha">{BOMB}]><annotation><filename>&e9;</filename></annotation>',
        f'<!DOCTYPE a [<!ENTITY e0 "ha">{BOMB}]><annotation a="&e9;"/>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused(tmp_path: Path, text: str, encoding: str) -> None:
    fact = "declares a DOCTYPE, which could load anything\n  hint: delete that line"
    assert refusal(tmp_path, text.encode(encoding)) == f"Annotations/a.xml: {fact}"


def test_a_hostile_file_costs_neither_time_nor_memory(tmp_path: Path) -> None:
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    huge = refusal(tmp_path, b"<annotation>" + b"<a/>" * 2_000_000)
    assert huge == "Annotations/a.xml: has more than 400,000 tags, the most that is read"
    (tmp_path / "b").mkdir()
    assert (
        len(parsed(tmp_path / "b", b"<annotation>" + b"<a/>" * 390_000 + b"</annotation>").attributes)
        == 390_000
    )
    assert time.process_time() - start < 5  # two seconds each, and a half for a busy machine
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10


def test_a_file_larger_than_any_annotation_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "Annotations").mkdir()
    (tmp_path / "Annotations/a.xml").touch()
    os.truncate(tmp_path / "Annotations/a.xml", 1 << 40)
    with pytest.raises(AnnotationError) as caught:
        list(read(tmp_path, "pascal_voc"))
    assert str(caught.value) == "Annotations/a.xml: is larger than 32 MB, the most that is read"
