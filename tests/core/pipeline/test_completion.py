from pathlib import Path
from typing import Any

import pytest

from boxwright.core.pipeline.completion import complete
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.text import parse_config

MANIFEST: dict[str, Any] = {
    "tool": "boxwright",
    "images": 45,
    "classes": {"cat": 1, "dog": 2},
    "label_map": "pets_label_map.pbtxt",
    "shards": [
        {"file": "pets_train-00000-of-00002.tfrecord", "split": "train", "records": 20},
        {"file": "pets_train-00001-of-00002.tfrecord", "split": "train", "records": 15},
        {"file": "pets_val.tfrecord", "split": "val", "records": 10},
    ],
}


def completed(text: str, manifest: dict[str, Any] = MANIFEST) -> PipelineConfig:
    return complete(parse_config(text, "x.config"), manifest, Path("data"), "pets_manifest.json")


def error(text: str, manifest: dict[str, Any] = MANIFEST) -> str:
    with pytest.raises(ConfigError) as caught:
        completed(text, manifest)
    return str(caught.value)


@pytest.mark.parametrize("architecture", ["ssd", "faster_rcnn"])
def test_what_the_manifest_knows_need_not_be_written(architecture: str):
    assert completed(f"model {{ {architecture} {{ }} }}") == parse_config(
        f"""
        model {{ {architecture} {{ num_classes: 2 }} }}
        train_input_reader {{
          label_map_path: "data/pets_label_map.pbtxt"
          tf_record_input_reader {{
            input_path: "data/pets_train-00000-of-00002.tfrecord"
            input_path: "data/pets_train-00001-of-00002.tfrecord"
          }}
        }}
        eval_config {{ num_examples: 10 }}
        eval_input_reader {{
          label_map_path: "data/pets_label_map.pbtxt"
          tf_record_input_reader {{ input_path: "data/pets_val.tfrecord" }}
        }}
        """,
        "expected",
    )


def test_what_is_stated_stays(ssd: str):
    config = parse_config(ssd, "ssd.config")
    done = complete(config, MANIFEST, Path("elsewhere"), "pets_manifest.json")
    assert done.train_input_reader == config.train_input_reader
    assert done.eval_input_reader == config.eval_input_reader
    assert done.eval_config.num_examples == 10
    assert done.model == config.model


def test_a_fully_stated_config_is_left_as_it_is(ssd: str):
    once = complete(parse_config(ssd, "ssd.config"), MANIFEST, Path("data"), "pets_manifest.json")
    assert complete(once, MANIFEST, Path("data"), "pets_manifest.json") == once


def test_other_settings_of_a_reader_stay():
    config = completed("model { ssd { } } eval_input_reader { shuffle: false }")
    assert config.eval_input_reader[0].shuffle is False
    assert config.eval_input_reader[0].tf_record_input_reader is not None


def test_a_number_of_classes_that_the_manifest_contradicts_is_an_error():
    assert error("model { ssd { num_classes: 1 } }") == (
        "model.ssd.num_classes: is 1, but pets_manifest.json has 2: cat, dog"
    )
    assert error("model { faster_rcnn { num_classes: 90 } }") == (
        "model.faster_rcnn.num_classes: is 90, but pets_manifest.json has 2: cat, dog"
    )


def test_more_examples_than_there_are_is_an_error():
    assert error("model { ssd { } } eval_config { num_examples: 500 }") == (
        "eval_config.num_examples: is 500, but pets_manifest.json has 10 in split 'val'"
    )


def test_fewer_examples_may_be_stated():
    assert completed("model { ssd { } } eval_config { num_examples: 3 }").eval_config.num_examples == 3


def test_the_number_of_examples_of_other_records_is_not_the_manifests():
    other = 'eval_input_reader { tf_record_input_reader { input_path: "other.tfrecord" } }'
    config = completed(f"model {{ ssd {{ }} }} eval_config {{ num_examples: 500 }} {other}")
    assert config.eval_config.num_examples == 500
    assert "num_examples" not in completed(f"model {{ ssd {{ }} }} {other}").eval_config.model_fields_set


def test_a_data_set_without_splits_is_for_training():
    shards = [{"file": "pets.tfrecord", "split": None, "records": 45}]
    config = completed("model { ssd { } }", {**MANIFEST, "shards": shards})
    assert config.train_input_reader.tf_record_input_reader is not None
    assert config.train_input_reader.tf_record_input_reader.input_path == ("data/pets.tfrecord",)
    assert config.eval_input_reader[0].tf_record_input_reader is None


def test_a_config_without_a_detector_is_an_error():
    assert error("") == "model: states neither ssd nor faster_rcnn"


def test_a_manifest_of_another_format_is_an_error():
    assert error("model { ssd { } }", {"tool": "boxwright", "images": 3}) == (
        "pets_manifest.json: is no manifest of TFRecords: it has no classes, label_map, shards"
    )
