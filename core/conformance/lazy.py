"""Checks that a data set is never held as a whole: reading starts at once and memory stays bounded."""

import gc
import tracemalloc
from collections import deque
from collections.abc import Callable
from pathlib import Path

from boxwright.core.conformance.fault import Fault
from boxwright.core.conformance.file_events import below, opened_files
from boxwright.core.conformance.own_data import annotation_files, data_of
from boxwright.core.conformance.passes import Trial, context, opened, scanned
from boxwright.core.images.image_header import IMAGE_EXTENSIONS

FEW, MANY = 4, 16  # images; what read() opens for these must be the same, but for a look at the first ones
PEEK = 4  # annotation files that finding the data set may take more
# Of each image in the memory check: they outweigh whatever is kept for an image's name.
BOXES, VERTICES = 24, 8
VERTICES_OF_FEW = 40  # a vertex weighs a tenth of a box
SHARE = 0.5  # of the records' weight: one that streams needs next to nothing more


def laziness(trial: Trial) -> None:
    """`read` finds the data set and opens no image; the work is in the scan, record by record."""
    if trial.sample is not None:
        _check_images(trial, *_opened_by_read(trial, "sample"))
        return
    few, _ = _opened_by_read(trial, "few", FEW)
    many, data = _opened_by_read(trial, "many", MANY)
    _check_images(trial, many, data)
    if len(many) > len(few) + PEEK:
        raise Fault(
            "read opens a file for every image",
            expected=f"as many files for {MANY} images as for {FEW}: {len(few)}",
            found=f"{len(many)}, such as {Path(many[-1]).relative_to(data)}",
            look="read: what belongs to one image is opened in scan",
        )
    _check_scan(trial, data)


def _opened_by_read(trial: Trial, name: str, count: int = 1) -> tuple[list[str], Path]:
    data = data_of(trial, name, count=count)
    with opened_files() as found:
        opened(trial.adapter, trial.limits, data)
    return below(data, found), data


def _check_images(trial: Trial, found: list[str], data: Path) -> None:
    images = [name for name in found if Path(name).suffix.lower() in IMAGE_EXTENSIONS]
    if images:
        raise Fault(
            "read opens an image",
            expected="no image is opened before the scan",
            found=str(Path(images[0]).relative_to(data)),
            look="read: sizes are read in scan, by context.frame",
        )


def _check_scan(trial: Trial, data: Path) -> None:
    """The first record comes before the files of all others are opened."""
    files = annotation_files(data)
    if len(files) < MANY:
        return  # not a file for each image
    source = opened(trial.adapter, trial.limits, data)
    with opened_files() as found:
        scan = iter(source.scan(context(source, [])))
        next(scan)
    touched = len(below(data, found))
    if touched > len(files) / 2:
        raise Fault(
            "the first record comes when all files are read",
            expected="the first files of the data set are opened for the first record",
            found=f"{touched} of its files were opened",
            look="scan: yield each record as soon as its file is read",
        )


def memory(trial: Trial) -> None:
    """A pass holds one record at a time, and `read` none: more images do not need more memory."""
    if trial.sample is not None or not trial.limits.streams:
        return
    few, many = _Weighed(trial, FEW), _Weighed(trial, MANY)
    most = SHARE * (many.records - few.records)
    for what, found, look in (
        ("read keeps records", many.source - few.source, "read: parse in scan"),
        ("a pass keeps its records", many.peak - few.peak, "scan: yield each record and forget it"),
    ):
        if found > most:
            raise Fault(
                f"memory grows with the data set: {what}",
                expected=f"at most {most / 1000:.0f} KB for {MANY - FEW} more images, half their weight",
                found=f"{found / 1000:.0f} KB",
                look=f"{look}; a file that must be parsed as a whole is stated: Limits(streams=False)",
            )


class _Weighed:
    """Bytes that so many images need: all their records, what `read` returns, a pass at its peak."""

    def __init__(self, trial: Trial, images: int) -> None:
        data = _heavy(trial, images)
        source = opened(trial.adapter, trial.limits, data)
        scanned(source)  # imports and caches of the first time are not the data set's
        self.records = _weight(lambda: scanned(source).records)
        self.peak = _peak(lambda: deque(source.scan(context(source, [])), maxlen=0))
        self.source = _weight(lambda: opened(trial.adapter, trial.limits, data))


def _heavy(trial: Trial, images: int) -> Path:
    """Records that weigh more than whatever is kept for each image's name."""
    try:
        return data_of(trial, f"heavy{images}", count=images, boxes=BOXES, vertices=VERTICES)
    except Fault:  # it has each label once in an image: fewer boxes, with longer outlines
        boxes = max(1, len(trial.limits.labels))
        vertices = BOXES * VERTICES_OF_FEW // boxes
        return data_of(trial, f"outlines{images}", count=images, boxes=boxes, vertices=vertices)


def _weight(make: Callable[[], object]) -> int:
    """Bytes that the result holds."""
    gc.collect()
    tracemalloc.start()
    try:
        result = make()
        gc.collect()
        size = tracemalloc.get_traced_memory()[0]
        del result
    finally:
        tracemalloc.stop()
    return size


def _peak(run: Callable[[], object]) -> int:
    """Most bytes that were held at a time."""
    gc.collect()
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
