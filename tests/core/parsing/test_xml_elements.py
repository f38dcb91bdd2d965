"""XML of many elements: one at a time, bounded, and refused where it is not what it should be."""

import tracemalloc
from pathlib import Path

import pytest
from lxml import etree

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing import xml_elements as module
from boxwright.core.parsing.xml_elements import attributes_text, elements


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "a.xml"
    path.write_bytes(text.encode(encoding))
    return path


def test_elements_come_in_order_with_what_is_inside_and_comments_are_left_out(tmp_path: Path):
    path = written(tmp_path, "<a><!-- x --><b n='1'><c/>  <d/></b>\n<e>t</e></a>")
    found = [(each.tag, [child.tag for child in each], each.text) for each in elements(path, "a")]
    assert found == [("b", ["c", "d"], None), ("e", [], "t")]


def test_utf_16_is_read(tmp_path: Path):
    path = written(tmp_path, '<?xml version="1.0" encoding="utf-16"?><a><b n="é"/></a>', "utf-16")
    assert [each.get("n") for each in elements(path, "a")] == ["é"]


def test_many_elements_take_the_memory_of_one(tmp_path: Path):
    path = written(tmp_path, f"<a>{'<b><c/><c/></b>' * 60_000}</a>")
    tracemalloc.start()
    assert sum(len(each) for each in elements(path, "a")) == 120_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000  # the elements of 32 KB of text wait until they are asked for


@pytest.mark.parametrize(
    "text, problem",
    [
        ("", ": is empty"),
        ("x", ": is no XML"),
        ("<a><b/>", ":1: ends before its elements are closed\n  hint: was it copied whole?"),
        (f"<a>{'<b/>' * 50_000}<b", ":1: ends before its elements are closed\n  hint: was it copied whole?"),
        (f"<a>{'<b/>' * 50_000}</c></a>", ":1: an element is closed by another's tag"),
        ("<x><b/></x>", ": the root element is <x>, not <a>: another tool's file"),
        ('<a xmlns="http://x"><b/></a>', ": its elements are in a namespace, <a> in none"),
        ('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', ": declares a DOCTYPE, which could load anything"),
        (f"<a>{'<b>' * 300}{'</b>' * 300}</a>", "nested too deep"),
        (f"<a><b>{'<c/>' * 30}</b></a>", "an element has more than 20 others inside, the most that is read"),
    ],
)
def test_what_is_no_such_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, problem: str
):
    if "<c/>" in text:
        monkeypatch.setattr(module, "MOST_TAGS", 20)
    path = written(tmp_path, text)
    with pytest.raises(AnnotationError) as caught:
        list(elements(path, "a"))
    assert problem in str(caught.value)


@pytest.mark.parametrize("value", ["\"<&>'", " a\tb\nc\r ", "é\u2028", ""])
def test_an_attribute_comes_back(value: str):
    text = f"<a{attributes_text({'n': value})}/>"
    assert etree.fromstring(text).get("n") == value
    assert "\n" not in text


def test_a_character_that_xml_lacks_is_refused():
    with pytest.raises(ValueError) as caught:
        attributes_text({"n": "a\0"})
    assert str(caught.value) == "U+0000 is no character of XML"
