from itertools import pairwise

from boxwright.core.html_report.box_sample import BoxSample


def test_few_boxes_are_all_kept():
    sample = BoxSample()
    sample.add(0, 10, 20, 100, 50)
    sample.add(3, 1.5, 2, 64, 48)
    assert sample.sizes.labels.tolist() == [0, 3]
    assert sample.sizes.sides.tolist() == [[10, 20], [1.5, 2]]
    assert sample.sizes.images.tolist() == [[100, 50], [64, 48]]


def test_of_many_boxes_an_even_spread_is_kept():
    sample = BoxSample(most=100)
    for number in range(5000):
        sample.add(number, 1, 1, 1, 1)
    kept = sample.sizes.labels.tolist()
    assert 50 <= len(kept) <= 100 and sample.seen == 5000
    assert {b - a for a, b in pairwise(kept)} == {64}


def test_no_box_is_no_row():
    assert BoxSample().sizes.sides.shape == (0, 2)
