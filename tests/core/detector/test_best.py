"""Which evaluation is the best, and where its checkpoint is kept."""

from pathlib import Path

import pytest
import tensorflow as tf

from boxwright.core.detector import checkpoint
from boxwright.core.detector.best import Best, best, check_metric, keep
from boxwright.core.detector.checkpoint_prefix import at_step, steps_in
from boxwright.core.detector.runs import Run
from boxwright.core.errors import OptionError

AP, SMALL = "DetectionBoxes_Precision/mAP", "DetectionBoxes_Precision/mAP (small)"


def lines(*values: float | None, metric: str = AP) -> list[dict[str, str | int | float]]:
    """An evaluation after every tenth step, and training steps among them."""
    found: list[dict[str, str | int | float]] = []
    for number, value in enumerate(values, start=1):
        found.append({"kind": "train", "step": 10 * number, metric: 9.0})
        found.append({"kind": "evaluation", "step": 10 * number} | ({} if value is None else {metric: value}))
    return found


def at(step: int, value: float, since: int, metric: str = AP) -> Best:
    return Best(metric=metric, step=step, value=value, since=since)


@pytest.mark.parametrize(
    "values, expected",
    [
        ((0.1, 0.3, 0.2), at(20, 0.3, 1)),
        ((0.3, 0.3, 0.3), at(10, 0.3, 2)),  # the first of equal ones
        ((0.0,), at(10, 0.0, 0)),
        ((None, 0.2, None), at(20, 0.2, 1)),
        ((None, None), None),
        ((), None),
    ],
)
def test_the_best_is_the_highest_value_and_nothing_is_no_value(values: tuple[float | None, ...], expected):
    assert best(lines(*values), AP) == expected


def test_the_best_by_another_metric():
    assert best(lines(0.1, 0.2, metric=SMALL), SMALL) == at(20, 0.2, 0, SMALL)
    assert str(at(20, 0.2, 0, SMALL)) == "DetectionBoxes_Precision/mAP (small) 0.200 at step 20"


def test_a_metric_that_does_not_exist_is_refused_with_those_that_do():
    check_metric("PascalBoxes_Precision/mAP@0.5IOU")
    check_metric(SMALL)
    with pytest.raises(OptionError) as caught:
        check_metric("DetectionBoxes_Precision/map")
    fact, _, hint = str(caught.value).partition("\n")
    assert fact == (
        "--best-metric DetectionBoxes_Precision/map: no such metric; "
        "did you mean 'DetectionBoxes_Precision/mAP'?"
    )
    assert hint.startswith(
        "  hint: one of DetectionBoxes_Precision/mAP, DetectionBoxes_Precision/mAP@.50IOU,"
    )
    assert hint.endswith("DetectionBoxes_Recall/AR@100 (large), PascalBoxes_Precision/mAP@0.5IOU")


def run_with(folder: Path, *steps: int) -> Run:
    run = Run(folder)
    run.checkpoints.mkdir()
    for step in steps:
        checkpoint.save_step(run.checkpoints, step, {"weights": tf.constant(float(step))}, keep=9)
    return run


def test_the_best_checkpoint_outlives_those_that_come_after_it(tmp_path: Path):
    run = run_with(tmp_path, 10, 20)
    keep(run, at(20, 0.3, 0))
    for step in (30, 40, 50):
        checkpoint.save_step(run.checkpoints, step, {"weights": tf.constant(float(step))}, keep=2)
        keep(run, at(20, 0.3, 1))
    assert steps_in(run.checkpoints) == [40, 50]
    assert steps_in(run.best) == [20]
    values = checkpoint.values_of(at_step(run.best, 20))
    assert {name: value.numpy() for name, value in values.items()} == {"global_step": 20, "weights": 20.0}


def test_only_the_best_is_kept(tmp_path: Path):
    run = run_with(tmp_path, 10, 20)
    keep(run, None)
    assert not run.best.exists()
    keep(run, at(10, 0.1, 0))
    keep(run, at(20, 0.2, 0))
    assert sorted(path.name for path in run.best.iterdir()) == [
        "model.ckpt-20.data-00000-of-00001",
        "model.ckpt-20.index",
    ]


def test_a_best_that_was_half_kept_is_kept_whole(tmp_path: Path):
    run = run_with(tmp_path, 10, 20)
    keep(run, at(10, 0.1, 0))
    for step in (10, 20):  # killed before the new one was there, and before the old one was gone
        checkpoint.copy(at_step(run.checkpoints, step), at_step(run.best, step))
        keep(run, at(20, 0.2, 0))
        assert steps_in(run.best) == [20]


def test_what_was_kept_stays_where_the_best_is_gone(tmp_path: Path):
    run = run_with(tmp_path, 10)
    keep(run, at(10, 0.1, 0))
    keep(run, at(20, 0.2, 0))
    assert steps_in(run.best) == [10]


def test_a_copy_is_made_where_a_disk_has_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(source: object, target: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr("os.link", refuse)
    run = run_with(tmp_path, 10)
    keep(run, at(10, 0.1, 0))
    assert checkpoint.values_of(at_step(run.best, 10))["weights"].numpy() == 10.0
    assert not list(run.best.glob("*_temp"))
