"""What every command that reads a whole data set takes: labels, options, what to do about problems."""

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from boxwright.core.command_line.problem_file import problem_file
from boxwright.core.problems import Problem


def add_reading(command: argparse.ArgumentParser) -> None:
    """Let a command take them."""
    command.add_argument("--labels", metavar="A,B", help="the closed list of labels; another one is an error")
    command.add_argument("--option", action="append", default=[], metavar="K=V", help="an adapter's option")
    command.add_argument(
        "--on", action="append", default=[], metavar="CODE=ACTION", help="fail, skip, repair or keep"
    )
    command.add_argument("--strict", action="store_true", help="every problem is an error")
    command.add_argument("--decode", action="store_true", help="decode every image to find damage inside")
    command.add_argument("--problems", type=Path, metavar="FILE", help="write all problems as JSON lines")


def problem_writer(path: Path | None, stack: ExitStack) -> Callable[[Problem], None] | None:
    """What writes each problem as a line of JSON into a file, which the stack closes; None without a file."""
    return stack.enter_context(problem_file(path))
