"""The detector of a run's directory has the weights of its checkpoint."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.best import Best, keep
from boxwright.core.detector.checkpoint import save_step
from boxwright.core.detector.runs import Run
from boxwright.core.detector.ssd import Ssd
from boxwright.core.detector.trained import trained
from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.text import config_text
from tests.core.detector.small_model import small_config, small_model

NAME = "FeatureExtractor/MobilenetV2/Conv/weights"


@pytest.fixture(scope="module")
def model() -> Ssd:
    return small_model(seed=3)


def run(folder: Path, steps: Mapping[int, Mapping[str, tf.Tensor]], more: str = "") -> Path:
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "pipeline.config").write_text(config_text(small_config()) + more)
    for step, values in steps.items():
        save_step(folder / "checkpoints", step, values, keep=9)
    return folder


def test_the_last_checkpoint_is_taken_unless_one_is_named(tmp_path: Path, model: Ssd):
    own = dict(model.store.vars)
    folder = run(tmp_path / "run", {5: own | {NAME: own[NAME] * 0.0}, 10: own})
    last, first = trained(folder), trained(folder, folder / "checkpoints/model.ckpt-5")
    assert (last.step, first.step) == (10, 5) and last.labels == {}
    for name, variable in own.items():
        np.testing.assert_array_equal(last.model.store.vars[name], variable)
    assert not first.model.store.vars[NAME].numpy().any()


def test_the_best_checkpoint_is_taken_where_there_is_one(tmp_path: Path, model: Ssd):
    own = dict(model.store.vars)
    folder = run(tmp_path / "run", {5: own | {NAME: own[NAME] * 0.0}, 10: own})
    keep(Run(folder), Best(metric="AP", step=5, value=0.3, since=1))
    for word, step in ((None, 5), ("best", 5), ("last", 10), (f"{folder}/checkpoints/model.ckpt-10", 10)):
        assert trained(folder, word).step == step, word
    found = trained(folder)
    assert str(found) == f"{folder}/best/model.ckpt-5: step 5"
    assert not found.model.store.vars[NAME].numpy().any()


def test_a_best_checkpoint_that_is_not_there_is_told(tmp_path: Path, model: Ssd):
    folder = run(tmp_path / "run", {5: model.store.vars})
    assert trained(folder).step == 5
    with pytest.raises(BoxwrightError) as caught:
        trained(folder, "best")
    assert str(caught.value) == (
        f"{folder}: has no best checkpoint\n"
        "  hint: last, or train with an eval_input_reader, which is what the best is measured on"
    )


def test_moving_averages_are_taken_where_the_config_measures_them(tmp_path: Path, model: Ssd):
    own = dict(model.store.vars)
    values = own | {f"{NAME}/ExponentialMovingAverage": own[NAME] + 1.0}
    plain = trained(run(tmp_path / "plain", {1: values}))
    averaged = trained(run(tmp_path / "averaged", {1: values}, "eval_config { use_moving_averages: true }"))
    np.testing.assert_array_equal(plain.model.store.vars[NAME], own[NAME])
    np.testing.assert_array_equal(averaged.model.store.vars[NAME], own[NAME] + 1.0)


def test_a_checkpoint_that_lacks_a_variable_is_refused(tmp_path: Path, model: Ssd):
    own = dict(model.store.vars)
    del own[NAME]
    folder = run(tmp_path / "run", {1: own})
    with pytest.raises(BoxwrightError) as caught:
        trained(folder)
    assert str(caught.value) == (
        f"{folder}/checkpoints/model.ckpt-1: 1 variables of the model are not in it, or in another shape"
        f"\n  hint: the first is {NAME}"
    )


def test_a_misspelt_checkpoint_is_told_with_those_that_there_are(tmp_path: Path, model: Ssd):
    folder = run(tmp_path / "run", {5: model.store.vars, 10: model.store.vars})
    keep(Run(folder), Best(metric="AP", step=5, value=0.3, since=1))
    own = f"{folder}/best/model.ckpt-5, {folder}/checkpoints/model.ckpt-5, {folder}/checkpoints/model.ckpt-10"
    with pytest.raises(BoxwrightError) as caught:
        trained(folder, "bests")
    assert str(caught.value) == (
        f"bests: no such checkpoint; did you mean 'best'?\n  hint: this run has best, last, {own}"
    )


def test_a_folder_that_is_no_run_is_told(tmp_path: Path):
    for folder, fact in ((tmp_path, "has no pipeline.config"), (tmp_path / "no", "there is no such folder")):
        with pytest.raises(BoxwrightError) as caught:
            trained(folder)
        assert str(caught.value) == (
            f"{folder}: {fact}\n  hint: name the --run-dir of boxwright train or retrain"
        )
