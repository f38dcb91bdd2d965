from boxwright.core.pipeline.from_scratch import from_scratch
from boxwright.core.pipeline.text import parse_config

FROZEN = """
model { ssd {
  num_classes: 3
  freeze_batchnorm: true
  feature_extractor { conv_hyperparams { batch_norm { decay: 0.95 } } }
} }
train_config { batch_size: 4 freeze_variables: "Conv" fine_tune_checkpoint: "model.ckpt" }
"""


def test_what_is_frozen_is_let_loose_and_named():
    config, dropped = from_scratch(parse_config(FROZEN, "test"))
    assert dropped == ("freeze_variables", "freeze_batchnorm")
    assert config.model.ssd is not None and not config.model.ssd.freeze_batchnorm
    assert config.train_config.freeze_variables == () and config.train_config.fine_tune_checkpoint == ""
    assert (config.model.ssd.num_classes, config.train_config.batch_size) == (3, 4)


def test_batch_norm_that_was_frozen_moves_as_the_config_states():
    config, _ = from_scratch(parse_config(FROZEN, "test"))
    assert config.model.ssd is not None
    extractor = config.model.ssd.feature_extractor
    assert extractor.override_base_feature_extractor_hyperparams
    assert extractor.conv_hyperparams.batch_norm is not None
    assert extractor.conv_hyperparams.batch_norm.decay == 0.95


def test_a_config_without_frozen_parts_stays():
    plain = parse_config("model { ssd { num_classes: 3 } }", "test")
    assert from_scratch(plain) == (plain, ())
