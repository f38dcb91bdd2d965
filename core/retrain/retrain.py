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
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from boxwright.core.detector.checkpoint_prefix import check_start, steps_in
from boxwright.core.errors import OptionError
from boxwright.core.manifest import manifest_in
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.text import config_text
from boxwright.core.retrain.finished_steps import FinishedSteps
from boxwright.core.retrain.records import MADE, OWN, make_records, split_of
from boxwright.core.retrain.start import Start, start_from
from boxwright.core.retrain.wanted import Wanted

RECORDS, TRAINING, EVALUATION, EXPORT, PICTURES = "records", "training", "evaluation", "export", "pictures"
STATE, TRAINED = "retrain.json", "checkpoints"  # TRAINED: where training leaves its weights
EVALUATIONS = 4  # on the way: enough to see a curve and to keep the best, at a few per cent of the time
CHECKPOINTS = 10  # in a run, at least: what a kill may cost
MOST_BETWEEN = 500  # steps between checkpoints
STEPS = 6  # with records and config, which come first and are looked at in every call
AP, AP50 = "DetectionBoxes_Precision/mAP", "DetectionBoxes_Precision/mAP@.50IOU"

Say = Callable[[str], None]
Metrics = Mapping[str, float | None]
Step = tuple[str, Path, Callable[[], object]]  # its name, the folder of its result, and what makes that


def retrain(wanted: Wanted, run_dir: Path, say: Say = print) -> None:
    """Convert, train, evaluate, export and draw; tells what it does and where the results are.

    raises   BoxwrightError where data, config or folder do not allow it; KeyboardInterrupt when told to stop
    """
    run = Path(os.path.abspath(run_dir))  # the run's config names its records wherever it is called from
    # Before the records: a setting or a checkpoint that is misspelt costs no time.
    start = start_from(wanted.model, wanted.init, steps=wanted.steps, settings=wanted.settings)
    if not (run / STATE).exists():
        check_start(start.checkpoint, run / TRAINED)
    _make_records(wanted, run, say)
    config = _on_records(start.config, run / RECORDS)
    _tell_start(start, config, say)
    plan = (config_text(config), start.init, wanted.seed, manifest_in(run / RECORDS))
    finished = FinishedSteps(run / STATE, plan)
    before = len(finished.done)
    steps: tuple[Step, ...] = (
        (TRAINING, run, lambda: _train(config, run, start, wanted.seed, say)),
        (EVALUATION, run / EVALUATION, lambda: _evaluate(run, say)),
        (EXPORT, run / EXPORT, lambda: _export(run, finished.done[EVALUATION], say)),
        (PICTURES, run / PICTURES, lambda: _draw(run, say)),
    )
    _go_through(steps, finished, say)
    numbers = finished.done[EVALUATION]
    already = " already" if len(finished.done) == before else ""
    say(f"\nfinished{already}: AP {_shown(numbers[AP])}, AP50 {_shown(numbers[AP50])}")
    say(f"  model     {run_dir / EXPORT}")
    say(f"  pictures  {run_dir / PICTURES}")


def _make_records(wanted: Wanted, run: Path, say: Say) -> None:
    records = run / RECORDS
    say(f"1/{STEPS} records: {wanted.source} -> {records}")
    split = split_of(wanted, records)
    untrained = not steps_in(run / TRAINED)
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


def _go_through(steps: Sequence[Step], finished: FinishedSteps, say: Say) -> None:
    """Make the results that are not there yet, in this order; of each is kept what its function returns."""
    for number, (name, folder, make) in enumerate(steps, start=STEPS - len(steps) + 1):
        say(f"{number}/{STEPS} {name}: {folder}")
        if name in finished.done and folder.is_dir():
            say("   finished already")
            continue
        _load_tensorflow()
        finished.finish(name, make())


def _train(config: PipelineConfig, run: Path, start: Start, seed: int, say: Say) -> None:
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


def _evaluate(run: Path, say: Say) -> Metrics:
    from boxwright.core.detector.evaluate_run import evaluate_run

    evaluation = evaluate_run(run, run / EVALUATION, say=lambda line: say(_indented(line)))
    say(_indented(str(evaluation)))
    return dict(evaluation.metrics)


def _export(run: Path, metrics: Metrics, say: Say) -> None:
    from boxwright.core.detector.export import export
    from boxwright.core.detector.trained import trained

    found = trained(run)
    facts = {"step": found.step, "metrics": metrics}
    say(_indented(str(export(found.model, found.class_names, run / EXPORT, facts=facts))))


def _draw(run: Path, say: Say) -> None:
    from boxwright.core.detector.evaluation_pictures import evaluation_pictures

    say(_indented(str(evaluation_pictures(run / EXPORT, run / RECORDS, run / PICTURES))))


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
