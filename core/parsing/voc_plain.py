"""An annotation of Pascal VOC as nearly every tool writes it, read by two patterns: a fifth of a tree's cost.

The patterns know the elements of the devkit and of labelImg in their usual order, with flags, whole numbers
and text without entities. Any other file is not for them: `voc_elements` reads it, or says what is wrong.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from boxwright.core.frame import Frame, Size
from boxwright.core.reporter import Reporter
from boxwright.core.schema import Box, Scalar

MOST_BYTES = 1 << 20  # a larger file is checked for its number of elements, which here cannot be too many

_BLANK = r"[ \t\r\n]*"
_TEXT = r"[^<>&\0-\x1f\x7f-\x9f\ufffe\uffff]*"  # on one line; XML has no U+FFFE and U+FFFF
_WHOLE = r"[0-9]{1,9}"


def _element(tag: str, inside: str) -> str:
    return f"<{tag}>{inside}</{tag}>{_BLANK}"


def _parent(tag: str, *inside: str) -> str:
    return _element(tag, _BLANK + "".join(inside))


def _perhaps(pattern: str) -> str:
    return f"(?:{pattern})?"


def _remarks(tag: str) -> str:
    """An element of any others with text, of which nothing is read."""
    return _parent(tag, f"(?:<(?P<{tag}>[a-z]+)>{_TEXT}</(?P={tag})>{_BLANK})*")


_DECLARATION = r"""<\?xml version=(?:"1\.0"|'1\.0')(?: encoding=(?:"(?i:utf-8)"|'(?i:utf-8)'))? ?\?>"""
_HEAD = re.compile(
    f'{_perhaps(_DECLARATION)}{_BLANK}<annotation(?: verified="(?:yes|no)")?>{_BLANK}'
    + _perhaps(_element("folder", _TEXT))
    + _element("filename", f"(?P<filename>{_TEXT})")
    + _perhaps(_element("path", _TEXT))
    + _perhaps(_remarks("source"))
    + _perhaps(_remarks("owner"))
    + _parent(
        "size",
        _element("width", f"(?P<width>{_WHOLE})"),
        _element("height", f"(?P<height>{_WHOLE})"),
        _perhaps(_element("depth", _TEXT)),
    )
    + _perhaps(_element("segmented", _TEXT))
)
_DIFFICULT = _perhaps(_element("difficult", "([01])"))
_OBJECT = re.compile(
    _parent(
        "object",
        _element("name", rf"(?=\s*[^\s<])({_TEXT})"),  # an empty one is told by the other reader
        _perhaps(_element("pose", f"({_TEXT})")),
        _perhaps(_element("truncated", "([01])")),
        _perhaps(_element("occluded", "([0-3])")),
        _DIFFICULT,
        _parent("bndbox", *(_element(corner, f"({_WHOLE})") for corner in ("xmin", "ymin", "xmax", "ymax"))),
        f"(?(5)|{_DIFFICULT})",  # behind the box in VOC2012, before it elsewhere
    )
)
_END = re.compile(f"</annotation>{_BLANK}")


class PlainVoc(NamedTuple):
    """What one file says; `objects` are the groups of the pattern."""

    filename: str
    width: int
    height: int
    objects: list[tuple[str, ...]]

    def size(self, reporter: Reporter) -> Size:
        """Width and height as they are stated."""
        return self.width, self.height

    def boxes(self, frame: Frame, origin: int) -> list[Box | None]:
        """The boxes of the objects, None for those that a problem's action drops.

        origin   number of the first pixel
        """
        return [_box(texts, f"object[{index}]", frame, origin) for index, texts in enumerate(self.objects)]

    def attributes(self, frame: Frame) -> dict[str, Scalar]:
        """Nothing else is said of the image."""
        return {}


def voc_plain(data: bytes) -> PlainVoc | None:
    """The annotation in a file's bytes; None where only an XML parser can tell."""
    if len(data) > MOST_BYTES:
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if (head := _HEAD.match(text)) is None:
        return None
    objects, end = [], head.end()
    while found := _OBJECT.match(text, end):
        objects.append(found.groups())
        end = found.end()
    if _END.fullmatch(text, end) is None:
        return None
    return PlainVoc(head["filename"].strip(), int(head["width"]), int(head["height"]), objects)


def _box(texts: tuple[str, ...], place: str, frame: Frame, origin: int) -> Box | None:
    name, pose, truncated, occluded, difficult, left, top, right, bottom, behind = texts
    # The last pixel is part of the box, whatever the first one's number.
    by = 1 - origin
    edges = float(left) - origin, float(top) - origin, float(right) + by, float(bottom) + by
    fields = _fields(pose, truncated, occluded, difficult or behind)
    return frame.box(name.strip(), edges, where=f"{place}/bndbox", **fields)


@lru_cache(maxsize=1024)  # most objects state the same few things
def _fields(
    pose: str | None, truncated: str | None, occluded: str | None, difficult: str | None
) -> Mapping[str, object]:
    """What an object states of the four; None: nothing."""
    fields: dict[str, object] = {}
    if pose is not None:
        fields["pose"] = pose.strip()
    if truncated is not None:
        fields["truncated"] = float(truncated)
    if occluded is not None:
        fields["occluded"] = int(occluded)
    if difficult is not None:
        fields["difficult"] = difficult == "1"
    return fields
