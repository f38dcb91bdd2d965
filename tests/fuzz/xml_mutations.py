"""XML whose elements are doubled, missing, renamed, nested or full of hostile text, and bombs of entities."""

from html import escape
from random import Random

from lxml import etree

from tests.fuzz.hostile import LONG, NUMBERS, TEXTS

DEEP = 300  # levels; libxml2 takes 256
BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">%s]>' % b"".join(
    b'<!ENTITY %c "%s">' % (number + 1, b"&%c;" % number * 10) for number in range(ord("a"), ord("j"))
)
PROLOGUES = (
    *(BOMB, b'<!DOCTYPE a SYSTEM "file:///etc/passwd">', b"<?xml version='1.0' encoding='utf-16'?>"),
    *(b"<?xml version='1.1'?>", b"<?xml version='1.0' encoding='x'?>", b"<!-- -->", b"<?x y?>", b"\xff\xfe"),
    *(b"<?xml version='1.0' encoding='latin-1'?>", b"<?xml version='1.0' standalone='no'?>", b"\xef\xbb\xbf"),
)
TAGS = (
    *("object", "bndbox", "name", "filename", "size", "width", "polygon", "pt", "x", "y", "x1", "y1", "part"),
    *(
        "robndbox",
        "cx",
        "cy",
        "w",
        "h",
        "angle",
        "attributes",
        "attribute",
        "value",
        "difficult",
        "pose",
        "xmin",
    ),
    *("truncated", "occluded", "folder", "é", "t" * 1_000),
)
PIECES = (
    *(
        "&a;",
        "&#0;",
        "&#xD800;",
        "&",
        "<",
        "]]>",
        "<![CDATA[<a>]]>",
        "<!-- -- -->",
        "<a>" * DEEP,
        "<a/>" * 1_000,
    ),
    *(
        "<p:a/>",
        "<a xmlns='u'/>",
        "<a xmlns:p='u'><p:x/></a>",
        "<a xml:space='preserve'> x </a>",
        "</object>",
    ),
    f"<a xmlns:p='{'u' * LONG}'>{'<p:b/>' * 100}</a>",
    f"<{'t' * 1_000}>" * 100 + "<a/>" * 100 + f"</{'t' * 1_000}>" * 100,
)


def mutated(data: bytes, random: Random) -> bytes:
    """The document after some mutations of its elements and, at times, of its text."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=True))
    for _ in range(random.choice((1, 1, 2, 4))):
        _mutate(root, random)
    text = etree.tostring(root, encoding=random.choice(("utf-8", "utf-8", "utf-8", "utf-16", "iso-8859-1")))
    kind = random.randrange(8)
    if kind == 0:
        return random.choice(PROLOGUES) + text
    if kind == 1:
        at = random.choice([at for at in range(len(text)) if text[at : at + 1] in b"<>"])
        return text[:at] + random.choice(PIECES).encode() + text[at:]
    return text


def _mutate(root: etree._Element, random: Random) -> None:
    element, other = (random.choice(list(root.iter("*"))) for _ in range(2))
    parent = element.getparent()
    kind = random.randrange(7)
    if parent is not None and kind == 0:
        parent.remove(element)
    elif parent is not None and kind == 1:
        for _ in range(random.choice((1, 1, 2, 50))):
            parent.append(_copy(element))
    elif kind == 2:
        element.tag = random.choice(TAGS)
    elif kind == 3:
        element.append(_copy(other))
    elif kind == 4:
        element.set(random.choice(("type", "a", "é")), random.choice(("str", "float", "int", "")))
    else:
        element.text = _storable(random.choice((*NUMBERS, *TEXTS)))


def _copy(element: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(element, with_tail=False))


def _storable(text: str) -> str:
    """What XML can hold: the other characters come in by PIECES."""
    return escape(
        "".join(c for c in text if c in "\t\n\r" or " " <= c < "\ud800" or "\ue000" <= c <= "\ufffd")
    )
