"""`boxwright adapters`: list the formats, tell one in full, or begin a new one."""

import argparse
from pathlib import Path

from boxwright.core.command_line.commands import Commands
from boxwright.core.command_line.plugin_option import add_plugin_option, take_in
from boxwright.core.errors import OptionError

NEW = "new"


def add_adapters(commands: Commands) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "adapters",
        help="list the formats; one format's options and what it keeps; begin a format of your own",
        epilog="`boxwright adapters new NAME` writes a package that reads and writes a format of your own",
    )
    command.add_argument("name", nargs="?", help="one adapter's name, or `new`")
    command.add_argument("new", nargs="?", help="behind `new`: what the new format is called")
    command.add_argument("--out", type=Path, metavar="DIR", help="where `new` puts its folder (here)")
    add_plugin_option(command)
    command.set_defaults(run=_adapters)


def _adapters(parsed: argparse.Namespace) -> None:
    take_in(parsed)
    if parsed.name == NEW:
        print(_new(parsed.new, parsed.out))
    elif parsed.new is not None or parsed.out is not None:
        extra = parsed.new or f"--out {parsed.out}"
        raise OptionError(f"adapters {parsed.name or ''} {extra}: only `adapters new` takes more")
    else:
        print(_told(parsed.name) if parsed.name else _listed())


def _new(name: str | None, folder: Path | None) -> str:
    from boxwright.core.scaffold.new_package import new_package

    if name is None:
        raise OptionError("adapters new: a name is missing", "boxwright adapters new my_format")
    return str(new_package(name, folder or Path()))


def _listed() -> str:
    from boxwright.core.plugin_list import plugin_list
    from boxwright.core.plugins import broken_plugins, offers

    return plugin_list(offers(), broken_plugins())


def _told(name: str) -> str:
    from boxwright.core.describe import described
    from boxwright.core.plugins import adapter_named, offers

    adapter = adapter_named(name)
    origin = next(offer.origin for key, offer in offers().items() if name in (key, offer.full_name))
    return f"{described(adapter)}\ncomes from: {origin.text}"
