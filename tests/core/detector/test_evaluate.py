"""Evaluation: COCO's and Pascal VOC's numbers, what they leave out, and how they are told."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from boxwright.core.detector import coco_metrics
from boxwright.core.detector.average_precision import curve, overlap
from boxwright.core.detector.curve_files import curve_points, write_curves
from boxwright.core.detector.evaluate import PASCAL, Evaluation, evaluate, write_json
from boxwright.core.detector.judged import FoundObjects, TrueObjects, found_objects, true_objects
from boxwright.core.errors import BoxwrightError

SIZE = (100, 200)  # height, width in pixels
MAP, MAP50 = "DetectionBoxes_Precision/mAP", "DetectionBoxes_Precision/mAP@.50IOU"
NAMES = [
    *(MAP, MAP50, "DetectionBoxes_Precision/mAP@.75IOU"),
    *(f"DetectionBoxes_Precision/mAP ({size})" for size in ("small", "medium", "large")),
    *(f"DetectionBoxes_Recall/AR@{limit}" for limit in (1, 10, 100)),
    *(f"DetectionBoxes_Recall/AR@100 ({size})" for size in ("small", "medium", "large")),
    PASCAL,
]


def truth(*rows: tuple[float, ...], **more: object) -> TrueObjects:
    """Objects of (class, x_min, y_min, x_max, y_max), in pixels of an image of SIZE."""
    classes, shares = _parts(rows)
    return true_objects(shares, classes, SIZE, **more)  # type: ignore[arg-type]


def found(*rows: tuple[float, ...]) -> FoundObjects:
    """Detections of (class, x_min, y_min, x_max, y_max, score)."""
    classes, shares = _parts(row[:5] for row in rows)
    return found_objects(shares, [row[5] for row in rows], classes, SIZE)


def _parts(rows):
    table = np.array(list(rows), float).reshape(-1, 5)
    height, width = SIZE
    return table[:, 0].astype(int), table[:, [2, 1, 4, 3]] / [height, width, height, width]


def judged(
    truths: TrueObjects | list[TrueObjects],
    founds: FoundObjects | list[FoundObjects],
    labels: tuple[str, ...] = ("hand",),
) -> Evaluation:
    truths = truths if isinstance(truths, list) else [truths]
    founds = founds if isinstance(founds, list) else [founds]
    return evaluate(truths, founds, labels)


def scene(seed: int, images: int = 20, classes: int = 3) -> tuple[list[TrueObjects], list[FoundObjects]]:
    """Random objects, some crowds among them, and detections near and far of them."""
    draw = np.random.default_rng(seed)
    truths, founds = [], []
    for _ in range(images):
        count = int(draw.integers(0, 7))
        corner = draw.random((count, 2)) * 0.7
        boxes = np.concatenate([corner, corner + 0.02 + draw.random((count, 2)) ** 2 * 0.28], axis=1)
        names = draw.integers(0, classes, count)
        crowd = draw.random(count) < 0.15
        truths.append(true_objects(boxes, names, (480, 640), crowd=crowd))
        near = np.clip(boxes + draw.normal(0, 0.006, boxes.shape), 0, 1)
        near[:, 2:] = np.maximum(near[:, :2], near[:, 2:])
        near = np.concatenate([near, near[:2] * 0.98, boxes[:, ::-1][:1] * [0, 0, 1, 1]])
        kinds = draw.integers(0, classes, len(near))
        kinds[:count] = np.where(draw.random(count) < 0.8, names, kinds[:count])
        founds.append(found_objects(near, draw.random(len(near)).round(2), kinds, (480, 640)))
    return truths, founds


def test_the_objects_themselves_as_detections_are_worth_one():
    truths, _ = scene(0)
    founds = [FoundObjects(boxes=t.boxes, scores=np.ones(len(t.boxes)), classes=t.classes) for t in truths]
    result = judged(truths, founds, ("a", "b", "c"))
    for name in (MAP, MAP50, "DetectionBoxes_Recall/AR@100", PASCAL):
        assert result.metrics[name] == pytest.approx(1.0, abs=1e-9), name
    assert all(c.ap == pytest.approx(1.0) and c.pascal_ap50 == pytest.approx(1.0) for c in result.classes)


def test_the_names_are_those_of_the_original():
    result = judged(truth((0, 10, 10, 50, 50)), found((0, 10, 10, 50, 50, 0.9)))
    assert list(result.metrics) == NAMES


def test_the_twelve_numbers_are_those_of_the_library_itself(capsys):
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truths, founds = scene(1)
    result = judged(truths, founds, ("a", "b", "c"))
    assert capsys.readouterr().out == ""
    both = []
    for rows in (coco_metrics._truth_rows(truths), coco_metrics._found_rows(founds)):
        both.append(coco_metrics._loaded(COCO, rows, len(truths), 3))
    judge = COCOeval(*both, "bbox")
    judge.evaluate()
    judge.accumulate()
    judge.summarize()
    numbers = [-1 if result.metrics[name] is None else result.metrics[name] for name in NAMES[:12]]
    np.testing.assert_allclose(numbers, judge.stats, rtol=0, atol=1e-12)
    assert 0.1 < judge.stats[0] < 0.9


def test_the_faster_library_gives_the_same_numbers():
    for seed in range(3):
        truths, founds = scene(seed)
        slow, fast = (
            coco_metrics.measure(truths, founds, 3, library)
            for library in ("pycocotools", "faster_coco_eval")
        )
        np.testing.assert_allclose(slow.precision, fast.precision, rtol=0, atol=1e-12)
        np.testing.assert_allclose(slow.recall, fast.recall, rtol=0, atol=1e-12)


def test_what_is_found_in_a_crowd_counts_neither_for_nor_against():
    objects = truth((0, 0, 0, 40, 40), (0, 100, 0, 200, 100), crowd=[False, True])
    sure = found((0, 0, 0, 40, 40, 0.5), (0, 110, 10, 130, 30, 0.9), (0, 150, 50, 170, 70, 0.8))
    result = judged(objects, sure)
    assert result.metrics[MAP50] == pytest.approx(1.0)
    assert result.objects == 1


def test_pascal_voc_leaves_difficult_objects_out_and_coco_does_not():
    objects = truth((0, 0, 0, 40, 40), (0, 100, 0, 140, 40), difficult=[False, True])
    missed = judged(objects, found((0, 0, 0, 40, 40, 0.5)))
    assert missed.metrics[PASCAL] == 1.0
    assert missed.metrics[MAP50] == pytest.approx(51 / 101)  # recalls 0 to 0.5 of 0, 0.01 ... 1
    both = judged(objects, found((0, 0, 0, 40, 40, 0.5), (0, 100, 0, 140, 40, 0.9)))
    assert both.metrics[PASCAL] == 1.0


def test_the_area_of_the_record_says_whether_an_object_is_small():
    box = (0, 10, 10, 50, 50)  # 1600 pixels²
    result = judged(truth(box, areas=[900.0]), found((*box, 0.9)))
    assert result.metrics["DetectionBoxes_Precision/mAP (small)"] == pytest.approx(1.0)
    assert result.metrics["DetectionBoxes_Precision/mAP (medium)"] is None


def test_a_size_without_objects_is_told_as_such_and_is_null_in_json(tmp_path: Path):
    result = judged(truth((0, 10, 10, 50, 50)), found((0, 10, 10, 50, 50, 0.9)), ("hand", "face"))
    assert str(result) == "\n".join(
        [
            "1 images, 1 objects, 1 detections",
            "  DetectionBoxes_Precision/mAP             1.000",
            "  DetectionBoxes_Precision/mAP@.50IOU      1.000",
            "  DetectionBoxes_Precision/mAP@.75IOU      1.000",
            "  DetectionBoxes_Precision/mAP (small)     n/a (no small objects)",
            "  DetectionBoxes_Precision/mAP (medium)    1.000",
            "  DetectionBoxes_Precision/mAP (large)     n/a (no large objects)",
            "  DetectionBoxes_Recall/AR@1               1.000",
            "  DetectionBoxes_Recall/AR@10              1.000",
            "  DetectionBoxes_Recall/AR@100             1.000",
            "  DetectionBoxes_Recall/AR@100 (small)     n/a (no small objects)",
            "  DetectionBoxes_Recall/AR@100 (medium)    1.000",
            "  DetectionBoxes_Recall/AR@100 (large)     n/a (no large objects)",
            "  PascalBoxes_Precision/mAP@0.5IOU         1.000",
            "  class             objects    found     AP   AP50  AR100    VOC",
            "  hand                    1        1  1.000  1.000  1.000  1.000",
            "  face                    0        0    n/a    n/a    n/a    n/a",
        ]
    )
    assert "DetectionBoxes_Precision/mAP (small)" not in result.numbers() and len(result.numbers()) == 9
    write_json(result, tmp_path / "metrics.json", {"step": 7})
    stored = json.loads((tmp_path / "metrics.json").read_text())
    assert stored["step"] == 7 and stored["images"] == 1
    assert stored["metrics"]["DetectionBoxes_Precision/mAP (small)"] is None
    assert stored["classes"][1] == {
        "label": "face",
        "objects": 0,
        "detections": 0,
        **dict.fromkeys(("ap", "ap50", "ar", "pascal_ap50")),
    }


def test_no_detections_at_all_are_worth_nothing():
    result = judged(truth((0, 10, 10, 50, 50)), found())
    assert result.metrics[MAP] == 0.0 and result.metrics[PASCAL] == 0.0


def test_a_detection_on_an_image_without_objects_counts_against():
    truths = [truth((0, 0, 0, 40, 40)), truth()]
    founds = [found((0, 0, 0, 40, 40, 0.5)), found((0, 0, 0, 40, 40, 0.9))]
    assert judged(truths, founds).metrics[PASCAL] == 0.5


@pytest.mark.parametrize(
    "truths, told",
    [
        ([], "nothing to evaluate: there are no images"),
        (
            [truth(), truth((0, 1, 1, 9, 9), crowd=[True])],
            "nothing to evaluate: no object is marked on any of the 2 images\n"
            "  hint: does the label map name the classes of these records?",
        ),
    ],
)
def test_an_empty_evaluation_set_is_an_error(truths, told):
    with pytest.raises(BoxwrightError) as caught:
        evaluate(truths, [found() for _ in truths], ["hand"])
    assert str(caught.value) == told


@pytest.mark.parametrize(
    "detection, told",
    [
        ((3, 0, 0, 1, 1, 0.5), "detection classes: 3 to 3, expected 0 to 0 (1 labels)"),
        ((0, 0, 0, 1, 1, np.nan), "detection scores: not all are finite"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(detection, told):
    with pytest.raises(ValueError) as caught:
        judged(truth((0, 0, 0, 1, 1)), found(detection))
    assert str(caught.value) == told


def test_only_the_first_detection_of_an_object_is_a_hit():
    objects = truth((0, 0, 0, 40, 40), (0, 100, 0, 140, 40))
    sure = found((0, 0, 0, 40, 40, 0.9), (0, 1, 0, 40, 40, 0.8), (0, 100, 0, 140, 39, 0.7))
    line = curve([objects], [sure], 0)
    np.testing.assert_allclose(line.precision, [1, 1 / 2, 2 / 3])
    np.testing.assert_allclose(line.recall, [1 / 2, 1 / 2, 1])
    assert line.area() == pytest.approx(1 / 2 + 1 / 2 * 2 / 3)


def test_overlap_is_intersection_over_union():
    some = np.array([[0.0, 0, 2, 2], [5, 5, 5, 5]])
    np.testing.assert_allclose(overlap(some, np.array([[1.0, 1, 3, 3], [5, 5, 5, 5]])), [[1 / 7, 0], [0, 0]])


def test_curves_are_written_as_a_table_and_a_picture(tmp_path: Path):
    truths, founds = scene(2)
    result = judged(truths, founds, ("hand", "猫", "a class with a very long name indeed, as some have"))
    table, picture = write_curves(result, tmp_path / "new")
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(len(one.curve.scores) for one in result.classes)
    assert {row["label"] for row in rows} == {one.label for one in result.classes}
    assert all(0 <= float(row["precision"]) <= 1 and 0 <= float(row["recall"]) <= 1 for row in rows)
    with Image.open(picture) as drawn:
        assert drawn.format == "PNG" and len(set(drawn.convert("RGB").get_flattened_data())) > 20


def test_a_curve_of_very_many_detections_is_thinned_for_the_picture():
    boxes = [(0, 0, 0, 40, 40, score) for score in np.linspace(1, 0, 5000)]
    points = curve_points(curve([truth((0, 0, 0, 40, 40))], [found(*boxes)], 0))
    assert len(points) < 1700 and points[0] == (0.0, 1.0)
    assert points[-1] == (1.0, pytest.approx(1 / 5000))
