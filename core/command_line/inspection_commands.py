"""The commands that look at data sets: `boxwright inspect` and `diff`."""

import argparse
import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from boxwright.core.command_line.argument_texts import actions, names, pairs
from boxwright.core.command_line.commands import Commands
from boxwright.core.command_line.output_file import check_output
from boxwright.core.command_line.plugin_option import add_plugin_option, load_plugins
from boxwright.core.command_line.reading_arguments import add_reading, problem_writer
from boxwright.core.errors import OptionError
from boxwright.core.schema import ImageRecord

if TYPE_CHECKING:
    from boxwright.core.html_report.html_report import HtmlReport

SAME, DIFFERENT = 0, 1  # exit codes of `boxwright diff`, as of diff(1)


def add_inspection_commands(commands: Commands) -> None:
    """Add the commands to the command line."""
    _add_inspect(commands)
    _add_diff(commands)


def _add_inspect(commands: Commands) -> None:
    command = commands.add_parser("inspect", help="what is in a data set, and what is wrong with it")
    command.add_argument("source", type=Path, metavar="SRC", help="the data set's folder or file")
    command.add_argument(
        "--format", "--from", metavar="F", help="its format; found by looking when not given"
    )
    command.add_argument("--json", action="store_true", help="print JSON instead of a table")
    command.add_argument("--contact-sheet", type=Path, metavar="PNG", help="draw images with their boxes")
    command.add_argument("--html", type=Path, metavar="FILE", help="write a page with charts and pictures")
    command.add_argument(
        "--model", metavar="NAME", help="whose anchors the page compares boxes with (ssd_mobilenet_v2)"
    )
    add_reading(command)
    add_plugin_option(command)
    command.set_defaults(run=_inspect)


def _add_diff(commands: Commands) -> None:
    command = commands.add_parser(
        "diff",
        help="what changed between two versions of a data set, of one format or of two",
        epilog="exit code: 0 where nothing differs, 1 where something does",
    )
    command.add_argument("old", type=Path, metavar="OLD", help="the data set as it was")
    command.add_argument("new", type=Path, metavar="NEW", help="and as it is")
    command.add_argument("--from", dest="format", metavar="F", help="the format of both; found by looking")
    command.add_argument("--option", action="append", default=[], metavar="K=V", help="an adapter's option")
    command.add_argument("--bytes", action="store_true", help="compare images byte by byte, not by size")
    command.add_argument("--json", action="store_true", help="print everything as JSON")
    add_plugin_option(command)
    command.set_defaults(run=_diff)


def _inspect(parsed: argparse.Namespace) -> None:
    from boxwright.core.inspect import inspect
    from boxwright.core.progress import shown_progress

    load_plugins(parsed)
    for option, path in (("--html", parsed.html), ("--contact-sheet", parsed.contact_sheet)):
        check_output(path, option)
    report = _html_report(parsed)
    with ExitStack() as stack:
        written = problem_writer(parsed.problems, stack)
        found = inspect(
            parsed.source,
            parsed.format,
            labels=names(parsed.labels),
            options=pairs(parsed.option, "--option"),
            strict=parsed.strict,
            on=actions(parsed.on),
            decode=parsed.decode,
            on_problem=written if report is None else report.told(written),
            consume=lambda records: _look(records, parsed.contact_sheet, report),
            progress=shown_progress(),
        )
    if report is not None:
        report.write(found)
    print(json.dumps(found.as_dict(), indent=2, ensure_ascii=False) if parsed.json else found)


def _html_report(parsed: argparse.Namespace) -> "HtmlReport | None":
    """What makes the page; a model's name that none has is an error before anything is read."""
    if parsed.html is None:
        if parsed.model is not None:
            raise OptionError("--model names whose anchors a page compares boxes with", "add --html FILE")
        return None
    from boxwright.core.html_report.html_report import HtmlReport

    return HtmlReport(parsed.html, parsed.model)


def _look(records: Iterable[ImageRecord], sheet: Path | None, report: "HtmlReport | None") -> None:
    """Read all records once, for the page and the contact sheet where they are wanted."""
    from boxwright.core.images.contact_sheet import contact_sheet

    watched = records if report is None else report.survey.watching(records)
    if sheet is not None:
        contact_sheet(watched, sheet)
        return
    for _ in watched:
        pass


def _diff(parsed: argparse.Namespace) -> int:
    from boxwright.core.diff.diff import diff
    from boxwright.core.progress import shown_progress

    load_plugins(parsed)
    options = pairs(parsed.option, "--option")
    found = diff(
        parsed.old,
        parsed.new,
        old_format=parsed.format,
        new_format=parsed.format,
        old_options=options,
        new_options=options,
        image_bytes=parsed.bytes,
        progress=shown_progress(),
    )
    print(json.dumps(found.as_dict(), indent=2, ensure_ascii=False) if parsed.json else found)
    return SAME if found.nothing else DIFFERENT
