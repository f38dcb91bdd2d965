import pytest

from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.override import override
from boxwright.core.pipeline.text import config_text, parse_config

PATHS = "train_input_reader.tf_record_input_reader.input_path"
STEPS = "train_config.data_augmentation_options"


@pytest.fixture
def config(ssd: str) -> PipelineConfig:
    return parse_config(ssd, "ssd.config")


def paths(config: PipelineConfig) -> tuple[str, ...]:
    assert config.train_input_reader.tf_record_input_reader is not None
    return config.train_input_reader.tf_record_input_reader.input_path


def test_values_are_set_one_after_the_other(config: PipelineConfig):
    changed = override(
        config, ["train_config.batch_size=8", "model.ssd.num_classes = 3", "train_config.batch_size=9"]
    )
    assert changed.train_config.batch_size == 9
    assert changed.model.ssd is not None and changed.model.ssd.num_classes == 3
    assert changed.train_config.num_steps == 20000
    assert config.train_config.batch_size == 24


def test_no_setting_changes_nothing(config: PipelineConfig):
    assert override(config, []) == config


def test_what_is_set_counts_as_stated(config: PipelineConfig):
    assert "gradient_clipping_by_norm: 0.0" in config_text(
        override(config, ["train_config.gradient_clipping_by_norm=0"])
    )


@pytest.mark.parametrize(
    "value, expected",
    [
        ("a.tfrecord", ("a.tfrecord",)),
        ("[a b, c=d]", ("a b", "c=d")),
        ('["a,b", "c"]', ("a,b", "c")),
        ("'a\\x41'", ("aA",)),
        (r"C:\new", (r"C:\new",)),
        ("[]", ()),
        ("", ("",)),
    ],
)
def test_text_needs_no_quotes(config: PipelineConfig, value: str, expected: tuple[str, ...]):
    assert paths(override(config, [f"{PATHS}={value}"])) == expected


def test_an_index_sets_one_and_the_index_after_the_last_adds_one(config: PipelineConfig):
    changed = override(config, [f"{PATHS}[1]=b", f"{PATHS}[0]=a"])
    assert paths(changed) == ("a", "b")


def test_a_repeated_message_is_reached_by_its_index(config: PipelineConfig):
    changed = override(
        config,
        [
            f"{STEPS}[1].ssd_random_crop.operations[0].min_area=0.3",
            f"{STEPS}[2].random_vertical_flip={{}}",
            f"{STEPS}[0]={{ random_rotation90 {{ }} }}",
        ],
    )
    first, second, third = changed.train_config.data_augmentation_options
    assert first.random_rotation90 is not None and first.random_horizontal_flip is None
    assert second.ssd_random_crop is not None and second.ssd_random_crop.operations[0].min_area == 0.3
    assert third.random_vertical_flip is not None


def test_the_only_one_of_a_repeated_message_needs_no_index(config: PipelineConfig):
    assert override(config, ["eval_input_reader.shuffle=true"]).eval_input_reader[0].shuffle is True
    assert override(PipelineConfig(), ["eval_input_reader.name=val"]).eval_input_reader[0].name == "val"


def test_a_list_can_be_emptied(config: PipelineConfig):
    assert override(config, [f"{STEPS}=[]"]).train_config.data_augmentation_options == ()


def test_one_of_a_choice_unsets_the_other(config: PipelineConfig):
    changed = override(config, ["model.faster_rcnn.num_classes=2"])
    assert changed.model.ssd is None
    assert changed.model.faster_rcnn is not None and changed.model.faster_rcnn.num_classes == 2
    adam = override(config, ["train_config.optimizer.adam_optimizer={ epsilon: 0.1 }"]).train_config.optimizer
    assert adam.rms_prop_optimizer is None
    assert adam.adam_optimizer is not None and adam.adam_optimizer.epsilon == 0.1


@pytest.mark.parametrize(
    "setting, fact",
    [
        ("train_config.batch_sise=8", "no field 'batch_sise' in train_config; did you mean 'batch_size'?"),
        ("modle.ssd.num_classes=8", "no field 'modle' in the pipeline config; did you mean 'model'?"),
        ("train_config.batch_size", "no '='; a setting is written path=value"),
        ("train_config.batch_size=", "batch_size: no value after the '='"),
        ("train_config.batch_size=many", "batch_size: 'many' is not a whole number"),
        ("train_config.batch_size=-1", "batch_size = -1: input should be greater than or equal to 0"),
        ("train_config.batch_size=8 num_steps: 3", "batch_size: '8 num_steps: 3' is more than a value"),
        ("train_config.batch_size=8 batch_size: 3", "batch_size is stated twice"),
        (
            "train_config.fine_tune_checkpoint=\udcff",  # how Python passes on bytes that are no UTF-8
            "fine_tune_checkpoint: the text is broken",
        ),
        ("train_config.batch_size.x=8", "batch_size has no fields: it is a value"),
        ("train_config.batch_size[0]=8", "batch_size is single and has no [0]"),
        ("train_config[0].batch_size=8", "train_config is single and has no [0]"),
        (
            "train_config.gradient_clipping_by_norm=nan",
            "gradient_clipping_by_norm = nan: input should be a finite number",
        ),
        (
            f"{STEPS}[3].random_vertical_flip={{}}",
            "there is no data_augmentation_options[3]: the config has 2",
        ),
        (
            f"{STEPS}.random_vertical_flip={{}}",
            "which of the 2 data_augmentation_options? The first is data_augmentation_options[0]",
        ),
        (f"{PATHS}[0]=[a, b]", "input_path[0] is one value; 2 given"),
        (f"{PATHS}[x]=a", "'input_path[x]' is no name with an index or without: name, name[0]"),
        ("model.center_net={}", "center_net is not supported; supported: faster_rcnn, ssd"),
        ("model.center_net.x=3", "center_net is not supported"),
        ("model.ssd={ num_clases: 3 }", "no field 'num_clases' in ssd; did you mean 'num_classes'?"),
        (
            "model.ssd.post_processing.score_converter=SIGMOD",
            "score_converter: no 'SIGMOD'; did you mean 'SIGMOID'?",
        ),
    ],
)
def test_a_setting_that_does_not_fit_is_told(config: PipelineConfig, setting: str, fact: str):
    with pytest.raises(ConfigError) as caught:
        override(config, [setting])
    assert str(caught.value) == f"{setting}: {fact}"
