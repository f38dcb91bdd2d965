"""The command line: parse, call one function, print, exit.

Exit codes: 0 done, 1 `diff` found a difference, 2 the data, the options or the target do not allow it,
130 interrupted (Ctrl-C), 143 terminated (SIGTERM).
"""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path

from boxwright.core.command_line.adapters_command import add_adapters
from boxwright.core.command_line.argument_texts import names, pairs
from boxwright.core.command_line.commands import Commands
from boxwright.core.command_line.conversion_commands import add_conversion_commands
from boxwright.core.command_line.detector_commands import add_detector_commands
from boxwright.core.command_line.inspection_commands import add_inspection_commands
from boxwright.core.command_line.plugin_option import BEFORE, add_plugin_option, load_plugins, plugin_warnings
from boxwright.core.command_line.termination import INTERRUPTED, TERMINATED, Terminated, terminable
from boxwright.core.errors import BoxwrightError

DONE = 0
FAILED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run boxwright with these arguments, or those of the process; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that lacks a letter gets its code; a file or a pipe gets each line at once, too.
            stream.reconfigure(errors="backslashreplace", line_buffering=True)
    parsed = _parser().parse_args(arguments)
    try:
        with terminable(), plugin_warnings():
            return parsed.run(parsed) or DONE
    except BoxwrightError as error:
        print(f"boxwright: {error}", file=sys.stderr)
        return FAILED
    except Terminated:
        print("boxwright: terminated; run the same command again to finish", file=sys.stderr)
        return TERMINATED
    except KeyboardInterrupt:
        print("boxwright: interrupted; run the same command again to finish", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has left, `| head` for one
        sys.stderr.close()
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"boxwright: {place}{error.strerror or error}", file=sys.stderr)
        return FAILED
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="boxwright", description="Any box-annotated data set to TFRecords and a detector."
    )
    parser.add_argument("--version", action="version", version=f"boxwright {version('boxwright')}")
    add_plugin_option(parser, BEFORE)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add_adapters(commands)
    add_inspection_commands(commands)
    add_conversion_commands(commands)
    _add_fetch(commands)
    _add_retrain(commands)
    add_detector_commands(commands)
    _add_demo(commands)
    return parser


def _add_fetch(commands: Commands) -> None:
    command = commands.add_parser("fetch", help="download EgoHands or a model to start from, by name")
    command.add_argument("name", nargs="?", help="what to fetch; all names are listed when not given")
    command.add_argument("--to", type=Path, metavar="DIR", help="the folder to make (in BOXWRIGHT_HOME)")
    command.add_argument("--url", metavar="URL", help="another address of the same archive")
    command.add_argument("--overwrite", action="store_true", help="replace what was fetched before")
    command.set_defaults(run=_fetch)


def _add_retrain(commands: Commands) -> None:
    command = commands.add_parser(
        "retrain",
        help="from any data set to a retrained detector, in one command",
        epilog="split: the data set's own where it has one, else group:val=0.2; see boxwright convert --help",
    )
    command.add_argument("source", type=Path, metavar="SRC", help="the data set's folder or file")
    command.add_argument(
        "--run-dir", type=Path, required=True, metavar="D", help="for all results; the same command goes on"
    )
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("--model", metavar="NAME", help="ssd_mobilenet_v2, or a config's whole name")
    which.add_argument("--config", type=Path, metavar="FILE", help="a pipeline .config of your own")
    command.add_argument("--init", metavar="CKPT", help="what to start from: a checkpoint, a fetched model")
    command.add_argument("--steps", type=int, metavar="N", help="of training; the schedule follows")
    command.add_argument("--set", action="append", default=[], metavar="K=V", help="override a setting")
    command.add_argument("--only", metavar="A,B", help="keep these labels, in this order")
    command.add_argument("--map", action="append", default=[], metavar="A=B", help="rename or merge labels")
    command.add_argument("--split", metavar="S", help="how to split, see below")
    command.add_argument("--seed", type=int, default=0, metavar="N", help="of split and training (0)")
    command.add_argument("--from", dest="format", metavar="F", help="the source's format; found by looking")
    command.add_argument("--option", action="append", default=[], metavar="K=V", help="an adapter's option")
    add_plugin_option(command)
    command.set_defaults(run=_retrain)


def _add_demo(commands: Commands) -> None:
    command = commands.add_parser(
        "demo", help="from a generated EgoHands to a detector of hands, offline, in minutes"
    )
    command.add_argument(
        "--out", type=Path, default=Path("boxwright_demo"), metavar="DIR", help="the folder to make"
    )
    command.set_defaults(run=_demo)


def _fetch(parsed: argparse.Namespace) -> None:
    from boxwright.core.fetch.fetch import fetch
    from boxwright.core.fetch.fetched import listed

    if parsed.name is None:
        print(listed())
    else:
        print(fetch(parsed.name, parsed.to, url=parsed.url, overwrite=parsed.overwrite))


def _retrain(parsed: argparse.Namespace) -> None:
    from boxwright.core.retrain.retrain import retrain
    from boxwright.core.retrain.wanted import Wanted
    from boxwright.core.transforms import Transforms

    load_plugins(parsed)
    wanted = Wanted(
        source=parsed.source,
        model=parsed.model or parsed.config,
        init=parsed.init,
        steps=parsed.steps,
        settings=parsed.set,
        split=parsed.split,
        seed=parsed.seed,
        format=parsed.format,
        options=pairs(parsed.option, "--option"),
        transforms=Transforms(map=pairs(parsed.map, "--map"), only=names(parsed.only) or ()),
    )
    retrain(wanted, parsed.run_dir)


def _demo(parsed: argparse.Namespace) -> None:
    from boxwright.core.demo.run import run_demo

    run_demo(parsed.out, print)


if __name__ == "__main__":
    sys.exit(main())
