from pathlib import Path

import pytest

from boxwright.core.retrain.start import start_from

CONFIG = """
model { ssd { num_classes: 7 freeze_batchnorm: true } }
train_config {
  batch_size: 8 num_steps: 100 %s
  optimizer { adam_optimizer { learning_rate { cosine_decay_learning_rate { total_steps: 100 } } } }
}
"""


@pytest.fixture(autouse=True)
def nothing_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for what is fetched."""
    monkeypatch.setenv("BOXWRIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "my.config"
    path.write_text(CONFIG % "")
    return path


def test_without_a_checkpoint_nothing_stays_frozen(config: Path):
    start = start_from(config)
    assert (start.checkpoint, start.dropped) == (None, ("freeze_batchnorm",))
    assert start.config.model.ssd is not None and not start.config.model.ssd.freeze_batchnorm


def test_with_a_checkpoint_the_config_stays_as_it_is_but_for_the_classes(config: Path):
    start = start_from(config, "backbone/model.ckpt")
    assert (start.checkpoint, start.init, start.dropped) == ("backbone/model.ckpt", "backbone/model.ckpt", ())
    assert start.config.model.ssd is not None and start.config.model.ssd.freeze_batchnorm
    assert "num_classes" not in start.config.model.ssd.model_fields_set


def test_the_configs_own_checkpoint_counts(tmp_path: Path):
    path = tmp_path / "my.config"
    path.write_text(CONFIG % 'fine_tune_checkpoint: "coco/model.ckpt"')
    start = start_from(path)
    assert (start.checkpoint, start.init, start.dropped) == ("coco/model.ckpt", None, ())


def test_overrides_come_after_the_schedule_was_scaled(config: Path):
    rate = "train_config.optimizer.adam_optimizer.learning_rate.cosine_decay_learning_rate"
    start = start_from(config, steps=40, settings=[f"{rate}.warmup_steps=3", "train_config.batch_size=2"])
    training = start.config.train_config
    schedule = training.optimizer.adam_optimizer.learning_rate.cosine_decay_learning_rate
    assert (training.num_steps, training.batch_size) == (40, 2)
    assert (schedule.total_steps, schedule.warmup_steps) == (40, 3)


def test_a_fetched_model_is_what_its_name_starts_from(nothing_fetched: Path):
    folder = nothing_fetched / "models/ssd_mobilenet_v1_coco_2018_01_28"
    folder.mkdir(parents=True)
    (folder / "model.ckpt.index").touch()
    assert start_from("ssd_mobilenet_v1_quick").checkpoint == str(folder / "model.ckpt")
    assert start_from("ssd_mobilenet_v2_quick").checkpoint is None
