"""XML files of one element after another: read in the memory of one, and tags that any parser reads back."""

import html
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing.xml_document import (
    LONG_NAMESPACE,
    MOST_SHOWN,
    MOST_TAGS,
    NO_CHARACTER,
    refused,
)

if TYPE_CHECKING:
    from lxml.etree import _Element, iterparse

MOST_TAG = 4 << 20  # bytes from one < to the next: an outline of 300,000 vertices, or 400,000 attributes
HEAD = 1 << 16  # bytes: tells a DOCTYPE, an empty file and a copied namespace; at the end, whether it is cut


def elements(path: Path, root: str) -> "Iterator[_Element]":
    """The elements directly in the root element `root`, each forgotten when the next one is asked for.

    raises   AnnotationError for a file that is no such XML, and for an element of too many others
    """
    from lxml import etree

    with open(path, "rb") as file:
        head = file.read(HEAD)
        if b"<!DOCTYPE" in head.replace(b"\0", b"") or LONG_NAMESPACE.search(head):
            raise refused(path, b"<!DOCTYPE", None, "")
        file.seek(0)
        parsing = etree.iterparse(
            _Bounded(file, path),
            events=("start", "end", "start-ns"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,  # libxml2 bounds depth and text as long as this is off
            remove_comments=True,
            remove_pis=True,
            remove_blank_text=True,
        )
        try:
            yield from _walked(parsing, path, root)
        except etree.XMLSyntaxError as error:
            file.seek(max(0, os.fstat(file.fileno()).st_size - HEAD))
            raise refused(path, head, error.lineno, error.msg or "", end=file.read()) from None


class _Bounded:
    """A file that is read no further when one of its tags does not end: a parser would keep all of it."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self._path, self._since = file, path, 0

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        last = data.rfind(b"<")
        self._since = self._since + len(data) if last < 0 else len(data) - last
        if self._since > MOST_TAG:
            fact = f"a tag or a text has more than {MOST_TAG >> 20} MB, the most that is read"
            raise AnnotationError(self._path, "", fact)
        return data


def _walked(parsing: "iterparse[object]", path: Path, root: str) -> "Iterator[_Element]":
    depth = tags = 0
    for event, element in parsing:
        if event == "start-ns":
            raise AnnotationError(path, "", f"its elements are in a namespace, <{root}> in none")
        depth += 1 if event == "start" else -1
        tags += event == "start"
        if depth == 1 and event == "start" and element.tag != root:
            fact = f"the root element is <{element.tag[:MOST_SHOWN]}>, not <{root}>: another tool's file"
            raise AnnotationError(path, "", fact)
        if tags > MOST_TAGS:
            fact = f"an element has more than {MOST_TAGS:,} others inside, the most that is read"
            raise AnnotationError(path, element.sourceline or "", fact)
        if event == "end" and depth == 1:
            yield element
            tags = 0
            _forget(element)


def _forget(element: "_Element") -> None:
    """Empty an element, and take those before it away: its own place in the tree is still the parser's."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def attributes_text(values: Mapping[str, str]) -> str:
    """Attributes as they stand in a tag, on one line; raises ValueError for what XML cannot hold."""
    return "".join(f' {name}="{_quoted(value)}"' for name, value in values.items())


def _quoted(text: str) -> str:
    if found := NO_CHARACTER.search(text):
        raise ValueError(f"U+{ord(found[0]):04X} is no character of XML")
    return one_line(html.escape(text))


def one_line(text: str) -> str:
    """XML text whose tabs and line ends are written out, which parsers would take for blanks."""
    return text.replace("\t", "&#9;").replace("\n", "&#10;").replace("\r", "&#13;")
