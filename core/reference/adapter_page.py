"""The pages of the formats: one for each adapter, and one that compares them."""

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le

from boxwright.core.adapter import BOX_FIELDS, KEEPABLE, RECORD_FIELDS, Adapter
from boxwright.core.options import Use, names
from boxwright.core.problems import RULES
from boxwright.core.reference.docstring import escaped, paragraphs
from boxwright.core.reference.possible_problems import possible_problems

NAMED_LINE = re.compile(r"(\w[\w ]*): +(\S.*)")  # of the table in an adapter's docstring
LINE_LENGTH = 110  # of the code

OVERLAP = "split_overlap"  # what is counted shows it, if not the adapter

KINDS = {bool: "`True` or `False`", int: "a whole number", float: "a number", str: "text", Path: "a path"}

INTRODUCTION = """\
A format is what an *adapter* reads and writes. `boxwright adapters NAME` prints in the terminal what its page
says here, and an installed package [adds formats of its own](../../tutorial/your-own-format.md).
"""

SURVIVAL = """\
## What survives writing

Labels, edges, and the images' sizes survive in every format. Of the other fields of a record, a box or an
ignored region each format keeps those marked ✓; each value of any other is counted and told as lost.
"""


def adapter_page(adapter: Adapter, module: str) -> str:
    """The page of one format as Markdown; the docstring of the adapter's module tells the layout."""
    return "\n".join(_lines(adapter, importlib.import_module(module).__doc__ or "", module))


def adapters_page(adapters: Mapping[str, Adapter]) -> str:
    """The page that compares all formats, as Markdown."""
    return "\n".join(
        ["# Formats", "", INTRODUCTION, *_offers(adapters), "", SURVIVAL, *_survival(adapters), ""]
    )


def _lines(adapter: Adapter, docstring: str, module: str) -> Iterator[str]:
    yield f"# `{adapter.name}`\n"
    yield f"{escaped(adapter.summary)}. boxwright {_abilities(adapter)} it.\n"
    yield f"Specified in: {_source(adapter.source)}\n"
    yield from _layout(docstring)
    if adapter.read:
        yield from _options(adapter, "read", "Options for reading")
    if adapter.write:
        yield from _options(adapter, "write", "Options for writing")
        yield from _fields(adapter)
    yield from _splits(adapter)
    if adapter.read:
        yield from _problems(possible_problems(module))


def _abilities(adapter: Adapter) -> str:
    return " and ".join(verb for verb, can in (("reads", adapter.read), ("writes", adapter.write)) if can)


def _source(source: str) -> str:
    return f"<{source}>" if source.startswith("http") else f"`{source}`"


def _layout(docstring: str) -> Iterator[str]:
    """The docstring's table, then what it says besides: the format's particulars."""
    _, table, *rest = paragraphs(docstring)
    yield "## Layout and units\n"
    yield "| | |\n| --- | --- |"
    yield from (f"| {key} | {text} |" for key, text in _rows(table.splitlines()))
    yield ""
    yield from (f"{escaped(paragraph)}\n" for paragraph in rest)


def _rows(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """`Units:  pixels` as ("Units", "pixels"), with the lines that go on from there."""
    key, text, before = "", "", ""
    for line in lines:
        if named := NAMED_LINE.fullmatch(line):
            if key:
                yield key, text
            key, text = named[1], escaped(named[2])
        else:
            text += f"{'<br>' if _ends_early(before, line) else ' '}{escaped(line.strip())}"
        before = line
    yield key, text


def _ends_early(line: str, following: str) -> bool:
    """Whether a line was broken on purpose: the first word of the next one would have stood on it, too."""
    return len(line) + 1 + len(following.split()[0]) <= LINE_LENGTH


def _options(adapter: Adapter, use: Use, title: str) -> Iterator[str]:
    yield f"## {title}\n"
    stated = names(adapter.options, use)
    if not stated:
        yield "None.\n"
        return
    yield "| option | what it does |\n| --- | --- |"
    for name in stated:
        info = adapter.options.model_fields[name]
        takes = _kind(Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation)
        default = "" if info.default is None else f", by default `{info.default}`"
        yield f"| `{name}` | {escaped(info.description or '')}<br>Takes {takes}{default}. |"
    yield ""


def _kind(annotation: Any) -> str:  # Any: annotations have no type in common
    """What an option takes, in words."""
    parts = get_args(annotation)
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{value}`" for value in parts)
    if get_origin(annotation) in (Union, UnionType):
        return " or ".join(_kind(part) for part in parts if part is not NoneType)
    if get_origin(annotation) is Annotated:
        return f"{_kind(parts[0])}{_range(parts[1:])}"
    return KINDS.get(annotation, f"`{getattr(annotation, '__name__', annotation)}`")


def _range(bounds: Iterable[object]) -> str:
    least = [f" from {bound.ge}" for bound in bounds if isinstance(bound, Ge)]
    most = [f" to {bound.le}" for bound in bounds if isinstance(bound, Le)]
    return "".join(least + most)


def _fields(adapter: Adapter) -> Iterator[str]:
    yield "## Fields when written\n"
    yield f"- Kept: {_named(adapter.keeps) or 'edges and labels alone'}"
    yield f"- Lost, and counted: {_named(KEEPABLE - adapter.keeps) or 'nothing'}\n"


def _named(fields: Iterable[str]) -> str:
    return ", ".join(f"`{field}`" for field in sorted(fields))


def _splits(adapter: Adapter) -> Iterator[str]:
    if adapter.splits:
        yield "## Splits of its own\n"
        yield "\n".join(f"- `--split {name}`" for name in sorted(adapter.splits))
        yield "\nSee [Splits that do not leak](../../explanation/splits.md).\n"


def _problems(codes: Iterable[str]) -> Iterator[str]:
    yield "## Problems that reading may report\n"
    yield "| code | meaning |\n| --- | --- |"
    yield from (f"| {_linked(code)} | {escaped(RULES[code].meaning)} |" for code in codes)
    yield ""
    if OVERLAP not in codes:
        yield f"Images of one group in several splits are told as {_linked(OVERLAP)}, whatever the format.\n"


def _linked(code: str) -> str:
    return f"[`{code}`](../problems.md#{code})"


def _offers(adapters: Mapping[str, Adapter]) -> Iterator[str]:
    yield "| format | what it is | boxwright |\n| --- | --- | --- |"
    for name, adapter in adapters.items():
        yield f"| [`{name}`]({name}.md) | {escaped(adapter.summary)} | {_abilities(adapter)} |"


def _survival(adapters: Mapping[str, Adapter]) -> Iterator[str]:
    writers = {name: adapter for name, adapter in adapters.items() if adapter.write}
    yield f"| field | {' | '.join(f'`{name}`' for name in writers)} |"
    yield f"| --- |{' :-: |' * len(writers)}"
    for field in dict.fromkeys(("path", *RECORD_FIELDS, *BOX_FIELDS)):
        marks = ("✓" if field in adapter.keeps else "" for adapter in writers.values())
        yield f"| `{field}` | {' | '.join(marks)} |"
