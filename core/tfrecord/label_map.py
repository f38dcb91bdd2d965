"""The label map: class names and their ids, from 1, in the OD API's text format.

item {
  id: 1
  name: 'hand'
}
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from boxwright.core.errors import AnnotationError
from boxwright.core.tfrecord.proto import message

FIRST_ID = 1  # 0 is the background
BACKGROUND = "background"  # the one name that the OD API allows at id 0; it is no class
MOST_TOLD = 200  # characters of the parser's message, which repeats the line
# Octal, which every protobuf parser reads; hexadecimal escapes have no fixed length.
_CONTROLS = {code: f"\\{code:03o}" for code in (*range(32), 127)}
_ESCAPES = str.maketrans(_CONTROLS | {ord("\\"): "\\\\", ord("'"): "\\'"})


def label_ids(labels: Sequence[str]) -> dict[str, int]:
    """The id of each label, in the order of the labels."""
    return {label: number for number, label in enumerate(labels, start=FIRST_ID)}


def label_map_text(labels: Sequence[str]) -> str:
    """A label map as text; the ids are those of `label_ids`."""
    return "".join(
        f"item {{\n  id: {number}\n  name: '{label.translate(_ESCAPES)}'\n}}\n"
        for label, number in label_ids(labels).items()
    )


def read_label_map(path: Path) -> dict[int, str]:
    """Names by id, in the order of the file; raises AnnotationError for text that is no label map."""
    from google.protobuf import text_format

    from boxwright.core.parsing import protobuf_text

    try:
        text = path.read_text(encoding="utf-8-sig")
        # Items may hold more: keypoints, frequency, ancestor_ids. None of it names a class.
        empty = message("object_detection.protos.StringIntLabelMap")()
        parsed = protobuf_text.parse(text, empty, unknown_fields=True)
    except (text_format.ParseError, UnicodeDecodeError, RecursionError) as error:
        raise AnnotationError(path, "", f"no label map: {str(error)[:MOST_TOLD]}") from None
    except OSError as error:
        raise AnnotationError(path, "", f"cannot be read: {error.strerror}") from None
    if text.strip() and not parsed.item:
        raise AnnotationError(path, "", "no label map: it holds no item")
    return _by_id(parsed, path)


def _by_id(parsed: Any, path: Path) -> dict[int, str]:
    names: dict[int, str] = {}
    for number, item in enumerate(parsed.item):
        where = f"item[{number}]"
        name = item.name or item.display_name
        if item.id == 0 and BACKGROUND in (item.name, item.display_name):
            continue
        if item.id < FIRST_ID:
            raise AnnotationError(path, where, f"id {item.id}: label map ids start at {FIRST_ID}")
        if not name:
            raise AnnotationError(path, where, "has no name")
        if names.setdefault(item.id, name) != name:
            raise AnnotationError(path, where, f"id {item.id} names both {names[item.id]!r} and {name!r}")
    return names


def labels_in_order(names: Mapping[int, str]) -> tuple[str, ...]:
    """The labels of a label map by ascending id, each once."""
    return tuple(dict.fromkeys(names[number] for number in sorted(names)))
