"""XML that strangers wrote, parsed safely, and elements that any parser reads back.

Nothing is fetched and no entity is expanded; what libxml2 finds wrong is told in our words.
"""

import html
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from boxwright.core.errors import AnnotationError
from boxwright.core.numbers import moved, no_number
from boxwright.core.parsing.text_file import contents

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element

MOST_BYTES = 32 << 20  # of a file, so that a hostile one stays below 200 MB in memory
MOST_TAGS = 400_000  # likewise; a VOC object has about 24, so these are over 15,000 objects
MOST_ATTRIBUTES = 400_000  # likewise: 260 bytes each
# A namespace is copied into the tag of every element that is in it. UTF-16 has zeros between.
LONG_NAMESPACE = re.compile(rb"x\0?m\0?l\0?n\0?s[\s\0]*+(?::[^:=<>]*+)?=[\s\0]*+[\"'][^\"']{1000}")
# How UTF-16 begins that libxml2 knows: with its byte order mark, or with an XML declaration.
UTF_16 = (BOM_UTF16_LE, BOM_UTF16_BE, "<?".encode("utf-16-le"), "<?".encode("utf-16-be"))
MOST_SHOWN = 60  # characters of a foreign name in a message
SPACE = "{http://www.w3.org/XML/1998/namespace}space"  # "preserve": blanks around the text belong to it
# XML 1.0, production 2 "Char"; the rest cannot be written, not even escaped.
NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

CUT = ("ends before its elements are closed", "was it copied whole?")
MISMATCH = ("an element is closed by another's tag", None)
UNKNOWN = ("is no well-formed XML", "a browser that opens it tells what is wrong there")
# How libxml2's messages begin, our words and a way out; everything else is UNKNOWN.
SYNTAX = (
    (("Start tag expected", "Document is empty"), "is no XML", None),
    (("Premature end",), *CUT),
    (("Opening and ending tag mismatch",), *MISMATCH),
    (("Extra content at the end",), "goes on behind its root element", "a file has one root element"),
    (("PCDATA invalid Char",), "holds a character that XML does not have", "take it out"),
    (("Excessive depth",), "nested too deep", None),
    (("xmlParseEntityRef", "EntityRef"), "holds a bare &", "write &amp;"),
    (("Invalid bytes", "Input is not proper"), "holds bytes that its encoding lacks", "save it as UTF-8"),
    (("Unsupported encoding",), "declares an unknown encoding", "save it as UTF-8"),
)


def xml_bytes(path: Path) -> bytes:
    """The bytes of an XML file; raises AnnotationError for one of more than 32 MB."""
    return contents(path, MOST_BYTES, f"{MOST_BYTES >> 20} MB, the most that is read")


def parsed(data: bytes, path: Path, tag: str) -> "_Element":
    """The root element `tag` of an XML file, without comments; raises AnnotationError for anything else.

    data   the file's bytes; `path` is for messages
    """
    from lxml import etree

    if data.count(b"<") > MOST_TAGS:
        raise AnnotationError(path, "", f"has more than {MOST_TAGS:,} tags, the most that is read")
    if data.count(b"=") > MOST_ATTRIBUTES:
        raise AnnotationError(
            path, "", f"has more than {MOST_ATTRIBUTES:,} attributes, the most that is read"
        )
    if LONG_NAMESPACE.search(data):
        raise AnnotationError(path, "", "has a namespace of over 1000 characters")
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        raise refused(path, data, error.lineno, error.msg or "", end=data) from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # lxml-stubs allow for None
        raise refused(path, b"<!DOCTYPE", None, "")
    if root.tag != tag:
        fact = f"the root element is <{root.tag[:MOST_SHOWN]}>, not <{tag}>: another tool's file"
        raise AnnotationError(path, "", fact)
    return root


@cache
def _parser() -> "XMLParser":
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,  # libxml2 bounds depth and text as long as this is off
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=True,  # indentation, which is most of the nodes; never where it is all of a text
    )


def refused(path: Path, data: bytes, line: int | None, message: str, *, end: bytes = b"") -> AnnotationError:
    """What libxml2 found wrong with a file, in our words.

    data   the file, or how it begins
    end    the file, or how it ends: perhaps inside a tag, because it was cut off
    """
    if not data.strip(b"\0 \t\r\n"):
        return AnnotationError(path, "", "is empty")
    if b"<!DOCTYPE" in data.replace(b"\0", b""):  # UTF-16 has zeros between
        return AnnotationError(path, "", "declares a DOCTYPE, which could load anything", "delete that line")
    if b"\0" in data and not data.startswith(UTF_16):
        fact = "holds NUL bytes: this is UTF-16 without its byte order mark, or no text"
        return AnnotationError(path, line or "", fact, "save it as UTF-8")
    known = next((text for beginnings, *text in SYNTAX if message.startswith(beginnings)), UNKNOWN)
    # Of a tag that is cut off libxml2 has many things to say.
    if tuple(known) in (MISMATCH, UNKNOWN) and end.rfind(b"<") > end.rfind(b">"):
        known = CUT
    return AnnotationError(path, line or "", *known)


def text_of(element: "_Element") -> str:
    """An element's text; blanks around it count only where the element says so."""
    text = element.text or ""
    stripped = text.strip()
    return text if text != stripped and element.get(SPACE) == "preserve" else stripped


class Children(NamedTuple):
    """An element's children, sorted by what is done with them."""

    once: "dict[str, _Element]"
    repeated: "list[_Element]"
    unknown: "list[_Element]"


def sorted_children(
    element: "_Element", once: frozenset[str], repeated: frozenset[str], path: Path | str, place: str
) -> Children:
    """An element's children: tags that may stand there once, repeated ones, and all others.

    raises   AnnotationError where one of `once` stands twice; `place` is what goes before its tag there
    """
    plain = {child.tag: child for child in element}
    if plain.keys() <= once and len(plain) == len(element):  # nearly every object
        return Children(plain, [], [])
    found = Children({}, [], [])
    for child in element:
        tag = child.tag
        if tag in repeated:
            found.repeated.append(child)
        elif tag not in once:
            found.unknown.append(child)
        elif tag in found.once:
            raise AnnotationError(path, f"{place}{tag}", "stands here twice")
        else:
            found.once[tag] = child
    return found


def children(
    element: "_Element", names: Iterable[str], path: Path | str, place: str
) -> "dict[str, _Element]":
    """The children of an element by their tags; AnnotationError where a name is missing or twice."""
    found = {child.tag: child for child in element}
    counts = Counter(child.tag for child in element) if len(found) < len(element) else {}
    for name in names:
        if name not in found:
            raise AnnotationError(path, place, f"missing {name}")
        if counts and counts[name] > 1:
            raise AnnotationError(path, f"{place}/{name}", "stands here twice")
    return found


def coordinate(element: "_Element", by: int, path: Path | str, place: str) -> float:
    """An element's number, moved by whole pixels; raises AnnotationError for what is no finite number."""
    text = element.text or ""
    found = moved(text, by)
    if found is None:
        fact = no_number(text.strip())
        raise AnnotationError(path, f"{place}/{element.tag}", fact)
    return found


@lru_cache(maxsize=1024)  # labels and poses come again and again
def element_line(depth: int, tag: str, text: str, attributes: str = "") -> str:
    """A line with an element, indented by tabs, whose text `text_of` gives back; raises ValueError."""
    if found := NO_CHARACTER.search(text):
        raise ValueError(f"U+{ord(found[0]):04X} is no character of XML")
    if text != text.strip():
        attributes += ' xml:space="preserve"'
    escaped = html.escape(text, quote=False).replace("\r", "&#13;")  # a bare one is read as a line feed
    return "\t" * depth + f"<{tag}{attributes}>{escaped}</{tag}>"
