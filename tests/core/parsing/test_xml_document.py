"""XML that strangers wrote: what is refused, and elements that come back."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing.xml_document import (
    LONG_NAMESPACE,
    NO_CHARACTER,
    children,
    coordinate,
    element_line,
    parsed,
    sorted_children,
    text_of,
    xml_bytes,
)

SECRET = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


def root_of(path: Path) -> etree._Element:
    return parsed(xml_bytes(path), path, "a")


def test_a_root_comes_without_comments(tmp_path: Path):
    (tmp_path / "a.xml").write_text("<a><!-- no --><?no?><b/>é</a>", "utf-8")
    assert [child.tag for child in root_of(tmp_path / "a.xml")] == ["b"]


@pytest.mark.parametrize(
    "text, problem",
    [
        ("", ": is empty"),
        ("<b/>", ": the root element is <b>, not <a>: another tool's file"),
        ("<a>\n<b></a>", ":2: an element is closed by another's tag"),
        (SECRET, ": declares a DOCTYPE, which could load anything\n  hint: delete that line"),
        ("<a>" + "<b/>" * 400_000 + "</a>", ": has more than 400,000 tags, the most that is read"),
        (
            f"<a {'b=1 ' * 400_001}/>",
            ": has more than 400,000 attributes, the most that is read",
        ),
        (f"<a xmlns:p = '{'u' * 1000}'><p:b/></a>", ": has a namespace of over 1000 characters"),
        ("<a>" * 400_000, ":1: nested too deep"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, text: str, problem: str):
    path = tmp_path / "a.xml"
    path.write_text(text)
    with pytest.raises(AnnotationError) as caught:
        root_of(path)
    assert str(caught.value) == f"{path}{problem}"


def test_children_are_sorted_and_what_may_stand_once_stands_once():
    root = etree.fromstring("<a><o/><x/><o/><n/></a>")
    found = sorted_children(root, frozenset("n"), frozenset("o"), "a.xml", "a/")
    assert ([*found.once], len(found.repeated), [each.tag for each in found.unknown]) == (["n"], 2, ["x"])
    with pytest.raises(AnnotationError, match=r"^a\.xml: a/o: stands here twice$"):
        sorted_children(root, frozenset("o"), frozenset(), "a.xml", "a/")


def test_a_missing_child_and_a_bad_number_are_named():
    root = etree.fromstring("<p><x>1.1</x><y>one</y></p>")
    found = children(root, ("x", "y"), "a.xml", "p")
    assert coordinate(found["x"], -1, "a.xml", "p") == 0.1
    with pytest.raises(AnnotationError, match=r"^a\.xml: p/y: 'one' is not a finite number$"):
        coordinate(found["y"], -1, "a.xml", "p")
    with pytest.raises(AnnotationError, match=r"^a\.xml: p: missing z$"):
        children(root, ("z",), "a.xml", "p")
    twice = etree.fromstring("<p><x>1</x><x>2</x><y/><z/><z/></p>")
    with pytest.raises(AnnotationError, match=r"^a\.xml: p/x: stands here twice$"):
        children(twice, ("y", "x"), "a.xml", "p")
    assert children(twice, ("y",), "a.xml", "p")["y"].tag == "y"


@given(st.text().filter(lambda text: not NO_CHARACTER.search(text)))
def test_a_text_comes_back_from_its_line(text: str):
    assert text_of(etree.fromstring(element_line(0, "a", text))) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_long_namespace_is_found_in_utf_16_too(tmp_path: Path, encoding: str):
    path = tmp_path / "a.xml"
    path.write_bytes(f"\ufeff<a xmlns='{'u' * 1000}'/>".encode(encoding))
    with pytest.raises(AnnotationError) as caught:
        root_of(path)
    assert str(caught.value) == f"{path}: has a namespace of over 1000 characters"


@pytest.mark.parametrize("text", ["xmlns", "xmlns:", "xmlns ", "xmlns=", "xmlns:x=", "xmlns='"])
def test_looking_for_namespaces_takes_no_longer_than_the_text_is(text: str):
    start = time.process_time()
    assert LONG_NAMESPACE.search(text.encode() * 1_000_000) is None
    assert time.process_time() - start < 2


def test_a_short_namespace_is_fine(tmp_path: Path):
    (tmp_path / "a.xml").write_text("<a xmlns:p='http://x/y'><p:b/></a>")
    assert [child.tag for child in root_of(tmp_path / "a.xml")] == ["{http://x/y}b"]
