"""The code blocks of a Markdown page, each with what a comment before it says about running it.

`sh` and `python` blocks are run, `toml` and `json` are parsed, and a `text` block is what the block before it
printed; a line `...` in it stands for any lines. What no test should run has a comment before it:

    <!-- not run: needs the network -->
    <!-- slow: trains a detector -->
    <!-- not compared: the times differ -->
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

Mark = Literal["", "not run", "not compared", "slow"]

MARK = re.compile(r"<!-- (not run|not compared|slow): (\S.*) -->")
ANY_LINES = "..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block: its language, code, first line in the page, and mark."""

    language: str
    code: str
    line: int
    mark: Mark = ""


def blocks_of(page: Path) -> list[Block]:
    """All fenced and indented code blocks of a page, in order."""
    return list(_blocks(MarkdownIt().parse(page.read_text(encoding="utf-8"))))


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type in ("fence", "code_block"):
            mark = MARK.fullmatch(before.content.strip()) if before else None
            line = token.map[0] + 1 if token.map else 0
            yield Block(language=token.info, code=token.content, line=line, mark=mark[1] if mark else "")  # type: ignore[arg-type]  # the pattern has found one of them


def shown_by(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed; `...` on a line of its own stands for any lines."""
    lines = (r"(?:.*\n)*" if line == ANY_LINES else re.escape(line) + r"\n" for line in shown.splitlines())
    return re.fullmatch("".join(lines), printed if printed.endswith("\n") else f"{printed}\n") is not None
