"""What is wrong with an adapter, before it is used: strangers write them, and for older versions of ours."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from boxwright.core.adapter import KEEPABLE, Adapter
from boxwright.core.errors import nearest
from boxwright.core.numbers import shortened
from boxwright.core.options import Options, names

NAME = re.compile(r"[a-z][a-z0-9_]*")
RESERVED = frozenset({"new", "check"})  # `boxwright adapters new` and `check`


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function of a plugin is called with, and since which version of boxwright."""

    parameters: tuple[str, ...]
    since: str


# Whoever changes how one of these is called changes its line: authors of older plugins are told the version.
SIGNATURES = {
    "register_adapters": Signature((), "0.1.0"),
    "sniff": Signature(("path",), "0.1.0"),
    "read": Signature(("path", "options"), "0.1.0"),
    "write": Signature(("dataset", "options", "context"), "0.1.0"),
    "split": Signature(("record",), "0.1.0"),
}

# Arguments of boxwright.read and boxwright.write, which take options as further ones.
TAKEN = {
    "read": frozenset({"path", "format", "labels", "on_problem", "strict", "on", "decode"}),
    "write": frozenset({"dataset", "path", "format", "images", "name", "workers", "overwrite"}),
}


def faults(adapter: object) -> tuple[str, ...]:
    """All that is wrong with what should be an Adapter, a sentence each; nothing for a whole one."""
    if not isinstance(adapter, Adapter):
        return (f"{shortened(adapter)} is no boxwright.Adapter",)
    return tuple(_faults(adapter))


def called_wrongly(name: str, function: object) -> str | None:
    """Why a plugin's function cannot be called as it will be, or None when it can."""
    if not callable(function):
        return f"{name}: {shortened(function)} is no function"
    wanted = SIGNATURES[name]
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # functions written in C may have none that is known
        return None
    try:
        signature.bind(*wanted.parameters)
    except TypeError:
        present = f"{name}({', '.join(wanted.parameters)})"
        return (
            f"{name}({', '.join(signature.parameters)}) is called as {present} since boxwright {wanted.since}"
        )
    return None


def _faults(adapter: Adapter) -> Iterator[str]:
    yield from _text_faults(adapter)
    yield from _option_faults(adapter.options)
    functions: dict[str, Callable[..., Any] | None] = {
        "sniff": adapter.sniff,
        "read": adapter.read,
        "write": adapter.write,
    }
    for name, function in functions.items():
        if function is not None and (fault := called_wrongly(name, function)):
            yield fault
    yield from _keeps_faults(adapter.keeps)
    yield from _split_faults(adapter.splits)


def _text_faults(adapter: Adapter) -> Iterator[str]:
    if not (isinstance(adapter.name, str) and NAME.fullmatch(adapter.name)):
        yield f"name {shortened(adapter.name)}: expected lower-case letters, digits and _, a letter first"
    elif adapter.name in RESERVED:
        yield f"name {adapter.name!r}: a word of the command line"
    for key in ("summary", "source"):
        text = getattr(adapter, key)
        if not isinstance(text, str) or not text.strip() or len(text.splitlines()) > 1:
            yield f"{key} {shortened(text)}: expected one line of text"


def _option_faults(options: object) -> Iterator[str]:
    if not (isinstance(options, type) and issubclass(options, Options)):
        yield f"options {shortened(options)}: expected a class derived from boxwright.Options"
        return
    read, written = names(options, "read"), names(options, "write")
    for name, info in options.model_fields.items():
        if name not in (*read, *written):
            yield f"option {name}: made by neither boxwright.reads nor boxwright.writes"
        elif not info.description:
            yield f"option {name}: has no description"
        if name in TAKEN["read"] & set(read) | TAKEN["write"] & set(written):
            verb = "read" if name in read else "write"
            yield f"option {name}: boxwright.{verb} has an argument of this name"


def _keeps_faults(keeps: object) -> Iterator[str]:
    if not isinstance(keeps, Set):
        yield f"keeps {shortened(keeps)}: expected a frozenset of fields"
        return
    for field in sorted(keeps - KEEPABLE, key=str):
        near = nearest(str(field), KEEPABLE) or f"; fields are {', '.join(sorted(KEEPABLE))}"
        yield f"keeps {shortened(field)}: no such field{near}"


def _split_faults(splits: object) -> Iterator[str]:
    if not isinstance(splits, Mapping):
        yield f"splits {shortened(splits)}: expected a dictionary of functions"
        return
    for name, function in splits.items():
        if fault := called_wrongly("split", function):
            yield f"splits {name!r}: {fault}"
