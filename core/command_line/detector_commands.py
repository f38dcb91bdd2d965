"""The commands on detectors: `boxwright train`, `eval`, `export` and `detect`."""

import argparse
from collections.abc import Callable
from functools import wraps
from pathlib import Path

from boxwright.core.command_line.argument_texts import count, share
from boxwright.core.command_line.commands import Commands


def add_detector_commands(commands: Commands) -> None:
    """Add the commands to the command line."""
    _add_train(commands)
    _add_eval(commands)
    _add_export(commands)
    _add_detect(commands)


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
        "--bootstrap", type=count, default=1000, metavar="N", help="samples for the intervals (1000); 0: none"
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
    command.add_argument("--threshold", type=share, default=0.5, metavar="S", help="least score (0.5)")
    command.add_argument("--label-map", type=Path, metavar="FILE", help="names, where the model has none")
    _add_checkpoint(command)
    command.set_defaults(run=_detect)


def _with_tensorflow(run: Callable[[argparse.Namespace], None]) -> Callable[[argparse.Namespace], None]:
    """The command, after TensorFlow was started without what it says about the machine."""

    @wraps(run)
    def started(parsed: argparse.Namespace) -> None:
        from boxwright.core.detector.quiet_start import import_tensorflow

        import_tensorflow()
        run(parsed)

    return started


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
    print(export(found.model, found.class_names, parsed.target, facts={"step": found.step}))


@_with_tensorflow
def _detect(parsed: argparse.Namespace) -> None:
    from boxwright.core.detector.any_detector import load_detector
    from boxwright.core.detector.detect import detect

    detector = load_detector(parsed.model, parsed.label_map, parsed.checkpoint)
    print(detector.source)
    print(detect(detector, parsed.images, parsed.out, threshold=parsed.threshold, say=print))
