import tensorflow as tf

from boxwright.core.detector.ranking import along_places, falling

VALUES = tf.constant([[0.5, 0.25, 0.5, 1.0], [0.0, 0.0, 0.0, 0.0]])


def test_the_greatest_comes_first_and_equals_stay_in_order():
    assert falling(VALUES).numpy().tolist() == [[3, 0, 2, 1], [0, 1, 2, 3]]


def test_values_in_an_order_go_back_to_their_places():
    order = falling(VALUES)
    back = along_places(order, tf.gather(VALUES, order, batch_dims=1))
    assert back.numpy().tolist() == VALUES.numpy().tolist()
