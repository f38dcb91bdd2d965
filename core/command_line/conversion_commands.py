"""The commands that write data sets: `boxwright convert`, `merge` and `split`."""

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from boxwright.core.command_line.argument_texts import actions, names, pairs
from boxwright.core.command_line.commands import Commands
from boxwright.core.command_line.plugin_option import add_plugin_option, load_plugins
from boxwright.core.command_line.reading_arguments import add_reading, problem_writer

if TYPE_CHECKING:
    from boxwright.core.transforms import Transforms

SPLITS = (
    "splits: source (as it is), none, group:val=0.2 (groups stay whole), stratified:val=0.1,"
    " random:val=500, or the data set's own (see `boxwright adapters NAME`)"
)


def add_conversion_commands(commands: Commands) -> None:
    """Add the commands to the command line."""
    _add_convert(commands)
    _add_merge(commands)
    _add_split(commands)


def _add_convert(commands: Commands) -> None:
    command = commands.add_parser(
        "convert", help="from one format to another, TFRecords included", epilog=SPLITS
    )
    command.add_argument("source", type=Path, metavar="SRC", help="the data set's folder or file")
    command.add_argument("target", type=Path, metavar="DST", help="the folder to make")
    command.add_argument("--to", required=True, metavar="F", help="the format to write")
    _add_conversion(command, split="source")
    command.set_defaults(run=_convert)


def _add_merge(commands: Commands) -> None:
    command = commands.add_parser(
        "merge",
        help="several data sets into one: labels united by name, a folder for the images of each",
        epilog=SPLITS,
    )
    command.add_argument("source", type=Path, metavar="SRC", help="a data set's folder or file")
    command.add_argument("others", type=Path, nargs="+", metavar="SRC", help="the others")
    command.add_argument("target", type=Path, metavar="DST", help="the folder to make")
    command.add_argument("--to", metavar="F", help="the format to write; that of the sources when not given")
    _add_conversion(command, split="source")
    command.set_defaults(run=_merge)


def _add_split(commands: Commands) -> None:
    command = commands.add_parser(
        "split", help="divide a data set, or show how it would be divided", epilog=SPLITS
    )
    command.add_argument("source", type=Path, metavar="SRC", help="the data set's folder or file")
    command.add_argument(
        "target", type=Path, nargs="?", metavar="DST", help="the folder to make; only a table without it"
    )
    command.add_argument("--to", metavar="F", help="the format to write; that of the source when not given")
    _add_conversion(command, split="group")
    command.set_defaults(run=_split)


def _add_conversion(command: argparse.ArgumentParser, *, split: str) -> None:
    command.add_argument("--from", dest="format", metavar="F", help="the source's format; found by looking")
    command.add_argument(
        "--name",
        metavar="N",
        help="the data set's name; that of the source's folder, of several the target's",
    )
    command.add_argument("--split", default=split, metavar="S", help=f"how to split, see below ({split})")
    command.add_argument("--seed", type=int, default=0, metavar="N", help="of made splits and samples (0)")
    _add_transforms(command)
    command.add_argument("--shards", type=int, metavar="N", help="TFRecord files for each split (1)")
    command.add_argument("--workers", type=int, default=1, metavar="N", help="how many encode at a time (1)")
    command.add_argument(
        "--images", choices=("copy", "link", "none"), default="copy", help="bring images along (copy)"
    )
    command.add_argument("--overwrite", action="store_true", help="replace what is in DST")
    add_reading(command)
    add_plugin_option(command)


def _add_transforms(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--map", action="append", default=[], metavar="A=B", help="rename a label, or merge several"
    )
    command.add_argument("--only", metavar="A,B", help="keep these labels, in this order")
    command.add_argument(
        "--min-size", type=float, default=0, metavar="PX", help="drop boxes with a shorter side"
    )
    command.add_argument("--drop-empty", action="store_true", help="leave out images without boxes")
    command.add_argument("--sample", type=float, metavar="N", help="so many images, or this share, by seed")
    command.add_argument("--limit", type=int, metavar="N", help="the first N images")


def _merge(parsed: argparse.Namespace) -> None:
    parsed.source = [parsed.source, *parsed.others]
    _convert(parsed)


def _convert(parsed: argparse.Namespace) -> None:
    from boxwright.core.convert import convert
    from boxwright.core.progress import shown_progress

    load_plugins(parsed)
    options = pairs(parsed.option, "--option")
    if parsed.shards is not None:
        options["to.shards"] = str(parsed.shards)
    with ExitStack() as stack:
        report = convert(
            parsed.source,
            parsed.target,
            to=parsed.to,
            format=parsed.format,
            name=parsed.name,
            labels=names(parsed.labels),
            transforms=_transforms(parsed),
            split=parsed.split,
            seed=parsed.seed,
            options=options,
            strict=parsed.strict,
            on=actions(parsed.on),
            decode=parsed.decode,
            images=parsed.images,
            workers=parsed.workers,
            overwrite=parsed.overwrite,
            on_problem=problem_writer(parsed.problems, stack),
            progress=shown_progress(),
        )
    print(report)


def _split(parsed: argparse.Namespace) -> None:
    from boxwright.core.progress import shown_progress
    from boxwright.core.split_table import split_table

    if parsed.target is not None:
        _convert(parsed)
        return
    load_plugins(parsed)
    table = split_table(
        parsed.source,
        parsed.split,
        format=parsed.format,
        seed=parsed.seed,
        transforms=_transforms(parsed),
        options=pairs(parsed.option, "--option"),
        progress=shown_progress(),
    )
    print(f"{table}\n  nothing is written: name a folder DST for that")


def _transforms(parsed: argparse.Namespace) -> "Transforms":
    from boxwright.core.transforms import Transforms

    return Transforms(
        map=pairs(parsed.map, "--map"),
        only=names(parsed.only) or (),
        min_size=parsed.min_size,
        drop_empty=parsed.drop_empty,
        sample=parsed.sample,
        limit=parsed.limit,
    )
