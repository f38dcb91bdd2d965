"""Training starts from a fetched model by its name, and where a config names the archive's folder."""

from pathlib import Path

import pytest
import tensorflow as tf

from boxwright.core.detector.checkpoint import restore, save
from boxwright.core.detector.checkpoint_prefix import prefix_of
from boxwright.core.detector.variables import Store
from boxwright.core.errors import BoxwrightError

FOLDER = "ssd_mobilenet_v1_coco_2018_01_28"
WEIGHTS = "FeatureExtractor/MobilenetV1/Conv2d_0/weights"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for all that is fetched; the working folder is another one."""
    monkeypatch.setenv("BOXWRIGHT_HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "home"


def store() -> Store:
    made = Store()
    made.vars[WEIGHTS] = tf.Variable(tf.zeros([3, 3]))
    return made


@pytest.mark.parametrize("name", ["ssd_mobilenet_v1_coco", FOLDER, f"{FOLDER}/model.ckpt"])
def test_a_fetched_model_is_taken_by_its_name_and_as_a_config_states_it(home: Path, name: str):
    save(home / "models" / FOLDER / "model.ckpt", {WEIGHTS: tf.ones([3, 3])})
    ours = store()
    assert restore(ours, name).path == str(home / "models" / FOLDER / "model.ckpt")
    assert ours.vars[WEIGHTS].numpy().all()


def test_a_file_that_is_there_comes_before_a_fetched_one(home: Path):
    for folder in (home / "models" / FOLDER, Path(FOLDER)):
        save(folder / "model.ckpt", {WEIGHTS: tf.ones([3, 3])})
    assert prefix_of(f"{FOLDER}/model.ckpt") == Path(f"{FOLDER}/model.ckpt")


@pytest.mark.parametrize("name", ["ssd_mobilenet_v1_coco", f"{FOLDER}/model.ckpt"])
def test_the_way_to_a_model_that_was_not_fetched_is_told(name: str):
    with pytest.raises(BoxwrightError) as caught:
        prefix_of(name)
    fact = f"{name}: no such checkpoint\n  hint: `boxwright fetch ssd_mobilenet_v1_coco` brings it"
    assert str(caught.value) == fact


def test_a_classifier_of_2016_is_one_file(home: Path):
    path = home / "models" / "inception_v2" / "inception_v2.ckpt"
    path.parent.mkdir(parents=True)
    tf.raw_ops.Save(filename=str(path), tensor_names=[WEIGHTS], data=[tf.ones([3, 3])])
    for name in ("inception_v2", path):
        ours = store()
        assert restore(ours, name).loaded == (WEIGHTS,)
        assert ours.vars[WEIGHTS].numpy().all()
