import numpy as np
import pytest

from boxwright.core.detector.preflight.anchor_coverage import best_overlaps, evenly

ANCHORS = np.array([[0.0, 0.0, 0.5, 0.5], [0.5, 0.5, 1.0, 1.0]], np.float32)


def test_the_best_overlap_is_that_of_the_anchor_that_fits():
    boxes = np.array([[0, 0, 0.5, 0.5], [0, 0, 0.5, 0.25], [0, 0.5, 0.5, 1]], np.float32)
    assert best_overlaps(boxes, ANCHORS).tolist() == pytest.approx([1.0, 0.5, 0.0])


def test_many_objects_are_gone_through_in_parts():
    boxes = np.tile(ANCHORS, (600, 1))
    assert best_overlaps(boxes, ANCHORS).tolist() == [1.0] * 1200


def test_no_object_is_no_error():
    assert best_overlaps(np.zeros((0, 4), np.float32), ANCHORS).shape == (0,)


@pytest.mark.parametrize(("count", "rows"), [(0, []), (3, [0, 1, 2]), (4, [0, 2]), (7, [0, 3, 6])])
def test_rows_are_evenly_spread(count: int, rows: list[int]):
    assert evenly(count, 3).tolist() == rows
