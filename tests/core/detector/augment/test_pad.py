from collections.abc import Callable

import numpy as np
import tensorflow as tf

from boxwright.core.detector.augment.pad import padded, random_pad
from boxwright.core.detector.augment.sample import Sample

Make = Callable[..., Sample]


def test_the_image_and_its_boxes_move_to_their_place_on_the_canvas(make: Make):
    sample = make([[0.0, 0.5, 1.0, 1.0]], size=(4, 6))
    found = padded(sample, tf.constant([2, 3]), tf.constant([10, 12]), colour=(1.0, 2.0, 3.0))
    np.testing.assert_array_equal(found.image[2:6, 3:9], sample.image)
    np.testing.assert_allclose(found.objects.boxes, [[0.2, 0.5, 0.6, 0.75]], rtol=1e-6)
    outside = np.ones((10, 12), bool)
    outside[2:6, 3:9] = False
    assert (found.image.numpy()[outside] == [1.0, 2.0, 3.0]).all()


def test_without_a_colour_the_canvas_has_the_images_mean(make: Make):
    sample = make([], size=(4, 6))
    found = padded(sample, tf.constant([0, 0]), tf.constant([5, 6]), colour=())
    np.testing.assert_allclose(found.image[4, 0], sample.image.numpy().mean(axis=(0, 1)), rtol=1e-5)


def test_canvases_have_all_sizes_and_places_within_bounds(make: Make):
    sample = make([[0.0, 0.0, 1.0, 1.0]], size=(2, 2))

    def draw(number: tf.Tensor) -> tf.Tensor:
        bounds = {"least": tf.constant([1, 3]), "most": tf.constant([4, 4])}
        made = random_pad(sample, tf.stack([number, 1]), **bounds, colour=(0.0, 0.0, 0.0))
        size = tf.shape(made.image)[:2]
        corner = tf.round(made.objects.boxes[0, :2] * tf.cast(size, tf.float32))
        return tf.concat([size, tf.cast(corner, tf.int32)], 0)

    found = {tuple(map(int, row)) for row in tf.data.Dataset.range(400).map(draw)}
    # Height 2 to 4 (never below the image's own), width 3 to 4, every corner that leaves the image inside.
    assert found == {
        (height, width, y, x)
        for height in (2, 3, 4)
        for width in (3, 4)
        for y in range(height - 1)
        for x in range(width - 1)
    }


def test_a_bound_below_the_images_size_leaves_it_as_it_is(make: Make):
    sample = make([[0.1, 0.2, 0.3, 0.4]], size=(4, 6))
    found = random_pad(sample, [1, 2], least=tf.constant([1, 1]), most=tf.constant([2, 2]), colour=())
    np.testing.assert_array_equal(found.image, sample.image)
    np.testing.assert_allclose(found.objects.boxes, sample.objects.boxes, rtol=1e-6)
