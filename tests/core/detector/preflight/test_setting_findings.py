import pytest

from boxwright.core.detector.preflight.setting_findings import label_findings, setting_findings
from boxwright.core.pipeline.text import parse_config

NORM = "conv_hyperparams {{ batch_norm {{ decay: {decay} }} }}"


def config(training: str = "", *, extractor: str = "", ssd: str = "", decay: float = 0.99):
    norm = NORM.format(decay=decay)
    return parse_config(
        f"""
        model {{ ssd {{ {ssd}
          feature_extractor {{ type: "ssd_mobilenet_v1" {norm} {extractor} }}
          box_predictor {{ convolutional_box_predictor {{ {norm} }} }}
        }} }}
        train_config {{ {training} }}
        """,
        "test",
    )


def facts(*arguments) -> list[str]:
    return [finding.fact for finding in setting_findings(*arguments)]


OVERRIDE = "override_base_feature_extractor_hyperparams: true"


def test_frozen_random_weights_stop_a_run():
    [finding] = setting_findings(config('freeze_variables: "Conv2d_0"'), None)
    assert finding.stops and finding.examples == ("Conv2d_0",)
    assert finding.fact == (
        "train_config.freeze_variables keeps weights as they are, and without a checkpoint they are random"
    )
    assert facts(config('freeze_variables: "Conv2d_0"'), "model.ckpt") == []


def test_frozen_batch_norm_without_a_checkpoint_is_told():
    [finding] = setting_findings(config(ssd="freeze_batchnorm: true"), None)
    assert not finding.stops and "nothing is normalized" in finding.fact


def test_averages_that_follow_too_slowly_are_told_with_their_place():
    [finding] = setting_findings(config("num_steps: 1000", extractor=OVERRIDE, decay=0.9997), "model.ckpt")
    assert finding.fact == (
        "batch norm is slow: with decay 0.9997, 74% of its averages are still the first ones after 1000 steps"
    )
    assert finding.hint.startswith("a decay of at most 0.99, or")
    assert len(finding.examples) == 2


def test_a_mobilenet_has_averages_of_its_own_unless_told_otherwise():
    [finding] = setting_findings(config("num_steps: 1000"), "model.ckpt")
    assert finding.examples == (
        "the base network's own (override_base_feature_extractor_hyperparams=true changes it)",
    )
    assert facts(config("num_steps: 1000", extractor=OVERRIDE), "model.ckpt") == []


@pytest.mark.parametrize("settings", [{"training": "num_steps: 20000"}, {"training": "num_steps: 0"}])
def test_long_runs_are_not_told(settings: dict[str, str]):
    assert facts(config(**settings), "model.ckpt") == []


def test_a_label_map_must_have_each_class():
    assert list(label_findings({1: "cat", 2: "dog"}, 2)) == []
    [finding] = label_findings({1: "cat", 3: "dog"}, 2)
    assert finding.stops
    assert finding.fact == "model.ssd.num_classes is 2, the label map has 2 (1 cat, 3 dog)"
