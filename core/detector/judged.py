"""One image's objects and detections, as evaluation takes them: NumPy arrays, boxes in pixels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Classes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrueObjects:
    """The G objects of an image.

    boxes      (G, 4): x_min, y_min, x_max, y_max in pixels of the stored image
    classes    (G,): from 0, without background
    areas      (G,): pixels², of the object's mask where the record states it; they tell small from large
    crowd      (G,): a region of many objects; what is found in it counts neither for nor against
    difficult  (G,): not asked for by Pascal VOC; COCO has no such flag and asks for it
    """

    boxes: Numbers
    classes: Classes
    areas: Numbers
    crowd: Flags
    difficult: Flags


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoundObjects:
    """The D detections of an image, in any order.

    boxes    (D, 4): x_min, y_min, x_max, y_max in pixels of the stored image
    scores   (D,): finite
    classes  (D,): from 0, without background
    """

    boxes: Numbers
    scores: Numbers
    classes: Classes


def true_objects(
    boxes: Any,
    classes: Any,
    size: tuple[float, float],
    *,
    areas: Any = None,
    crowd: Any = None,
    difficult: Any = None,
) -> TrueObjects:
    """An image's objects from arrays as records and batches hold them, without padding.

    boxes    (G, 4): y_min, x_min, y_max, x_max in [0, 1]
    classes  (G,) integer: from 0
    size     height and width of the stored image in pixels
    areas    (G,): pixels²; None: those of the boxes
    """
    edges = in_pixels(boxes, size)
    nothing = np.zeros(len(edges), np.bool_)
    return TrueObjects(
        boxes=edges,
        classes=np.asarray(classes, np.int64).reshape(-1),
        areas=box_areas(edges) if areas is None else np.asarray(areas, np.float64).reshape(-1),
        crowd=nothing if crowd is None else np.asarray(crowd, np.bool_).reshape(-1),
        difficult=nothing if difficult is None else np.asarray(difficult, np.bool_).reshape(-1),
    )


def found_objects(boxes: Any, scores: Any, classes: Any, size: tuple[float, float]) -> FoundObjects:
    """An image's detections as post-processing returns them, without padding.

    boxes    (D, 4): y_min, x_min, y_max, x_max in [0, 1]
    scores   (D,)
    classes  (D,): from 0
    size     height and width of the stored image in pixels
    """
    return FoundObjects(
        boxes=in_pixels(boxes, size),
        scores=np.asarray(scores, np.float64).reshape(-1),
        classes=np.asarray(classes).astype(np.int64).reshape(-1),
    )


def in_pixels(boxes: Any, size: tuple[float, float]) -> Numbers:
    """Boxes y_min, x_min, y_max, x_max in [0, 1] as x_min, y_min, x_max, y_max in pixels: (N, 4) float64."""
    height, width = size
    edges = np.asarray(boxes, np.float64).reshape(-1, 4)[:, [1, 0, 3, 2]]
    return edges * np.array([width, height, width, height], np.float64)


def box_areas(boxes: Numbers) -> Numbers:
    """Areas (N,) of boxes (N, 4) in pixels."""
    sides = boxes[:, 2:] - boxes[:, :2]
    return np.asarray(np.prod(np.maximum(sides, 0.0), axis=1), np.float64)


def check(truth: TrueObjects, found: FoundObjects, classes: int) -> None:
    """Raise ValueError where arrays of an image do not belong together or a number is none."""
    _check_arrays("object", {name: getattr(truth, name) for name in TrueObjects.__slots__}, classes)
    _check_arrays("detection", {name: getattr(found, name) for name in FoundObjects.__slots__}, classes)


def _check_arrays(what: str, arrays: Mapping[str, NDArray[Any]], classes: int) -> None:
    count = len(arrays["classes"])
    for name, values in arrays.items():
        shape = (count, 4) if name == "boxes" else (count,)
        if values.shape != shape:
            raise ValueError(f"{what} {name}: shape {values.shape}, expected {shape}")
        if not np.isfinite(values).all():
            raise ValueError(f"{what} {name}: not all are finite")
    numbers = arrays["classes"]
    if count and not 0 <= numbers.min() <= numbers.max() < classes:
        stated = f"{numbers.min()} to {numbers.max()}"
        raise ValueError(f"{what} classes: {stated}, expected 0 to {classes - 1} ({classes} labels)")
