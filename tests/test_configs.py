"""Every config that comes along is complete, and says what it was measured on."""

from pathlib import Path

import pytest

from boxwright.core.pipeline.completion import complete
from boxwright.core.pipeline.text import read_config

CONFIGS = sorted((Path(__file__).parent.parent / "configs").glob("*.config"))
MANIFEST = {
    "classes": {"cat": 1, "dog": 2},
    "label_map": "pets_label_map.pbtxt",
    "shards": [
        {"file": "pets_train.tfrecord", "split": "train", "records": 9},
        {"file": "pets_val.tfrecord", "split": "val", "records": 3},
    ],
}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_a_config_begins_with_data_command_hardware_and_result(path: Path):
    header = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    for word in ("Data:", "Command:", "Hardware:", "Result:"):
        assert any(line.startswith(f"# {word}") for line in header), word


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_a_config_takes_classes_and_records_from_a_manifest(path: Path, tmp_path: Path):
    config = complete(read_config(path), MANIFEST, tmp_path, "pets")
    assert config.model.ssd is not None and config.model.ssd.num_classes == 2
    assert config.eval_config.num_examples == 3


def test_there_is_a_config():
    assert CONFIGS
