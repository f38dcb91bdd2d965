import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector import box_predictor
from boxwright.core.detector.anchors import ssd_anchors
from boxwright.core.detector.hyperparams import MOBILENET
from boxwright.core.detector.variables import Store
from boxwright.core.pipeline.anchor_generator import SsdAnchorGenerator
from boxwright.core.pipeline.box_predictor import ConvolutionalBoxPredictor

PLAIN = ConvolutionalBoxPredictor(conv_hyperparams=MOBILENET, use_dropout=False)
MAPS = [np.random.default_rng(i).normal(size=[2, 3 - i, 4, 5]).astype(np.float32) for i in range(2)]


def predict(store: Store, settings: ConvolutionalBoxPredictor, maps=MAPS, counts=(3, 6), seed=None):
    with store.scope():
        return box_predictor.predict(
            [tf.constant(features) for features in maps],
            settings,
            counts=counts,
            num_classes=2,
            normalize_by_batch=False,
            dropout_seed=seed,
        )


@pytest.mark.parametrize("reduce", [True, False])
@pytest.mark.parametrize("interpolated", [1.0, 0.0])
def test_there_is_a_prediction_for_every_anchor(reduce: bool, interpolated: float):
    settings = SsdAnchorGenerator(
        num_layers=3,
        aspect_ratios=(1.0, 2.0),
        reduce_boxes_in_lowest_layer=reduce,
        interpolated_scale_aspect_ratio=interpolated,
    )
    counts = box_predictor.anchors_per_cell(settings)
    grids = [(5, 4), (3, 2), (1, 1)]
    cells = [height * width for height, width in grids]
    assert len(ssd_anchors(settings, grids, (300, 300))) == sum(map(int.__mul__, counts, cells))


def test_the_anchors_of_a_cell_come_first_then_columns_then_rows_then_maps():
    store = Store()
    codes, logits = predict(store, PLAIN)
    assert codes.shape == (2, 3 * 4 * 3 + 2 * 4 * 6, 4)
    assert logits.shape == (2, 3 * 4 * 3 + 2 * 4 * 6, 3)
    weights = store.vars["BoxPredictor_1/BoxEncodingPredictor/weights"].numpy()[0, 0]
    image, row, column, anchor = 1, 1, 2, 5
    place = 3 * 4 * 3 + (row * 4 + column) * 6 + anchor
    wanted = MAPS[1][image, row, column] @ weights[:, anchor * 4 : anchor * 4 + 4]
    np.testing.assert_allclose(codes[image, place], wanted, atol=1e-5)


def test_heads_are_bare_convolutions_with_biases():
    store = Store()
    predict(store, PLAIN.model_copy(update={"class_prediction_bias_init": -4.6}))
    assert {name.split("/", 1)[1] for name in store.vars} == {
        "BoxEncodingPredictor/weights",
        "BoxEncodingPredictor/biases",
        "ClassPredictor/weights",
        "ClassPredictor/biases",
    }
    np.testing.assert_array_equal(store.vars["BoxPredictor_0/BoxEncodingPredictor/biases"], np.zeros(12))
    np.testing.assert_allclose(store.vars["BoxPredictor_0/ClassPredictor/biases"], np.full(9, -4.6))


def test_the_kernel_keeps_its_size_on_a_map_that_is_smaller():
    store = Store()
    predict(store, PLAIN.model_copy(update={"kernel_size": 3}), [np.ones([1, 1, 1, 5], np.float32)], [6])
    assert store.vars["ClassPredictor/weights"].shape == (3, 3, 5, 18)


def test_depthwise_heads_have_batch_norm_in_between():
    store = Store()
    predict(store, PLAIN.model_copy(update={"kernel_size": 3, "use_depthwise": True}))
    assert store.vars["BoxPredictor_0/ClassPredictor_depthwise/depthwise_weights"].shape == (3, 3, 5, 1)
    assert "BoxPredictor_0/ClassPredictor_depthwise/BatchNorm/gamma" in store.vars
    assert store.vars["BoxPredictor_0/ClassPredictor/weights"].shape == (1, 1, 5, 9)


def test_layers_before_the_heads_keep_their_depth_in_bounds():
    store = Store()
    bounds = {"num_layers_before_predictor": 2, "min_depth": 2, "max_depth": 4}
    predict(store, PLAIN.model_copy(update=bounds))
    assert store.vars["BoxPredictor_0/Conv2d_0_1x1_4/weights"].shape == (1, 1, 5, 4)
    assert store.vars["BoxPredictor_0/Conv2d_1_1x1_4/weights"].shape == (1, 1, 4, 4)


def test_without_a_greatest_depth_there_are_no_layers_before_the_heads():
    store = Store()
    predict(store, PLAIN.model_copy(update={"num_layers_before_predictor": 2}))
    assert not any("Conv2d" in name for name in store.vars)


def test_scores_may_leave_as_probabilities():
    store = Store()
    _, logits = predict(store, PLAIN)
    _, scores = predict(store, PLAIN.model_copy(update={"apply_sigmoid_to_scores": True}))
    np.testing.assert_allclose(scores, 1 / (1 + np.exp(-logits.numpy())), atol=1e-6)


def test_dropout_keeps_the_stated_share_and_its_sum():
    settings = ConvolutionalBoxPredictor(conv_hyperparams=MOBILENET, dropout_keep_probability=0.75)
    store, ones = Store(), np.ones([1, 1, 1, 20000], np.float32)
    predict(store, settings, [ones], [1])
    store.vars["ClassPredictor/weights"].assign(np.full([1, 1, 20000, 3], 1 / 20000))
    _, logits = predict(store, settings, [ones], [1], seed=tf.constant([1, 2]))
    np.testing.assert_allclose(logits, np.ones([1, 1, 3]), atol=0.02)
    assert not np.array_equal(logits, np.ones([1, 1, 3]))
