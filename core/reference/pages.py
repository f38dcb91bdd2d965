"""All pages, and parts of pages, that are made from code."""

import argparse
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from boxwright.core.adapter import Adapter
from boxwright.core.describe import problems_page
from boxwright.core.plugins import BUILT_IN
from boxwright.core.reference.adapter_page import adapter_page, adapters_page
from boxwright.core.reference.command_options import command_options
from boxwright.core.reference.marked import filled
from boxwright.core.reference.python_page import python_page

FORMATS = "docs/reference/adapters"
COMMANDS = "docs/reference/command-line.md"
SITE = "mkdocs.yml"


def generated(root: Path, parser: argparse.ArgumentParser) -> dict[str, str]:
    """What each generated file below the checkout should hold.

    parser   of the command line, whose commands and arguments are told
    """
    modules = built_in()
    adapters = {name: adapter for name, (adapter, _) in modules.items()}
    return {
        **{f"{FORMATS}/{name}.md": adapter_page(*found) for name, found in modules.items()},
        f"{FORMATS}/index.md": adapters_page(adapters),
        "docs/reference/problems.md": problems_page(),
        "docs/reference/python.md": python_page(),
        COMMANDS: _commands_page((root / COMMANDS).read_text(encoding="utf-8"), parser),
        SITE: filled((root / SITE).read_text(encoding="utf-8"), {"formats": _in_contents(adapters)}),
    }


def stale(root: Path, parser: argparse.ArgumentParser) -> dict[str, str | None]:
    """The generated files that differ from the code, with what they should hold; None: no such format."""
    wanted = generated(root, parser)
    there = {path.relative_to(root).as_posix() for path in (root / FORMATS).glob("*.md")}
    changed = {path: text for path, text in wanted.items() if _text(root / path) != text}
    return {**changed, **dict.fromkeys(sorted(there - wanted.keys()))}


def built_in() -> dict[str, tuple[Adapter, str]]:
    """The adapters that come along, with their modules; not those of packages that happen to be installed."""
    offers = ((module, import_module(module).register_adapters()) for module in BUILT_IN)
    found = {adapter.name: (adapter, module) for module, offered in offers for adapter in offered}
    return dict(sorted(found.items()))


def _commands_page(text: str, parser: argparse.ArgumentParser) -> str:
    """The page with its generated parts; a command that has none yet gets a section in its place."""
    # Markdown wants a blank line before and after a part.
    parts = {name: f"\n{part}\n" for name, part in command_options(parser).items()}
    following = ""
    for name in reversed(parts):
        heading = f"\n## {name}\n"
        if heading not in text:
            section = f"{heading}\n<!-- generated: {name} -->\n<!-- end of {name} -->\n"
            place = text.index(following) if following else len(text)
            text = text[:place] + section + text[place:]
        following = heading
    return filled(text, parts)


def _in_contents(adapters: Mapping[str, Adapter]) -> str:
    return "\n".join(f"          - {name}: reference/adapters/{name}.md" for name in adapters)


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
