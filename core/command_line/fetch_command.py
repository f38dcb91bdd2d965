"""`boxwright fetch`: data sets and models to start from, by name."""

import argparse
from pathlib import Path

from boxwright.core.command_line.commands import Commands


def add_fetch(commands: Commands) -> None:
    """Add the command to the command line."""
    command = commands.add_parser("fetch", help="download EgoHands or a model to start from, by name")
    command.add_argument("name", nargs="?", help="what to fetch; all names are listed when not given")
    command.add_argument("--to", type=Path, metavar="DIR", help="the folder to make (in BOXWRIGHT_HOME)")
    command.add_argument("--url", metavar="URL", help="another address of the same archive")
    command.add_argument("--overwrite", action="store_true", help="replace what was fetched before")
    command.set_defaults(run=_fetch)


def _fetch(parsed: argparse.Namespace) -> None:
    from boxwright.core.fetch.fetch import fetch
    from boxwright.core.fetch.fetched import listed

    if parsed.name is None:
        print(listed())
    else:
        print(fetch(parsed.name, parsed.to, url=parsed.url, overwrite=parsed.overwrite))
