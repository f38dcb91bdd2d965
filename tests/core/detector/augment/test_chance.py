import numpy as np
import tensorflow as tf

from boxwright.core.detector.augment.chance import folded, whole_number


def test_folded_seeds_differ_and_are_repeatable():
    seeds = [tuple(folded(folded(tf.constant([1, 2]), a), b).numpy()) for a in range(5) for b in range(5)]
    assert len(set(seeds)) == 25
    assert seeds[7] == tuple(folded(folded(tf.constant([1, 2]), 1), 2).numpy())


def test_whole_numbers_reach_all_but_the_end():
    found = [int(whole_number(tf.constant([n, 0]), 2, 5)) for n in range(60)]
    assert set(found) == {2, 3, 4}


def test_an_empty_range_gives_its_start():
    assert np.all([whole_number(tf.constant([n, 0]), 4, 3) == 4 for n in range(5)])
