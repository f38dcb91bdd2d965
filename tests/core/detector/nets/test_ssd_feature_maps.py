import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.hyperparams import MOBILENET
from boxwright.core.detector.nets.ssd_feature_maps import with_extra_layers
from boxwright.core.detector.variables import Store
from boxwright.core.pipeline.ssd import SsdFeatureExtractor

BASE = [np.ones([1, 19, 19, 4], np.float32), np.ones([1, 10, 10, 8], np.float32)]


def maps(store: Store, **settings: object) -> list[tf.Tensor]:
    extractor = SsdFeatureExtractor(conv_hyperparams=MOBILENET, **settings)
    with store.scope():
        return with_extra_layers([tf.constant(m) for m in BASE], "last", extractor, is_training=False)


def test_every_layer_halves_the_one_below():
    sizes = [tuple(features.shape[1:]) for features in maps(Store())]
    assert sizes == [(19, 19, 4), (10, 10, 8), (5, 5, 512), (3, 3, 256), (2, 2, 256), (1, 1, 128)]


@pytest.mark.parametrize("number", [1, 2, 3, 6])
def test_there_are_as_many_maps_as_asked_for(number: int):
    store = Store()
    assert len(maps(store, num_layers=number)) == number
    assert len({name.split("/")[0] for name in store.vars}) == 2 * max(number - 2, 0)


def test_names_hold_the_scaled_depths():
    store = Store()
    maps(store, num_layers=3, depth_multiplier=0.5, use_depthwise=True)
    weights = {name: tuple(v.shape) for name, v in store.vars.items() if name.endswith("weights")}
    assert weights == {
        "last_1_Conv2d_2_1x1_128/weights": (1, 1, 8, 128),
        "last_2_Conv2d_2_3x3_s2_256_depthwise/depthwise_weights": (3, 3, 128, 1),
        "last_2_Conv2d_2_3x3_s2_256/weights": (1, 1, 128, 256),
    }
