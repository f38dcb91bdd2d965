"""`--plugin FILE`, for every command that takes a format, and before the command as well."""

import argparse
import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from boxwright.core.errors import OptionError, PluginWarning

BEFORE = "plugins_before"  # argparse forgets what stood before the command where both have one destination


def add_plugin_option(command: argparse.ArgumentParser, dest: str = "plugin") -> None:
    """Let a command take plugin files."""
    command.add_argument(
        "--plugin",
        dest=dest,
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a Python file with adapters of your own, which is run",
    )


def load_plugins(parsed: argparse.Namespace) -> None:
    """Take in the plugin files that the command names, and tell of other plugins that are broken.

    raises   OptionError for a broken plugin, or an unknown format, that the command names
    """
    from boxwright.core.plugins import adapter_named, broken_plugins

    take_in(parsed)
    for name in filter(None, (getattr(parsed, "format", None), getattr(parsed, "to", None))):
        adapter_named(name)  # first: of one that is broken, the error says all there is to say
    for plugin in broken_plugins():
        if plugin.wanted:
            raise OptionError(plugin.in_full(), plugin.origin.remedy)
        print(f"boxwright: {plugin}", file=sys.stderr)


def take_in(parsed: argparse.Namespace) -> None:
    """Take in the plugin files that the command names, whatever they are worth."""
    from boxwright.core.plugins import add_plugin_file

    for path in (*getattr(parsed, BEFORE), *parsed.plugin):
        add_plugin_file(path)


@contextmanager
def plugin_warnings() -> Generator[None]:
    """Tell of plugins that fail as of any other failure, without the line of ours that noticed."""
    show = warnings.showwarning

    def told(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if issubclass(category, PluginWarning):
            print(f"boxwright: {message}", file=sys.stderr)
        else:
            show(message, category, filename, lineno, file, line)

    with warnings.catch_warnings():
        warnings.showwarning = told
        yield
