from collections.abc import Callable

import numpy as np

from boxwright.core.detector.preflight.class_findings import coverage_finding, size_finding, unused_finding
from boxwright.core.detector.preflight.network_boxes import network_boxes
from boxwright.core.pipeline.image_resizer import FixedShapeResizer, ImageResizer

LABELS = {1: "cat", 2: "dog", 3: "owl"}
RESIZER = ImageResizer(fixed_shape_resizer=FixedShapeResizer(height=100, width=100))
SMALL, BIG = (0.0, 0.0, 0.04, 0.04), (0.0, 0.0, 0.5, 0.5)


def test_classes_without_an_object_are_named():
    [finding] = unused_finding(np.array([1, 1]), LABELS)
    assert finding.fact == "2 of 3 classes have no object in training: dog, owl" and not finding.stops
    assert list(unused_finding(np.array([3, 2, 1]), LABELS)) == []


def test_classes_of_small_objects_are_in_a_table_with_the_size_that_would_do(surveyed: Callable):
    found = surveyed([SMALL, SMALL, BIG, BIG], classes=[1, 1, 1, 2])
    [finding] = size_finding(network_boxes(found, RESIZER, (100, 100)), found.classes, LABELS)
    assert finding.fact == "2 of 4 boxes (50.0%) are below 8 x 8 pixels once images are 100 x 100"
    assert finding.examples == ("cat                       2 of      3    67%  median 4 px",)
    assert finding.hint.startswith("an image_resizer of 224 x 224 pixels;")  # 8 / 4 of 100, and whole strides


def test_a_few_small_objects_are_no_finding(surveyed: Callable):
    found = surveyed([SMALL] + [BIG] * 30)
    assert list(size_finding(network_boxes(found, RESIZER, (100, 100)), found.classes, LABELS)) == []


def test_classes_that_anchors_miss_are_in_a_table_with_advice_on_their_boxes():
    asked: list[list[bool]] = []

    def advise(missed: np.ndarray) -> str:
        asked.append(missed.tolist())
        return "other anchors"

    best = np.array([0.2, 0.5, 0.9], np.float32)  # from the threshold on an anchor answers
    [finding] = coverage_finding(best, np.array([2, 1, 1]), LABELS, threshold=0.5, advise=advise)
    assert finding.fact == "anchors meet few objects of 1 class; an overlap of 0.5 counts"
    assert finding.examples == ("dog                     0% of      1 covered  mean best overlap 0.20",)
    assert finding.hint == "other anchors"
    assert asked == [[True, False, False]]
