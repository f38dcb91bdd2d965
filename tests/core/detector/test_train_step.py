"""A step of training: what learns, and what the losses of parts are."""

import re
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.ssd import ssd
from boxwright.core.detector.train_step import step_of, trainable, trainer
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.override import override
from boxwright.core.pipeline.text import read_config
from boxwright.core.pipeline.training import TrainConfig
from tests.core.detector.test_ssd import groundtruth
from tests.core.detector.test_ssd_network import FORMULA, ONE_DNN, filled, in_the_originals_order
from tests.core.detector.training_run import config

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


@pytest.fixture(scope="module")
def traced_nodes(tmp_path_factory: pytest.TempPathFactory) -> list[tf.compat.v1.NodeDef]:
    """The operations of a step on MobileNet v1 whose blocks up to the fifth are frozen."""
    frozen = "train_config.freeze_variables='MobilenetV1/Conv2d_[0-5](_|/)'"
    settings = override(config(tmp_path_factory.getbasetemp() / "none", frozen="true"), [frozen])
    step, batch = step_of(trainer(ssd(settings), tf.distribute.get_strategy(), 0)), batch_of_noise(1, 64)
    traced = tf.function(lambda: step(batch, 0, False), autograph=False).get_concrete_function()
    return [node for function in traced.graph.as_graph_def().library.function for node in function.node_def]


def batch_of_noise(count: int, size: int) -> dict[str, tf.Tensor]:
    return {
        "images": tf.random.stateless_uniform([count, size, size, 3], (0, 0), -1.0, 1.0),
        "true_sizes": tf.fill([count, 2], size),
        "boxes": tf.tile([[[0.1, 0.1, 0.5, 0.5]]], [count, 1, 1]),
        "classes": tf.zeros([count, 1], tf.int32),
        "weights": tf.ones([count, 1]),
        "count": tf.ones([count], tf.int32),
    }


def test_no_gradient_is_computed_for_layers_before_the_first_that_learns(
    traced_nodes: list[tf.compat.v1.NodeDef],
):
    named = r"gradient_tape/FeatureExtractor/MobilenetV1/Conv2d_(\d+)_[a-z]+/"
    found = {int(match[1]) for node in traced_nodes if (match := re.match(named, node.name))}
    assert found == set(range(6, 14))


def test_no_sum_of_a_step_is_free_to_choose_its_order(traced_nodes: list[tf.compat.v1.NodeDef]):
    sums = [node for node in traced_nodes if node.op == "AddN"]
    assert sums and all(len(node.input) == 2 for node in sums)


@pytest.mark.slow
@pytest.mark.parametrize(
    "model", ["ssd_mobilenet_v1", "ssd_mobilenet_v2", "ssdlite_mobilenet_v2", "ssd_inception_v2"]
)
def test_equal_steps_have_equal_bits_with_operations_side_by_side(model: str, reference: Path):
    net = ssd(read_config(reference / "pipeline_configs" / f"{model}_egohands.config"))
    made, batch = trainer(net, tf.distribute.get_strategy(), 0), batch_of_noise(8, 300)
    step, before = step_of(made), {name: value.numpy() for name, value in made.state().items()}
    found = []
    for _ in range(20):  # of sums in any order, about every sixth step was another one
        for name, variable in made.state().items():
            variable.assign(before[name])
        losses = step(batch, 0, False)
        found.append({name: value.numpy().tobytes() for name, value in {**made.state(), **losses}.items()})
    assert [one for one in found if one != found[0]] == []


@pytest.mark.slow
@pytest.mark.skipif(ONE_DNN, reason="its rounding is larger: TF_ENABLE_ONEDNN_OPTS=0")
@pytest.mark.parametrize("model", ["ssd_mobilenet_v1", "ssd_mobilenet_v2", "ssd_inception_v2"])
def test_the_first_step_moves_all_variables_as_the_original_did(model: str, reference: Path):
    net = ssd(read_config(reference / "pipeline_configs" / f"{model}_egohands.config"))
    filled(net.network)
    before = {name: variable.numpy() for name, variable in net.store.vars.items()}
    measured = dict(np.load(reference / "training" / f"one_step_{model}.npz"))
    images, size = in_the_originals_order(tf.constant(FORMULA), net.settings.image_resizer)
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
