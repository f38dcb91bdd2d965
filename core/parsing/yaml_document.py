"""YAML as descriptions of data sets have it: mappings, lists and text, with the lines of the keys.

Every scalar stays the text that it is: a class named `no` is no flag, and `007` no number. Anchors and
aliases are refused, for a few lines of them stand for gigabytes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing.text_file import lines

# Any: text, or a list or mapping of such; who reads it finds out.
Yaml = Any

MOST_BYTES = 1 << 20  # of a description; the 1,203 classes of LVIS take 32 KB
MOST_DEPTH = 20  # of lists in lists; descriptions have two or three
NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
# Text that stands in YAML as it is, unless it is one of the words that mean a flag or nothing there.
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# What a YAML stream must not hold as it is (YAML 1.2, 5.1), or would take for the end of a line.
UNPRINTABLE = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


@dataclass(frozen=True, slots=True)
class Document:
    """A mapping, and the line of each of its keys; a value is '' where YAML has null."""

    values: dict[str, Yaml]
    lines: dict[str, int]


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end is still to come; `key` waits for its value."""

    value: Yaml
    key: str | None = None
    lines: dict[str, int] = field(default_factory=dict)

    def add(self, value: Yaml, line: int) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key is not None:
            self.value[self.key], self.key = value, None
        elif isinstance(value, str):
            self.key = value
            self.lines[value] = line
        else:
            raise ValueError("a key is text; found a list or a mapping")


def mapping(path: Path, owner: str) -> Document:
    """The mapping that a YAML file holds; raises AnnotationError with the line."""
    import yaml  # not at the start of every command: few formats need it

    text = "\n".join(lines(path, MOST_BYTES, owner))
    try:
        top = _built(path, yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise AnnotationError(path, mark.line + 1 if mark else "", f"is no YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise AnnotationError(path, "", f"is no YAML: {str(error).splitlines()[0]}") from None
    if top is None or not isinstance(top.value, dict):
        raise AnnotationError(path, "", "expected YAML with a `key: value` a line")
    return Document(top.value, top.lines)


def quoted(text: str) -> str:
    """A text as a YAML scalar that reads back as this text; raises ValueError where none can."""
    if PLAIN.fullmatch(text) and text.lower() not in WORDS:
        return text
    if re.search("[\ud800-\udfff]", text):
        raise ValueError(f"{text!r} is no text that UTF-8 can hold")
    safe = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + UNPRINTABLE.sub(lambda match: f"\\U{ord(match[0]):08x}", safe) + '"'


def _built(path: Path, events: Iterator[Any]) -> _Open | None:  # Any: PyYAML's events
    """The list or mapping that the events of a document tell; None where it is neither."""
    opened: list[_Open] = []
    for event in events:
        kind, line = type(event).__name__, event.start_mark.line + 1
        try:
            if kind in ("MappingStartEvent", "SequenceStartEvent"):
                if len(opened) == MOST_DEPTH:
                    raise ValueError(f"lists and mappings are nested more than {MOST_DEPTH} deep")
                opened.append(_Open({} if kind == "MappingStartEvent" else []))
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                closed = opened.pop()
                if not opened:
                    return closed
                opened[-1].add(closed.value, line)
            elif kind == "ScalarEvent" and opened:
                nothing = event.implicit[0] and event.value in NOTHING
                opened[-1].add("" if nothing else event.value, line)
            elif kind == "AliasEvent":
                raise ValueError(f"*{event.anchor}: aliases are not read; write the value out")
        except ValueError as error:
            raise AnnotationError(path, line, str(error)) from None
    return None
