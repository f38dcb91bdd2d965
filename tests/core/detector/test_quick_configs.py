"""What the quick configs freeze does not learn and costs no backward pass; the rest learns."""

import re
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.ssd import Ssd, ssd
from boxwright.core.detector.train_step import trainable, trainer
from boxwright.core.pipeline.override import override
from boxwright.core.pipeline.text import read_config

CONFIGS = sorted((Path(__file__).parents[3] / "configs").glob("*_quick.config"))
# A layer that is frozen and the first that is not, by the net's scope.
BORDER = {
    "MobilenetV1": ("Conv2d_5_pointwise", "Conv2d_6_depthwise"),
    "MobilenetV2": ("expanded_conv_6/project", "expanded_conv_7/expand"),
    "InceptionV2": ("Mixed_4a/Branch_0", "Mixed_4b/Branch_0"),
}
AVERAGES = ("moving_mean", "moving_variance")


def small(path: Path, *settings: str) -> Ssd:
    """The config's detector, narrow and for 64 x 64 pixels, with other settings as on the command line."""
    narrow = [
        "model.ssd.num_classes=1",
        "model.ssd.feature_extractor.depth_multiplier=0.25",
        "model.ssd.image_resizer.fixed_shape_resizer.height=64",
        "model.ssd.image_resizer.fixed_shape_resizer.width=64",
        *settings,
    ]
    return ssd(override(read_config(path), narrow))


# The others take a minute in all; MobileNet v1 is the fastest.
@pytest.fixture(
    scope="module",
    params=[
        pytest.param(path, id=path.stem, marks=[] if "mobilenet_v1" in path.stem else pytest.mark.slow)
        for path in CONFIGS
    ],
)
def model(request: pytest.FixtureRequest) -> Ssd:
    return small(request.param)


def test_the_border_lies_where_the_pattern_says(model: Ssd):
    learning = trainable(model.store.vars, model.config.train_config)
    scope = next(name.split("/")[1] for name in learning if name.startswith("FeatureExtractor/"))
    frozen, first = BORDER[scope]
    below = [name for name in model.store.vars if name.startswith(f"FeatureExtractor/{scope}/{frozen}")]
    above = [name for name in model.store.vars if name.startswith(f"FeatureExtractor/{scope}/{first}")]
    assert below and not set(below) & set(learning)
    assert {name for name in above if not name.endswith(AVERAGES)} <= set(learning)
    heads = {name for name in model.store.vars if name.startswith("BoxPredictor")}
    assert {name for name in heads if not name.endswith(AVERAGES)} <= set(learning)


def test_each_pattern_is_of_some_variable(model: Ssd):
    for pattern in model.config.train_config.freeze_variables:
        assert any(re.search(pattern, name) for name in model.store.vars), pattern


def test_the_backward_pass_stops_at_the_frozen_layers(model: Ssd):
    learning = trainer(model, tf.distribute.get_strategy(), 0).variables

    @tf.function(autograph=False)
    def gradients(images: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(learning)
            found = model.predict(images, is_training=True)
            loss = tf.reduce_sum(found.logits**2) + tf.reduce_sum(found.box_codes**2)
        return [value for value in tape.gradient(loss, learning).values() if value is not None]

    traced = gradients.get_concrete_function(tf.TensorSpec([2, 64, 64, 3]))
    assert len(traced.outputs) == len(learning)
    backward = [op.name for op in traced.graph.get_operations() if op.name.startswith("gradient_tape")]
    assert any("FeatureExtractor" in name for name in backward)
    patterns = model.config.train_config.freeze_variables
    assert [name for name in backward if any(re.search(pattern, name) for pattern in patterns)] == []


def test_batch_norm_follows_the_images_also_below_the_border_unless_it_is_frozen():
    path = next(path for path in CONFIGS if "mobilenet_v1" in path.stem)
    images = tf.constant(np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3)), tf.float32)
    moved = {}
    for frozen in ("false", "true"):
        model = small(path, f"model.ssd.freeze_batchnorm={frozen}")
        before = {n: v.numpy() for n, v in model.store.vars.items() if n.endswith(AVERAGES)}
        tf.function(lambda images: model.predict(images, is_training=True).logits, autograph=False)(images)  # noqa: B023
        moved[frozen] = {n for n, value in before.items() if (model.store.vars[n].numpy() != value).any()}
    assert moved["false"] == before.keys() and not moved["true"]
