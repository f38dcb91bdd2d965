"""Adapters and problem codes as text, for the terminal and the reference pages."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import Literal, get_args, get_origin

from boxwright.core.adapter import KEEPABLE, Adapter
from boxwright.core.options import Use, names
from boxwright.core.problems import RULES, Rule

WIDTH = 80  # columns of a terminal

PROBLEMS_INTRODUCTION = """\
# Problems

A problem is reported with its code, file, place and what was done, and reading goes on. What cannot be
understood is an error and stops: going on would invent data. `--strict` makes every problem an error;
`--on CODE=ACTION` decides for one code, with `fail` or an action named here. The default comes first;
adapters may have another one where their format wants it. Which of them a format knows stands on
[its page](adapters/index.md).
"""


def described(adapter: Adapter) -> str:
    """One adapter: what it is, its options, the fields that survive writing, its splits, its source."""
    return "\n".join(_lines(adapter))


def _lines(adapter: Adapter) -> Iterator[str]:
    yield f"{adapter.name}: {adapter.summary}"
    yield f"can {abilities(adapter)}"
    if adapter.read:
        yield from _options(adapter, "read", "options for reading")
    if adapter.write:
        yield from _options(adapter, "write", "options for writing")
        yield from _wrapped("keeps", sorted(adapter.keeps) or ["edges and labels alone"])
        yield from _wrapped("loses", sorted(KEEPABLE - adapter.keeps) or ["nothing"])
    if adapter.splits:
        yield from _wrapped("splits", sorted(adapter.splits))
    yield f"source: {adapter.source}"


def abilities(adapter: Adapter) -> str:
    """What an adapter can do, in words: `read write`."""
    return " ".join(verb for verb, function in (("read", adapter.read), ("write", adapter.write)) if function)


def _options(adapter: Adapter, use: Use, title: str) -> Iterator[str]:
    stated = names(adapter.options, use)
    yield f"{title}:{'' if stated else ' none'}"
    for name in stated:
        info = adapter.options.model_fields[name]
        yield f"  {name}={info.default}{_choices(info.annotation)}"
        yield from textwrap.wrap(
            info.description or "", WIDTH, initial_indent="      ", subsequent_indent="      "
        )


def _choices(annotation: object) -> str:
    """The values that an option may have, where they can be listed."""
    values = get_args(annotation) if get_origin(annotation) is Literal else ()
    return f"  (one of {', '.join(map(str, values))})" if values else ""


def _wrapped(title: str, words: Iterable[str]) -> list[str]:
    return textwrap.wrap(f"{title}: {', '.join(words)}", WIDTH, subsequent_indent="  ")


def problems_page() -> str:
    """The reference page of all problem codes, as Markdown."""
    rows = [
        f'| `{code}`<a id="{code}"></a> | {rule.meaning} | {_actions(rule)} |' for code, rule in RULES.items()
    ]
    return "\n".join(
        [PROBLEMS_INTRODUCTION, "| code | meaning | actions |", "| --- | --- | --- |", *rows, ""]
    )


def _actions(rule: Rule) -> str:
    ordered = sorted(rule.effects.items(), key=lambda item: item[0] != rule.default)
    return "<br>".join(f"`{action}`: {effect}" for action, effect in ordered)
