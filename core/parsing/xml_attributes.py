"""Elements that no field of ours holds: attributes by their paths, or by the names that CVAT gives.

Path:  <part><name>thumb</name></part> is `part[0]/name`: thumb
Name:  <attributes><attribute><name>age</name><value>3</value></attribute></attributes> is `age`: 3
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from boxwright.core.errors import reading
from boxwright.core.frame import Frame
from boxwright.core.numbers import shortened
from boxwright.core.parsing.scalar_text import scalar, scalar_text
from boxwright.core.parsing.xml_document import element_line, text_of
from boxwright.core.schema import Scalar

if TYPE_CHECKING:
    from lxml.etree import _Element

# A part of an object, as VOC's person layout has it, is written as one again.
MOST_PATH = 400  # characters; a path is part of those of all elements inside, 200,000 in a hostile file
CORNERS = ("xmin", "ymin", "xmax", "ymax")
PART = re.compile(r"part\[(0|[1-9]\d{0,3})\]/(name|bndbox/(?:xmin|ymin|xmax|ymax))")


def attributes(elements: "Sequence[_Element]", place: str, frame: Frame) -> dict[str, Scalar]:
    """The attributes that elements below `place` hold; of two with one name the first counts.

    raises   AnnotationError where names in each other make a path of more than MOST_PATH characters
    """
    found: dict[str, Scalar] = {}
    with reading(frame.path, place.removesuffix("/")):
        flattened = list(_flattened(elements)) if elements else []
    for key, value in flattened:
        if key in found:
            message = "stands here twice, the first counts"
            frame.reporter.problem("invalid_attribute", frame.path, f"{place}{key}", message)
        else:
            found[key] = value
    return found


def _flattened(elements: "Sequence[_Element]", above: str = "") -> Iterator[tuple[str, Scalar]]:
    counts = Counter(element.tag for element in elements)
    places: Counter[str] = Counter()
    for element in elements:
        tag, children = element.tag, list(element)
        named = {child.tag: child for child in children}
        path = f"{above}{tag}"
        if counts[tag] > 1 or tag == "part":  # VOC's single part is numbered too, so that all paths agree
            path += f"[{places[tag]}]"
            places[tag] += 1
        if len(path) > MOST_PATH:
            raise ValueError(f"{shortened(path)} is a path of over {MOST_PATH} characters")
        if tag == "attribute" and above.startswith("attributes") and {"name", "value"} <= named.keys():
            yield text_of(named["name"]), _value(named["value"])
        elif children:
            yield from _flattened(children, f"{path}/")
        elif tag != "attributes" or text_of(element):  # tools write it empty, too
            yield path, _value(element)


def _value(element: "_Element") -> Scalar:
    return scalar(text_of(element), element.get("type"))


def attribute_lines(depth: int, values: Mapping[str, Scalar]) -> Iterator[str]:
    """The lines of attributes: parts as VOC writes them, all others as CVAT does, by any name."""
    parts = _parts(values)
    for fields in parts.values():
        yield from _part_lines(depth, fields)
    others = {key: value for key, value in values.items() if not (parts and PART.fullmatch(key))}
    if others:
        yield from _named_lines(depth, others)


def _named_lines(depth: int, values: Mapping[str, Scalar]) -> Iterator[str]:
    indent = "\t" * depth
    yield f"{indent}<attributes>"
    for key, value in values.items():
        yield f"{indent}\t<attribute>"
        yield element_line(depth + 2, "name", key)
        yield _value_line(depth + 2, "value", value)
        yield f"{indent}\t</attribute>"
    yield f"{indent}</attributes>"


def _parts(values: Mapping[str, Scalar]) -> dict[int, dict[str, Scalar]]:
    """Attributes that are a part's name or corner; none where a number is left out: paths would change."""
    parts: dict[int, dict[str, Scalar]] = {}
    for key, value in values.items():
        if found := PART.fullmatch(key):
            parts.setdefault(int(found[1]), {})[found[2]] = value
    return dict(sorted(parts.items())) if set(parts) == set(range(len(parts))) else {}


def _part_lines(depth: int, fields: Mapping[str, Scalar]) -> Iterator[str]:
    indent = "\t" * depth
    yield f"{indent}<part>"
    if "name" in fields:
        yield _value_line(depth + 1, "name", fields["name"])
    corners = [name for name in CORNERS if f"bndbox/{name}" in fields]
    if corners:
        yield f"{indent}\t<bndbox>"
        yield from (_value_line(depth + 2, name, fields[f"bndbox/{name}"]) for name in corners)
        yield f"{indent}\t</bndbox>"
    yield f"{indent}</part>"


def _value_line(depth: int, tag: str, value: Scalar) -> str:
    text, stated = scalar_text(value)
    return element_line(depth, tag, text, f' type="{stated}"' if stated else "")
