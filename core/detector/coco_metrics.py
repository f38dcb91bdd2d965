"""COCO's twelve numbers, through the library that defines them.

Source: https://cocodataset.org/#detection-eval; the names are the OD API's.
faster-coco-eval gives the same numbers sooner and is taken where it is installed.
"""

import importlib.util
import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxwright.core.detector.judged import FoundObjects, Numbers, TrueObjects

# Axes of the library's arrays: precision (overlap, recall, class, size, limit), recall without the second.
OVERLAPS = {None: slice(None), 0.5: slice(0, 1), 0.75: slice(5, 6)}  # of 0.50, 0.55 ... 0.95
SIZES = {"all": 0, "small": 1, "medium": 2, "large": 3}  # by area: 32² and 96² pixels are the borders
LIMITS = {1: 0, 10: 1, 100: 2}  # detections of a class in an image, the best first
PRECISION, RECALL = "DetectionBoxes_Precision/mAP", "DetectionBoxes_Recall/AR"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CocoResult:
    """What COCO's procedure measured of C classes; -1 where a class has no object of that size.

    precision  (10, 101, C, 4, 3): by overlap, recall, class, size and number of detections
    recall     (10, C, 4, 3)
    """

    precision: Numbers
    recall: Numbers

    def average_precision(
        self, overlap: float | None = None, size: str = "all", label: int | slice = slice(None)
    ) -> float | None:
        """The mean over recalls, labels and, where none is given, overlaps; None: there are no objects."""
        return _mean(self.precision[OVERLAPS[overlap], :, label, SIZES[size], LIMITS[100]])

    def average_recall(
        self, limit: int = 100, size: str = "all", label: int | slice = slice(None)
    ) -> float | None:
        """The mean over overlaps and labels; None: there are no objects."""
        return _mean(self.recall[:, label, SIZES[size], LIMITS[limit]])


def twelve_numbers(result: CocoResult) -> dict[str, float | None]:
    """The numbers under the OD API's names and in its order; None: there are no objects of that size."""
    sizes = ("small", "medium", "large")
    return {
        PRECISION: result.average_precision(),
        f"{PRECISION}@.50IOU": result.average_precision(0.5),
        f"{PRECISION}@.75IOU": result.average_precision(0.75),
        **{f"{PRECISION} ({size})": result.average_precision(size=size) for size in sizes},
        **{f"{RECALL}@{limit}": result.average_recall(limit) for limit in LIMITS},
        **{f"{RECALL}@100 ({size})": result.average_recall(size=size) for size in sizes},
    }


def metric_names() -> tuple[str, ...]:
    """The names of the twelve numbers."""
    nothing = CocoResult(precision=np.full((10, 101, 1, 4, 3), -1.0), recall=np.full((10, 1, 4, 3), -1.0))
    return tuple(twelve_numbers(nothing))


def measure(
    truths: Sequence[TrueObjects], founds: Sequence[FoundObjects], classes: int, library: str | None = None
) -> CocoResult:
    """Let COCO's procedure judge detections, image by image.

    classes  how many there are
    library  faster_coco_eval or pycocotools; None: the first of them that is installed
    """
    with redirect_stdout(io.StringIO()):  # it tells its progress
        judge = prepared(truths, founds, classes, library=library)
        judge.evaluate()
        judge.accumulate()
    found: dict[str, Any] = judge.eval
    return CocoResult(
        precision=np.asarray(found["precision"], np.float64), recall=np.asarray(found["recall"], np.float64)
    )


def prepared(
    truths: Sequence[TrueObjects], founds: Sequence[FoundObjects], classes: int, *, library: str | None = None
) -> Any:
    """The library's judge of these detections, before it begins; arguments as of `measure`."""
    coco, evaluation = _library(library or _installed())
    pair = [_loaded(coco, rows, len(truths), classes) for rows in (_truth_rows(truths), _found_rows(founds))]
    return evaluation(*pair, "bbox")


def _installed() -> str:
    return "faster_coco_eval" if importlib.util.find_spec("faster_coco_eval") else "pycocotools"


def _library(name: str) -> tuple[Any, Any]:
    """The classes of a data set and of its evaluation."""
    if name == "faster_coco_eval":
        import faster_coco_eval

        return faster_coco_eval.COCO, faster_coco_eval.COCOeval_faster
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    return COCO, COCOeval


def _loaded(coco: Any, rows: list[dict[str, Any]], images: int, classes: int) -> Any:
    """A data set in the library's form; ids count from 1, because it takes 0 for none."""
    loaded = coco()
    loaded.dataset = {
        "info": {},
        "images": [{"id": number} for number in range(images)],
        "categories": [{"id": number, "name": str(number)} for number in range(1, classes + 1)],
        "annotations": [row | {"id": number} for number, row in enumerate(rows, start=1)],
    }
    loaded.createIndex()
    return loaded


def _truth_rows(truths: Sequence[TrueObjects]) -> list[dict[str, Any]]:
    return [
        row | {"area": float(area), "iscrowd": int(crowd)}
        for image, truth in enumerate(truths)
        for row, area, crowd in zip(_rows(image, truth), truth.areas, truth.crowd, strict=True)
    ]


def _found_rows(founds: Sequence[FoundObjects]) -> list[dict[str, Any]]:
    return [
        row | {"area": row["bbox"][2] * row["bbox"][3], "iscrowd": 0, "score": float(score)}
        for image, found in enumerate(founds)
        for row, score in zip(_rows(image, found), found.scores, strict=True)
    ]


def _rows(image: int, objects: TrueObjects | FoundObjects) -> list[dict[str, Any]]:
    """Image, category from 1, and box as x, y, width, height."""
    corners, ends = objects.boxes[:, :2], objects.boxes[:, 2:]
    boxes = np.concatenate([corners, ends - corners], axis=1).tolist()
    return [
        {"image_id": image, "category_id": number + 1, "bbox": box}
        for number, box in zip(objects.classes.tolist(), boxes, strict=True)
    ]


def _mean(values: NDArray[np.float64]) -> float | None:
    stated = values[values > -1]
    return float(stated.mean()) if stated.size else None
