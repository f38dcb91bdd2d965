from pathlib import Path

import pytest

from boxwright.core.errors import OptionError
from boxwright.core.pipeline.shipped_configs import config_file, shipped_config, shipped_configs
from boxwright.core.pipeline.text import read_config

MODELS = ("ssd_mobilenet_v1", "ssd_mobilenet_v2", "ssdlite_mobilenet_v2", "ssd_inception_v2")


@pytest.mark.parametrize("model", MODELS)
def test_a_models_name_means_its_quick_recipe(model: str):
    assert shipped_config(model).name == f"{model}_quick.config"


@pytest.mark.parametrize("model", MODELS)
def test_a_whole_name_means_that_config(model: str):
    assert shipped_config(f"{model}_egohands").name == f"{model}_egohands.config"


def test_a_file_comes_before_the_config_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    name = Path("ssd_mobilenet_v1_egohands")
    assert config_file(name) == shipped_config(str(name))
    assert config_file(name.with_suffix(".config")) == name.with_suffix(".config")
    name.touch()
    assert config_file(name) == name


def test_an_unknown_name_gets_the_nearest_and_all_there_are():
    with pytest.raises(OptionError) as caught:
        shipped_config("ssd_mobilenet_v1_egohand")
    assert caught.value.fact == (
        "no config is named 'ssd_mobilenet_v1_egohand'; did you mean 'ssd_mobilenet_v1_egohands'?"
    )
    assert caught.value.hint == f"there are {', '.join(shipped_configs())}"


@pytest.mark.parametrize("model", MODELS)
def test_the_tutorials_settings_are_those_of_its_own_config(model: str, reference_configs: Path):
    ours = read_config(shipped_config(f"{model}_egohands"))
    theirs = read_config(reference_configs / f"{model}_egohands.config")
    assert ours.model.ssd is not None and theirs.model.ssd is not None
    assert ours.model.ssd.model_dump(exclude={"num_classes"}) == theirs.model.ssd.model_dump(
        exclude={"num_classes"}
    )
    start = {
        "fine_tune_checkpoint",
        "fine_tune_checkpoint_type",
        "from_detection_checkpoint",
        "load_all_detection_checkpoint_vars",
    }
    assert ours.train_config.model_dump(exclude=start) == theirs.train_config.model_dump(exclude=start)
