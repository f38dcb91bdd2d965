"""A step of training: what learns, and what the losses of parts are."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.ssd import ssd
from boxwright.core.detector.train_step import step_of, trainable, trainer
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.text import read_config
from boxwright.core.pipeline.training import TrainConfig
from tests.core.detector.test_ssd import groundtruth
from tests.core.detector.test_ssd_network import FORMULA, ONE_DNN, filled

VARIABLES = {
    name: tf.Variable(0.0, trainable=not name.endswith("mean"))
    for name in ("Extractor/conv/weights", "Extractor/conv/moving_mean", "Predictor/weights")
}


@pytest.mark.parametrize(
    "settings, names",
    [
        ({}, {"Extractor/conv/weights", "Predictor/weights"}),
        ({"freeze_variables": ("conv",)}, {"Predictor/weights"}),
        ({"update_trainable_variables": ("^Extractor",)}, {"Extractor/conv/weights"}),
    ],
)
def test_a_config_says_what_learns(settings: dict[str, tuple[str, ...]], names: set[str]):
    assert trainable(VARIABLES, TrainConfig(**settings)).keys() == names


def test_something_must_learn():
    with pytest.raises(ConfigError) as caught:
        trainable(VARIABLES, TrainConfig(freeze_variables=("weights",)))
    assert str(caught.value) == "train_config.freeze_variables: leaves no variable that could learn"


@pytest.mark.slow
@pytest.mark.skipif(ONE_DNN, reason="its rounding is larger: TF_ENABLE_ONEDNN_OPTS=0")
@pytest.mark.parametrize("model", ["ssd_mobilenet_v1", "ssd_mobilenet_v2", "ssd_inception_v2"])
def test_the_first_step_moves_all_variables_as_the_original_did(model: str, reference: Path):
    net = ssd(read_config(reference / "pipeline_configs" / f"{model}_egohands.config"))
    filled(net.network)
    before = {name: variable.numpy() for name, variable in net.store.vars.items()}
    measured = dict(np.load(reference / "training" / f"one_step_{model}.npz"))
    images, size = net.prepare(tf.constant(FORMULA))
    truth = groundtruth(measured)
    objects = {name: getattr(truth, name) for name in ("boxes", "classes", "weights", "count")}
    batch = {"images": images, "true_sizes": tf.stack([size, size]), **objects}
    step_of(trainer(net, tf.distribute.get_strategy(), 0))(batch, 0, False)
    for name, variable in net.store.vars.items():
        places, after = measured[f"after0/{name}/idx"], measured[f"after0/{name}/val"]
        way = np.abs(after - before[name].ravel()[places]).max()
        # Gradients are that exact, see test_ssd.
        np.testing.assert_allclose(
            variable.numpy().ravel()[places], after, rtol=0, atol=0.1 * way + 1e-6, err_msg=name
        )
