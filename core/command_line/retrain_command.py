"""`boxwright retrain`: from any data set to a detector."""

import argparse
from pathlib import Path

from boxwright.core.command_line.argument_texts import names, pairs
from boxwright.core.command_line.commands import Commands
from boxwright.core.command_line.plugin_option import add_plugin_option, load_plugins


def add_retrain(commands: Commands) -> None:
    """Add the command to the command line."""
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
