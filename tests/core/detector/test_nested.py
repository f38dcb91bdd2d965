import numpy as np
import tensorflow as tf

from boxwright.core.detector.groundtruth import GroundTruth


def groundtruth(images):
    return GroundTruth(
        boxes=tf.zeros([images, 3, 4]),
        classes=tf.zeros([images, 3], tf.int32),
        weights=tf.zeros([images, 3]),
        count=tf.range(images),
    )


def test_a_function_takes_and_returns_it_and_is_traced_once():
    @tf.function(autograph=False)
    def doubled(groundtruth):
        return GroundTruth(
            boxes=groundtruth.boxes,
            classes=groundtruth.classes,
            weights=groundtruth.weights,
            count=2 * groundtruth.count,
        )

    result = [doubled(groundtruth(2)), doubled(groundtruth(2))][1]
    assert isinstance(result, GroundTruth) and result.count.numpy().tolist() == [0, 2]
    assert doubled.experimental_get_tracing_count() == 1


def test_a_data_set_holds_it():
    dataset = tf.data.Dataset.range(4).map(lambda _: groundtruth(1)).batch(2)
    assert isinstance(dataset.element_spec, GroundTruth)
    assert next(iter(dataset)).boxes.shape == (2, 1, 3, 4)


def test_a_strategy_takes_its_parts():
    whole = groundtruth(3)

    @tf.function(autograph=False)
    def counts(*parts):
        return tf.nest.pack_sequence_as(whole, parts).count + 1

    found = tf.distribute.OneDeviceStrategy("/cpu:0").run(counts, tf.nest.flatten(whole))
    np.testing.assert_array_equal(found, [1, 2, 3])
