"""From any data set to a retrained detector, in one call: what `boxwright retrain` does.

<run>/records/              TFRecords, label map, manifest
<run>/pipeline.config, …    the run, as `boxwright train` leaves it: checkpoints, metrics, event files
<run>/evaluation/           COCO's numbers, precision and recall curves
<run>/export/               SavedModel, frozen graph, label map
<run>/pictures/             detections on images of the evaluation split
<run>/retrain.json          which of these are finished, and of what

Each step finds its finished result and leaves it, so that the same call goes on wherever it was stopped.
"""

import os
from collections.abc import Callable
from pathlib import Path

from boxwright.core.errors import OptionError
from boxwright.core.manifest import manifest_in
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.text import config_text
from boxwright.core.retrain.finished_steps import FinishedSteps
from boxwright.core.retrain.records import MADE, OWN, make_records, split_of
from boxwright.core.retrain.start import Start, start_from
from boxwright.core.retrain.wanted import Wanted

RECORDS, TRAINING, EVALUATION, EXPORT, PICTURES = "records", "training", "evaluation", "export", "pictures"
STATE, FINISHED = "retrain.json", "   finished already"
EVALUATIONS = 4  # on the way: enough to see a curve and to keep the best, at a few per cent of the time
CHECKPOINTS = 10  # in a run, at least: what a kill may cost
MOST_BETWEEN = 500  # steps between checkpoints
STEPS = 6
AP, AP50 = "DetectionBoxes_Precision/mAP", "DetectionBoxes_Precision/mAP@.50IOU"

Say = Callable[[str], None]


def retrain(wanted: Wanted, run_dir: Path, say: Say = print) -> None:
    """Convert, train, evaluate, export and draw; tells what it does and where the results are.

    raises   BoxwrightError where data, config or folder do not allow it; KeyboardInterrupt when told to stop
    """
    run = Path(os.path.abspath(run_dir))  # the run's config names its records wherever it is called from
    # Before the records: a setting that is misspelt costs no time.
    start = start_from(wanted.model, wanted.init, steps=wanted.steps, settings=wanted.settings)
    _make_records(wanted, run, say)
    config = _on_records(start.config, run / RECORDS)
    _tell_start(start, config, say)
    plan = (config_text(config), start.init, wanted.seed, manifest_in(run / RECORDS))
    finished = FinishedSteps(run / STATE, plan)
    before = len(finished.done)
    _train(config, run, start, wanted.seed, finished, say)
    _evaluate(run, finished, say)
    _export(run, finished, say)
    _draw(run, finished, say)
    numbers = finished.done[EVALUATION]
    already = " already" if len(finished.done) == before else ""
    say(f"\nfinished{already}: AP {_shown(numbers[AP])}, AP50 {_shown(numbers[AP50])}")
    say(f"  model     {run_dir / EXPORT}")
    say(f"  pictures  {run_dir / PICTURES}")


def _make_records(wanted: Wanted, run: Path, say: Say) -> None:
    records = run / RECORDS
    say(f"1/{STEPS} records: {wanted.source} -> {records}")
    split = split_of(wanted, records)
    untrained = not any((run / "checkpoints").glob("*.index"))
    say(_indented(str(make_records(wanted, records, split, replace=untrained))))
    if wanted.split is None:
        say(f"   split: {'the data set has its own' if split == OWN else f'made by --split {split}'}")


def _on_records(config: PipelineConfig, records: Path) -> PipelineConfig:
    from boxwright.core.detector.settings import on_records

    config = on_records(config, records)
    for place, readers in (
        ("train on", (config.train_input_reader,)),
        ("measure on", config.eval_input_reader),
    ):
        if not any(reader.tf_record_input_reader for reader in readers):
            raise OptionError(f"{records}: no split to {place}", f"--split {MADE}")
    return config


def _tell_start(start: Start, config: PipelineConfig, say: Say) -> None:
    training, classes = config.train_config, config.model.ssd.num_classes if config.model.ssd else 0
    say(f"2/{STEPS} config: {start.name}")
    say(f"   {_counted(classes)}, {training.num_steps} steps of {training.batch_size} images")
    if start.checkpoint is not None:
        say(f"   starts from {start.checkpoint}")
        return
    say("   no checkpoint is given or fetched: trains from scratch, which takes far more")
    say("   images and steps; see --init and boxwright fetch")
    if start.dropped:
        say(f"   so nothing stays frozen: {', '.join(start.dropped)} left out")


def _train(
    config: PipelineConfig, run: Path, start: Start, seed: int, finished: FinishedSteps, say: Say
) -> None:
    say(f"3/{STEPS} training: {run}")
    if TRAINING in finished.done:
        say(FINISHED)
        return
    _load_tensorflow()
    from boxwright.core.detector.train import Options
    from boxwright.core.detector.train_run import train_run

    steps = config.train_config.num_steps
    options = Options(
        seed=seed,
        init=start.init,
        checkpoint_every=max(min(MOST_BETWEEN, steps // CHECKPOINTS), 1),
        evaluate_every=-(-steps // EVALUATIONS),
    )
    if train_run(config, run, options, say).stopped:
        raise KeyboardInterrupt
    finished.finish(TRAINING)


def _evaluate(run: Path, finished: FinishedSteps, say: Say) -> None:
    say(f"4/{STEPS} evaluation: {run / EVALUATION}")
    if EVALUATION in finished.done and (run / EVALUATION).is_dir():
        say(FINISHED)
        return
    _load_tensorflow()
    from boxwright.core.detector.evaluate_run import evaluate_run

    evaluation = evaluate_run(run, run / EVALUATION, say=lambda line: say(_indented(line)))
    say(_indented(str(evaluation)))
    finished.finish(EVALUATION, dict(evaluation.metrics))


def _export(run: Path, finished: FinishedSteps, say: Say) -> None:
    say(f"5/{STEPS} export: {run / EXPORT}")
    if EXPORT in finished.done and (run / EXPORT).is_dir():
        say(FINISHED)
        return
    _load_tensorflow()
    from boxwright.core.detector.export import export
    from boxwright.core.detector.trained import trained

    found = trained(run)
    labels = [found.labels[number] for number in sorted(found.labels)]
    facts = {"step": found.step, "metrics": finished.done[EVALUATION]}
    say(_indented(str(export(found.model, labels, run / EXPORT, facts=facts))))
    finished.finish(EXPORT)


def _draw(run: Path, finished: FinishedSteps, say: Say) -> None:
    say(f"6/{STEPS} pictures: {run / PICTURES}")
    if PICTURES in finished.done and (run / PICTURES).is_dir():
        say(FINISHED)
        return
    _load_tensorflow()
    from boxwright.core.detector.evaluation_pictures import evaluation_pictures

    say(_indented(str(evaluation_pictures(run / EXPORT, run / RECORDS, run / PICTURES))))
    finished.finish(PICTURES)


def _load_tensorflow() -> None:
    """Only when a step needs it: it takes seconds, and says much that asks for nothing to be done."""
    from boxwright.core.detector.quiet_start import import_tensorflow

    import_tensorflow()


def _indented(text: str) -> str:
    return "\n".join(f"   {line}" for line in text.splitlines())


def _shown(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"


def _counted(classes: int) -> str:
    return "1 class" if classes == 1 else f"{classes} classes"
