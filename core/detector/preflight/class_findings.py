"""Classes that will not be learnt as they are: without objects, too small ones, or ones no anchor meets."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from boxwright.core.detector.preflight.findings import Finding, warning
from boxwright.core.detector.preflight.network_boxes import LEAST_SIDE, NetworkBoxes

# A class is told from this share of boxes that are too small; below it, it is what most data sets have.
TOLD_SMALL = 0.05
# A class is badly covered when more than a quarter of its objects has no anchor but a forced one.
LEAST_COVERED = 0.75
MOST_ROWS = 10  # of a table
NAME = 20  # characters of a class
ENOUGH = 0.05  # of a class' objects stay smaller than what is advised

Classes = NDArray[np.int64]


def unused_finding(classes: Classes, labels: Mapping[int, str]) -> Iterable[Finding]:
    """A warning that names the classes without a training object; labels by id from 1."""
    used = set(np.unique(classes).tolist())
    unused = [label for number, label in labels.items() if number not in used]
    if unused and len(classes):
        yield warning(
            f"{len(unused)} of {len(labels)} classes have no object in training: {', '.join(unused[:8])}"
            f"{', ...' if len(unused) > 8 else ''}",
            "boxwright convert --only leaves classes out; a stratified split shares them out",
        )


def size_finding(seen: NetworkBoxes, classes: Classes, labels: Mapping[int, str]) -> Iterable[Finding]:
    """A warning with the classes of which many objects are too small after resizing."""
    small = seen.too_small
    told = {label: of for label, of in _by_class(classes, labels).items() if small[of].mean() >= TOLD_SMALL}
    if not told:
        return
    height, width = seen.size
    rows = [
        f"{label[:NAME]:<{NAME}} {small[of].sum():>6} of {of.sum():>6}  {small[of].mean():>5.0%}"
        f"  median {np.median(seen.sides[of]):.0f} px"
        for label, of in sorted(told.items(), key=lambda item: -small[item[1]].mean())
    ]
    counted = f"{small.sum()} of {len(small)} boxes ({small.mean():.1%})"
    least_area = f"{LEAST_SIDE:.0f} x {LEAST_SIDE:.0f} pixels"
    fact = f"{counted} are below {least_area} once images are {width} x {height}"
    least = min(float(np.quantile(seen.sides[of], ENOUGH)) for of in told.values())
    yield warning(fact, _larger(least, max(seen.size)), rows, most=MOST_ROWS)


def coverage_finding(
    best: NDArray[np.float32],
    classes: Classes,
    labels: Mapping[int, str],
    *,
    threshold: float,
    advise: Callable[[NDArray[np.bool_]], str],
) -> Iterable[Finding]:
    """A warning with the classes that anchors meet badly.

    best       (B,) overlap of each object with its best anchor
    threshold  from which an anchor answers for an object
    advise     says what to change for some of the objects, (B,)
    """
    covered = best >= threshold
    of_class = _by_class(classes, labels)
    bad = {label: of for label, of in of_class.items() if covered[of].mean() < LEAST_COVERED}
    if not bad:
        return
    rows = [
        f"{label[:NAME]:<{NAME}} {covered[of].mean():>5.0%} of {of.sum():>6} covered"
        f"  mean best overlap {best[of].mean():.2f}"
        for label, of in sorted(bad.items(), key=lambda item: covered[item[1]].mean())
    ]
    counted = "1 class" if len(bad) == 1 else f"{len(bad)} classes"
    fact = f"anchors meet few objects of {counted}; an overlap of {threshold:g} counts"
    yield warning(fact, advise(np.any(list(bad.values()), axis=0)), rows, most=MOST_ROWS)


def _larger(least: float, side: int) -> str:
    """The advice to see images larger, so that a size of `least` pixels reaches LEAST_SIDE."""
    wanted = 32 * -(-side * LEAST_SIDE / max(least, 0.1) // 32)  # a multiple of the strides of most maps
    if wanted > 1024:  # twice what the largest SSDs of the model zoo take
        return "cut the images into tiles: no usual input size shows such objects"
    return f"an image_resizer of {wanted:.0f} x {wanted:.0f} pixels; --min-size of convert drops small boxes"


def _by_class(classes: Classes, labels: Mapping[int, str]) -> dict[str, NDArray[np.bool_]]:
    """Which of B objects are of a class, for each class that has some."""
    return {labels[number]: classes == number for number in np.unique(classes).tolist()}
