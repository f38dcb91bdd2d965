"""Where fetched things lie, and by which names they are found."""

from pathlib import Path

import pytest

from boxwright.core.fetch.catalogue import ITEMS
from boxwright.core.fetch.fetched import fetched_checkpoint, home, listed, place_of


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for all that is fetched, empty."""
    monkeypatch.setenv("BOXWRIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_home_is_where_the_variable_says_else_in_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert home() == tmp_path / "home"
    monkeypatch.setenv("BOXWRIGHT_HOME", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert home() == Path("/caches/boxwright")
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", "/home/ada")
    assert home() == Path("/home/ada/.cache/boxwright")


def test_models_and_data_sets_lie_apart(at_home: Path):
    assert place_of(ITEMS["egohands"]) == at_home / "datasets/egohands_data"
    folder = at_home / "models/ssd_mobilenet_v1_coco_2018_01_28"
    assert place_of(ITEMS["ssd_mobilenet_v1_coco"]) == folder


@pytest.mark.parametrize(
    "name",
    [
        "ssd_mobilenet_v1_coco",
        "ssd_mobilenet_v1_coco_2018_01_28",
        "ssd_mobilenet_v1_coco_2018_01_28/model.ckpt",
        "/elsewhere/ssd_mobilenet_v1_coco_2018_01_28/model.ckpt",
    ],
)
def test_a_fetched_model_is_found_by_its_name_and_as_configs_state_it(at_home: Path, name: str):
    assert fetched_checkpoint(name) is None
    index = at_home / "models/ssd_mobilenet_v1_coco_2018_01_28/model.ckpt.index"
    index.parent.mkdir(parents=True)
    index.touch()
    assert fetched_checkpoint(name) == index.with_name("model.ckpt")


@pytest.mark.parametrize(
    "name, files, prefix",
    [
        ("mobilenet_v2_1.0_224", ["mobilenet_v2_1.0_224.ckpt.index"], "mobilenet_v2_1.0_224.ckpt"),
        ("inception_v2", ["inception_v2.ckpt"], "inception_v2.ckpt"),  # one file, as it was until 2016
    ],
)
def test_classifiers_name_their_checkpoints_after_themselves(
    at_home: Path, name: str, files: list[str], prefix: str
):
    folder = at_home / "models" / name
    folder.mkdir(parents=True)
    for file in files:
        (folder / file).touch()
    assert fetched_checkpoint(name) == folder / prefix


@pytest.mark.parametrize("name", ["egohands", "net", "", "model.ckpt", "ssd_mobilenet_v1_coco/a/model.ckpt"])
def test_no_other_name_is_a_model(at_home: Path, name: str):
    assert fetched_checkpoint(name) is None


def test_the_list_says_what_is_there(at_home: Path):
    (at_home / "datasets/egohands_data").mkdir(parents=True)
    lines = listed().splitlines()
    assert [line.split()[0] for line in lines] == list(ITEMS)
    assert [line.split()[0] for line in lines if line.endswith("fetched")] == ["egohands"]
    assert "detection model       76.5 MB" in lines[1]
