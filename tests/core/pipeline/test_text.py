import pickle
import tracemalloc
from pathlib import Path

import pytest

from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.augmentation import PreprocessingStep, RandomHorizontalFlip
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.text import config_text, parse_config, read_config

REFERENCES = [
    "faster_rcnn_inception_resnet_v2_atrous",
    "faster_rcnn_inception_v2",
    "faster_rcnn_resnet101",
    "faster_rcnn_resnet50",
    "rfcn_resnet101",
    "ssd_inception_v2",
    "ssd_mobilenet_v1",
    "ssd_mobilenet_v2",
    "ssd_resnet50_v1_fpn",
    "ssdlite_mobilenet_v2",
]


def fault(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "x.config")
    return str(caught.value)


def test_a_complete_config_is_read(ssd: str):
    config = parse_config(ssd, "ssd.config")
    detector = config.model.ssd
    assert detector is not None and config.model.faster_rcnn is None
    assert detector.num_classes == 2
    assert detector.feature_extractor.type == "ssd_mobilenet_v1"
    assert detector.feature_extractor.conv_hyperparams.activation == "RELU_6"
    assert detector.feature_extractor.conv_hyperparams.regularizer.l2_regularizer.weight == 0.00004
    assert detector.anchor_generator.ssd_anchor_generator.aspect_ratios == (1.0, 2.0, 0.5, 3.0, 0.3333)
    assert detector.loss.hard_example_miner.loss_type == "CLASSIFICATION"
    assert detector.loss.hard_example_miner.min_negatives_per_image == 0
    assert config.train_config.fine_tune_checkpoint == "ssd_mobilenet_v1/model.ckpt"
    assert config.train_config.data_augmentation_options[0] == PreprocessingStep(
        random_horizontal_flip=RandomHorizontalFlip()
    )
    assert [reader.tf_record_input_reader.input_path for reader in config.eval_input_reader] == [
        ("data/pets_val.tfrecord",)
    ]


@pytest.mark.parametrize("name", REFERENCES)
def test_a_published_config_is_read_unchanged_and_written_back(reference_configs: Path, name: str):
    config = read_config(reference_configs / f"{name}_egohands.config")
    detector = config.model.ssd or config.model.faster_rcnn
    assert detector is not None and detector.num_classes == 1
    assert name.startswith(("rfcn", "ssdlite")) or name.startswith(detector.feature_extractor.type)
    assert config.train_config.num_steps in (20000, 25000, 50000)
    assert parse_config(config_text(config), "again") == config


def test_what_a_published_config_says_is_what_is_read(reference_configs: Path):
    config = read_config(reference_configs / "rfcn_resnet101_egohands.config")
    detector = config.model.faster_rcnn
    assert detector is not None
    assert detector.second_stage_box_predictor.rfcn_box_predictor.crop_height == 18
    assert detector.first_stage_localization_loss_weight == 2.0
    assert detector.second_stage_post_processing.batch_non_max_suppression.max_total_detections == 300
    schedule = (
        config.train_config.optimizer.momentum_optimizer.learning_rate.manual_step_learning_rate.schedule
    )
    assert [(each.step, each.learning_rate) for each in schedule] == [(30000, 0.00003), (48000, 0.000003)]
    assert config.train_config.gradient_clipping_by_norm == 10.0


def test_only_what_is_stated_is_written():
    text = "train_config {\n  batch_size: 32\n}\neval_config {\n}\n"
    assert config_text(parse_config(text, "x.config")) == text


def test_an_empty_text_is_all_defaults():
    assert parse_config("", "x.config") == PipelineConfig()


def test_a_config_is_frozen(ssd: str):
    with pytest.raises(ValueError, match="frozen"):
        parse_config(ssd, "x.config").train_config.batch_size = 3


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(tmp_path: Path, ssd: str, end: str):
    path = tmp_path / "x.config"
    path.write_bytes(("\ufeff" + ssd.replace("\n", end)).encode())
    assert read_config(path) == parse_config(ssd, "x.config")


def test_places_are_right_with_a_byte_order_mark_and_carriage_returns():
    assert fault("\ufeffmodel {\r\n  sdd { }\r\n}") == (
        "x.config:2:3: no field 'sdd' in model; did you mean 'ssd'?"
    )


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "model {\n  ssd {\n    image_resizer {\n      fixed_shape_resiser {\n",
            "4:7: no field 'fixed_shape_resiser' in image_resizer; did you mean 'fixed_shape_resizer'?",
        ),
        ("modle { }", "1:1: no field 'modle' in the pipeline config; did you mean 'model'?"),
        ("model { zzz { } }", "1:9: no field 'zzz' in model; its fields are faster_rcnn, ssd"),
        ("model { ssd { zzz: 1 } }", "1:15: no field 'zzz' in ssd"),
        ("model { 3: 1 }", "1:9: no field '3' in model; its fields are faster_rcnn, ssd"),
        ("model { [a.b] { } }", "1:12: model has no extensions [...]"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_one(text: str, message: str):
    assert fault(text) == f"x.config:{message}"


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "model { ssd { } faster_rcnn { } }",
            "1:17: model states both ssd and faster_rcnn; it has only one of them",
        ),
        (
            "train_config { batch_size: 1\n batch_size: 2 }",
            "2:14: batch_size is stated twice",
        ),
        ("model { }\nmodel { }", "2:7: model is stated twice"),
    ],
)
def test_what_is_stated_twice_is_told(text: str, message: str):
    assert fault(text) == f"x.config:{message}"


@pytest.mark.parametrize(
    "text, message",
    [
        ("train_config { batch_size: 1.5 }", "1:28: batch_size: '1.5' is not a whole number"),
        ("train_config { batch_size: '8' }", "1:28: batch_size: \"'8'\" is not a whole number"),
        ("train_config { batch_size: }", "1:28: batch_size: '}' is not a whole number"),
        (
            "train_config { batch_size:\n -8 }",
            "1:16: batch_size = -8: input should be greater than or equal to 0",
        ),
        (
            "train_config { batch_size: 4294967296 }",
            "1:16: batch_size = 4294967296: input should be less than 4294967296",
        ),
        (f"train_config {{ num_steps: {10**30} }}", f"1:27: num_steps: value out of range: {10**30}"),
        ("train_config { bias_grad_multiplier: x }", "1:38: bias_grad_multiplier: 'x' is not a number"),
        ("train_config { sync_replicas: yes }", '1:31: sync_replicas: expected "true" or "false"'),
        (
            "train_config { fine_tune_checkpoint: a }",
            "1:38: fine_tune_checkpoint: expected string but found: 'a'",
        ),
        (
            "train_config { fine_tune_checkpoint: 'a\n }",
            '1:38: fine_tune_checkpoint: string missing ending quote: "\'a"',
        ),
        (
            r"train_config { fine_tune_checkpoint: 'C:\xyz' }",
            "1:38: fine_tune_checkpoint: the text is broken\n  hint: a backslash in it is written \\\\",
        ),
        ("model { ssd: 3 }", "1:14: expected '{', found '3'"),
        ("train_config { batch_size 8 }", "1:27: expected ':', found '8'"),
    ],
)
def test_a_value_of_the_wrong_type_is_told(text: str, message: str):
    assert fault(text) == f"x.config:{message}"


@pytest.mark.parametrize(
    "value, told",
    [("RELU6", "no 'RELU6'; did you mean 'RELU_6'?"), ("1", "no '1'; known: NONE, RELU, RELU_6, SWISH")],
)
def test_a_name_that_an_enumeration_lacks_is_told(value: str, told: str):
    text = f"model {{ ssd {{ feature_extractor {{ conv_hyperparams {{ activation: {value} }} }} }} }}"
    assert fault(text) == f"x.config:1:66: activation: {told}"


@pytest.mark.parametrize(
    "number, shown", [("nan", "nan"), ("inf", "inf"), ("-inf", "-inf"), ("1e999", "inf")]
)
def test_a_number_that_is_not_finite_is_told(number: str, shown: str):
    text = f"train_config {{\n  gradient_clipping_by_norm: {number}\n}}"
    assert fault(text) == (
        f"x.config:2:3: gradient_clipping_by_norm = {shown}: input should be a finite number"
    )


def test_a_number_in_a_list_is_told_with_its_index():
    text = "model { ssd { anchor_generator { ssd_anchor_generator {\n aspect_ratios: [1, nan] } } } }"
    assert fault(text) == "x.config:2:2: aspect_ratios[1] = nan: input should be a finite number"


def test_a_missing_brace_at_the_end_is_told_with_what_is_open():
    text = "train_config { }\nmodel {\n  ssd {\n    num_classes: 3\n"
    assert fault(text) == "x.config:4:18: the text ends inside model.ssd: a closing brace is missing"


def test_a_missing_brace_in_the_middle_is_guessed():
    assert fault("model {\n  ssd { num_classes: 3\n}\ntrain_config { }") == (
        "x.config:4:1: no field 'train_config' in model\n"
        "  hint: train_config is no part of model: is a closing brace missing before it?"
    )


def test_a_message_that_is_closed_too_early_is_guessed():
    assert fault("model {\n  ssd { num_classes: 3 }\n  loss { } }") == (
        "x.config:3:3: no field 'loss' in model\n  hint: loss is a field of ssd: is that closed too early?"
    )


def test_typographic_quotes_are_told():
    assert fault("train_config { fine_tune_checkpoint: “a” }") == (
        "x.config:1:38: fine_tune_checkpoint: expected string but found: '“'\n"
        "  hint: a text stands between \" or ', not typographic quotes"
    )


def test_one_brace_too_many_is_told():
    assert fault("model { } }") == "x.config:1:11: expected identifier or number, got }"


@pytest.mark.parametrize(
    "text, message",
    [
        ("model { center_net { } }", "1:9: center_net is not supported; supported: faster_rcnn, ssd"),
        ("model { center_net { x: 1 } }", "1:9: center_net is not supported; supported: faster_rcnn, ssd"),
        (
            "model { ssd {\n  add_background_class: false } }",
            "2:3: add_background_class: false is not supported, only its default true",
        ),
        ("graph_rewriter { quantization { delay: 1 } }", "1:1: graph_rewriter is not supported"),
        (
            "train_config { data_augmentation_options { random_horizontal_flip { probability: 0.5 } }\n"
            "data_augmentation_options { random_horizontal_flip { keypoint_flip_permutation: 1 } } }",
            "2:54: keypoint_flip_permutation is not supported",
        ),
        (
            "model { ssd { anchor_generator { ssd_anchor_generator { height_stride: 8 } } } }",
            "1:57: height_stride is not supported",
        ),
        (
            "train_input_reader { external_input_reader { [a.b] { x: 1 } } }",
            "1:22: external_input_reader is not supported; supported: tf_record_input_reader",
        ),
    ],
)
def test_what_is_not_supported_is_told(text: str, message: str):
    assert fault(text) == f"x.config:{message}"


def test_a_step_whose_defaults_could_not_be_verified_is_refused():
    told = fault("train_config { data_augmentation_options { random_patch_gaussian { } } }")
    assert told.startswith(
        "x.config:1:44: random_patch_gaussian is not supported; supported: normalize_image, "
    )
    assert "random_jpeg_quality" not in told


def test_what_is_not_supported_may_state_its_default():
    text = "model { ssd { add_background_class: true feature_extractor { batch_norm_trainable: true } } }"
    assert parse_config(text, "x.config").model.ssd is not None


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path):
    path = tmp_path / "x.config"
    with pytest.raises(BoxwrightError) as missing:
        read_config(path)
    assert str(missing.value) == f"{path}: cannot be read: No such file or directory"
    path.write_bytes(b"model { } # \xff")
    with pytest.raises(BoxwrightError) as binary:
        read_config(path)
    assert str(binary.value) == f"{path}: is not UTF-8 text: byte 12"


def test_an_error_survives_being_sent_between_processes():
    error = ConfigError("x.config:1:1", "wrong", "a way out")
    assert str(pickle.loads(pickle.dumps(error))) == "x.config:1:1: wrong\n  hint: a way out"


def test_a_stray_backslash_is_kept_without_a_warning():
    config = parse_config(r"train_config { fine_tune_checkpoint: 'D:\models' }", "x.config")
    assert config.train_config.fine_tune_checkpoint == r"D:\models"


def test_what_stands_behind_a_fault_is_not_searched():
    text = f"train_config {{ batch_size: x {'a { ' * 20_000}"
    tracemalloc.start()
    try:
        assert fault(text) == "x.config:1:28: batch_size: 'x' is not a whole number"
        assert tracemalloc.get_traced_memory()[1] < 30 << 20
    finally:
        tracemalloc.stop()
