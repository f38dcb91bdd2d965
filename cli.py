"""The command line: parse, call one function, print, exit.

Exit codes: 0 done, 2 the data, the options or the target do not allow it, 130 interrupted.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import wraps
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import TypeAlias

from boxwright.core.errors import BoxwrightError, OptionError
from boxwright.core.problems import Action, Problem

FAILED = 2
INTERRUPTED = 130  # what shells report for a process that Ctrl-C ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Run boxwright with these arguments, or those of the process; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that lacks a letter gets its code; a file or a pipe gets each line at once, too.
            stream.reconfigure(errors="backslashreplace", line_buffering=True)
    parsed = _parser().parse_args(arguments)
    try:
        parsed.run(parsed)
    except BoxwrightError as error:
        print(f"boxwright: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("boxwright: interrupted; run the same command again to finish", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has left, `| head` for one
        sys.stderr.close()
    except OSError as error:
        print(f"boxwright: {error}", file=sys.stderr)
        return FAILED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="boxwright", description="Any box-annotated data set to TFRecords and a detector."
    )
    parser.add_argument("--version", action="version", version=f"boxwright {version('boxwright')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_adapters(commands)
    _add_inspect(commands)
    _add_convert(commands)
    _add_fetch(commands)
    _add_retrain(commands)
    _add_train(commands)
    _add_eval(commands)
    _add_export(commands)
    _add_detect(commands)
    _add_demo(commands)
    return parser


# What add_subparsers returns has no public name in argparse.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _add_adapters(commands: Commands) -> None:
    command = commands.add_parser("adapters", help="list the formats; one format's options and what it keeps")
    command.add_argument("name", nargs="?", help="one adapter's name")
    command.set_defaults(run=_adapters)


def _add_inspect(commands: Commands) -> None:
    command = commands.add_parser("inspect", help="what is in a data set, and what is wrong with it")
    command.add_argument("source", type=Path, metavar="SRC", help="the data set's folder or file")
    command.add_argument(
        "--format", "--from", metavar="F", help="its format; found by looking when not given"
    )
    command.add_argument("--json", action="store_true", help="print JSON instead of a table")
    command.add_argument("--contact-sheet", type=Path, metavar="PNG", help="draw images with their boxes")
    _add_reading(command)
    command.set_defaults(run=_inspect)


def _add_convert(commands: Commands) -> None:
    command = commands.add_parser(
        "convert",
        help="from one format to another, TFRecords included",
        epilog="splits: source (as it is), none, group:val=0.2 (groups stay whole), stratified:val=0.1,"
        " random:val=500, or the data set's own (see `boxwright adapters NAME`)",
    )
    command.add_argument("source", type=Path, metavar="SRC", help="the data set's folder or file")
    command.add_argument("target", type=Path, metavar="DST", help="the folder to make")
    command.add_argument("--to", required=True, metavar="F", help="the format to write")
    command.add_argument("--from", dest="format", metavar="F", help="the source's format; found by looking")
    command.add_argument(
        "--name", metavar="N", help="the data set's name; the source folder's when not given"
    )
    command.add_argument("--split", default="source", metavar="S", help="how to split, see below")
    command.add_argument("--seed", type=int, default=0, metavar="N", help="of made splits and samples (0)")
    _add_transforms(command)
    command.add_argument("--shards", type=int, metavar="N", help="TFRecord files for each split (1)")
    command.add_argument("--workers", type=int, default=1, metavar="N", help="how many encode at a time (1)")
    command.add_argument(
        "--images", choices=("copy", "link", "none"), default="copy", help="bring images along (copy)"
    )
    command.add_argument("--overwrite", action="store_true", help="replace what is in DST")
    _add_reading(command)
    command.set_defaults(run=_convert)


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


def _add_reading(command: argparse.ArgumentParser) -> None:
    command.add_argument("--labels", metavar="A,B", help="the closed list of labels; another one is an error")
    command.add_argument("--option", action="append", default=[], metavar="K=V", help="an adapter's option")
    command.add_argument(
        "--on", action="append", default=[], metavar="CODE=ACTION", help="fail, skip, repair or keep"
    )
    command.add_argument("--strict", action="store_true", help="every problem is an error")
    command.add_argument("--decode", action="store_true", help="decode every image to find damage inside")
    command.add_argument("--problems", type=Path, metavar="FILE", help="write all problems as JSON lines")


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
    command.set_defaults(run=_retrain)


def _add_train(commands: Commands) -> None:
    command = commands.add_parser("train", help="train a detector as a pipeline config says")
    command.add_argument("config", type=Path, metavar="CONFIG", help="a .config, or the name of one of ours")
    command.add_argument(
        "--run-dir", type=Path, required=True, metavar="D", help="the run's folder; it resumes"
    )
    command.add_argument(
        "--records", type=Path, metavar="DIR", help="TFRecords that convert made: paths, classes"
    )
    command.add_argument("--set", action="append", default=[], metavar="K=V", help="override a setting")
    command.add_argument("--init", metavar="CKPT", help="checkpoint to start from")
    command.add_argument("--seed", type=int, default=0, metavar="N", help="of order and augmentation (0)")
    command.add_argument("--overfit", type=int, metavar="N", help="train on N images, which must succeed")
    command.add_argument("--checkpoint-every", type=int, default=500, metavar="N", help="steps (500)")
    command.add_argument(
        "--eval-every", type=int, default=0, metavar="N", help="steps; at the end when not given"
    )
    command.add_argument(
        "--best-metric", metavar="NAME", help="what the best checkpoint is best by (COCO's AP)"
    )
    command.add_argument(
        "--patience", type=int, default=0, metavar="N", help="stop after N evaluations without a better value"
    )
    command.set_defaults(run=_train)


def _add_eval(commands: Commands) -> None:
    command = commands.add_parser("eval", help="how good a run's detector is")
    command.add_argument("run_dir", type=Path, metavar="RUN", help="the run's folder")
    _add_checkpoint(command)
    command.add_argument(
        "--out", type=Path, metavar="DIR", help="for the JSON and the curves; RUN/evaluation"
    )
    command.add_argument(
        "--bootstrap", type=int, default=1000, metavar="N", help="samples for the intervals (1000); 0: none"
    )
    command.set_defaults(run=_eval)


def _add_checkpoint(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--checkpoint", metavar="CKPT", help="last, best or a path; the run's best, if any, when not given"
    )


def _add_export(commands: Commands) -> None:
    command = commands.add_parser("export", help="a run's detector as SavedModel and frozen graph")
    command.add_argument("run_dir", type=Path, metavar="RUN", help="the run's folder")
    command.add_argument("target", type=Path, metavar="DST", help="the folder to make")
    _add_checkpoint(command)
    command.set_defaults(run=_export)


def _add_detect(commands: Commands) -> None:
    command = commands.add_parser("detect", help="find objects in images, and draw them")
    command.add_argument("model", type=Path, metavar="MODEL", help="a run, an export, a SavedModel or a .pb")
    command.add_argument("images", type=Path, nargs="+", metavar="IMAGE", help="image files")
    command.add_argument("--out", type=Path, default=Path("detections"), metavar="DIR", help="(detections)")
    command.add_argument("--threshold", type=float, default=0.5, metavar="S", help="least score (0.5)")
    command.add_argument("--label-map", type=Path, metavar="FILE", help="names, where the model has none")
    _add_checkpoint(command)
    command.set_defaults(run=_detect)


def _add_demo(commands: Commands) -> None:
    command = commands.add_parser(
        "demo", help="from a generated EgoHands to a detector of hands, offline, in minutes"
    )
    command.add_argument(
        "--out", type=Path, default=Path("boxwright_demo"), metavar="DIR", help="the folder to make"
    )
    command.set_defaults(run=_demo)


def _with_tensorflow(run: Callable[[argparse.Namespace], None]) -> Callable[[argparse.Namespace], None]:
    """The command, after TensorFlow was started without what it says about the machine."""

    @wraps(run)
    def started(parsed: argparse.Namespace) -> None:
        from boxwright.core.detector.quiet_start import import_tensorflow

        import_tensorflow()
        run(parsed)

    return started


def _adapters(parsed: argparse.Namespace) -> None:
    from boxwright.core.describe import described, listed
    from boxwright.core.plugins import adapter_named, adapters

    print(described(adapter_named(parsed.name)) if parsed.name else listed(adapters()))


def _inspect(parsed: argparse.Namespace) -> None:
    from boxwright.core.images.contact_sheet import contact_sheet
    from boxwright.core.inspect import inspect
    from boxwright.core.progress import shown_progress

    sheet = parsed.contact_sheet
    with ExitStack() as stack:
        found = inspect(
            parsed.source,
            parsed.format,
            labels=_names(parsed.labels),
            options=_pairs(parsed.option, "--option"),
            strict=parsed.strict,
            on=_actions(parsed.on),
            decode=parsed.decode,
            on_problem=_problem_writer(parsed.problems, stack),
            consume=None if sheet is None else lambda records: contact_sheet(records, sheet),
            progress=shown_progress(),
        )
    print(json.dumps(found.as_dict(), indent=2, ensure_ascii=False) if parsed.json else found)


def _convert(parsed: argparse.Namespace) -> None:
    from boxwright.core.convert import convert
    from boxwright.core.progress import shown_progress
    from boxwright.core.transforms import Transforms

    options = _pairs(parsed.option, "--option")
    if parsed.shards is not None:
        options["to.shards"] = str(parsed.shards)
    with ExitStack() as stack:
        report = convert(
            parsed.source,
            parsed.target,
            to=parsed.to,
            format=parsed.format,
            name=parsed.name,
            labels=_names(parsed.labels),
            transforms=Transforms(
                map=_pairs(parsed.map, "--map"),
                only=_names(parsed.only) or (),
                min_size=parsed.min_size,
                drop_empty=parsed.drop_empty,
                sample=parsed.sample,
                limit=parsed.limit,
            ),
            split=parsed.split,
            seed=parsed.seed,
            options=options,
            strict=parsed.strict,
            on=_actions(parsed.on),
            decode=parsed.decode,
            images=parsed.images,
            workers=parsed.workers,
            overwrite=parsed.overwrite,
            on_problem=_problem_writer(parsed.problems, stack),
            progress=shown_progress(),
        )
    print(report)


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

    wanted = Wanted(
        source=parsed.source,
        model=parsed.model or parsed.config,
        init=parsed.init,
        steps=parsed.steps,
        settings=parsed.set,
        split=parsed.split,
        seed=parsed.seed,
        format=parsed.format,
        options=_pairs(parsed.option, "--option"),
        transforms=Transforms(map=_pairs(parsed.map, "--map"), only=_names(parsed.only) or ()),
    )
    retrain(wanted, parsed.run_dir)


@_with_tensorflow
def _train(parsed: argparse.Namespace) -> None:
    from boxwright.core.detector.settings import run_config
    from boxwright.core.detector.train import Options
    from boxwright.core.detector.train_run import train_run

    options = Options(
        seed=parsed.seed,
        init=parsed.init,
        overfit=parsed.overfit,
        checkpoint_every=parsed.checkpoint_every,
        evaluate_every=parsed.eval_every,
        best_metric=parsed.best_metric,
        patience=parsed.patience,
    )
    config = run_config(parsed.config, parsed.set, parsed.records)
    if train_run(config, parsed.run_dir, options).stopped:
        raise KeyboardInterrupt  # so that `boxwright train && boxwright export` exports no half of a run


@_with_tensorflow
def _eval(parsed: argparse.Namespace) -> None:
    from boxwright.core.detector.evaluate_run import evaluate_run

    target = parsed.out or parsed.run_dir / "evaluation"
    print(evaluate_run(parsed.run_dir, target, parsed.checkpoint, print, resamples=parsed.bootstrap))


@_with_tensorflow
def _export(parsed: argparse.Namespace) -> None:
    from boxwright.core.detector.export import export
    from boxwright.core.detector.trained import trained

    found = trained(parsed.run_dir, parsed.checkpoint)
    print(found)
    labels = [found.labels[number] for number in sorted(found.labels)]
    print(export(found.model, labels, parsed.target, facts={"step": found.step}))


@_with_tensorflow
def _detect(parsed: argparse.Namespace) -> None:
    from boxwright.core.detector.any_detector import load_detector
    from boxwright.core.detector.detect import detect

    detector = load_detector(parsed.model, parsed.label_map, parsed.checkpoint)
    print(detector.source)
    print(detect(detector, parsed.images, parsed.out, threshold=parsed.threshold, say=print))


def _demo(parsed: argparse.Namespace) -> None:
    from boxwright.core.demo.run import run_demo

    run_demo(parsed.out, print)


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """`a=b` texts as a dictionary; raises OptionError for one without a `=`."""
    for text in texts:
        if "=" not in text:
            raise OptionError(f"{option} {text}: needs a '=', as in {option} key=value")
    return dict((key, value) for key, _, value in (text.partition("=") for text in texts))


def _actions(texts: Sequence[str]) -> dict[str, Action]:
    # Policy checks the actions' names, with the code they are for.
    return _pairs(texts, "--on")  # type: ignore[return-value]


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(part.strip() for part in text.split(",") if part.strip())


def _problem_writer(path: Path | None, stack: ExitStack) -> Callable[[Problem], None] | None:
    if path is None:
        return None
    file = stack.enter_context(open(path, "w", encoding="utf-8"))  # noqa: SIM115 (the stack closes it)

    def write(problem: Problem) -> None:
        file.write(json.dumps(asdict(problem), ensure_ascii=False) + "\n")

    return write


if __name__ == "__main__":
    sys.exit(main())
