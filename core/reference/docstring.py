"""Docstrings as Markdown: the prose as it is, lines of `name  what it is` as a list.

The names of a docstring stand at its margin, two blanks or more before what is said of them; lines that go on
are indented.
"""

import re
from collections.abc import Iterator
from inspect import cleandoc

_NAMED = re.compile(r"(\w[\w, ]*?) {2,}(\S.*)")
_KEPT = re.compile(r"(`[^`]*`|https?://[^\s;,]+)")  # code, and addresses
_OUTCOMES = ("raises", "returns", "yields")
_SPECIAL = re.compile(r"([\\*_\[\]|])")


def as_markdown(docstring: str) -> str:
    """The whole docstring, its first line too."""
    return "\n".join(_lines(cleandoc(docstring).splitlines()))


def escaped(text: str) -> str:
    """Text in which Markdown finds nothing to interpret but code between backticks, and addresses."""
    return "".join(_kept(part) if index % 2 else _plain(part) for index, part in enumerate(_KEPT.split(text)))


def _kept(part: str) -> str:
    return part if part.startswith("`") else f"<{part}>"


def _plain(part: str) -> str:
    # A backslash before `<` is shown as it stands by some programs.
    return _SPECIAL.sub(r"\\\1", part).replace("<", "&lt;").replace(">", "&gt;")


def paragraphs(docstring: str) -> list[str]:
    """What stands between blank lines, each with its own line breaks."""
    return re.split(r"\n\s*\n", cleandoc(docstring))


def _lines(lines: list[str]) -> Iterator[str]:
    """Lists and prose with a blank line between them."""
    before, listing = "", False
    for line in lines:
        named = _NAMED.fullmatch(line)
        goes_on = listing and line.startswith(" ")
        if before and line and not goes_on and bool(named) != listing:
            yield ""
        if named:
            yield f"- {_names(named[1])}: {escaped(named[2])}"
        else:
            yield f"    {escaped(line.strip())}" if goes_on else escaped(line)
        before, listing = line, bool(named) or goes_on


def _names(text: str) -> str:
    """Arguments are code; what the docstring says of results and errors is not."""
    return ", ".join(name if name in _OUTCOMES else f"`{name}`" for name in text.split(", "))
