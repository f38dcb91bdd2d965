"""`boxwright demo`: the whole way on data of its own."""

import argparse
from pathlib import Path

from boxwright.core.command_line.commands import Commands


def add_demo(commands: Commands) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "demo", help="from a generated EgoHands to a detector of hands, offline, in minutes"
    )
    command.add_argument(
        "--out", type=Path, default=Path("boxwright_demo"), metavar="DIR", help="the folder to make"
    )
    command.set_defaults(run=_demo)


def _demo(parsed: argparse.Namespace) -> None:
    from boxwright.core.demo.run import run_demo

    run_demo(parsed.out, print)
