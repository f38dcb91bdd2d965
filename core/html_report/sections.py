"""The parts of the page that have charts: each with what it says in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from boxwright.core.html_report import answers
from boxwright.core.html_report.anchor_fit import Model, best_overlaps
from boxwright.core.html_report.answers import Answer, plural
from boxwright.core.html_report.box_sample import BoxSizes
from boxwright.core.html_report.charts import Bar, Points, bars, histogram, scatter
from boxwright.core.html_report.heat_map import middle_share
from boxwright.core.html_report.near_duplicates import NearDuplicates
from boxwright.core.html_report.survey import Survey
from boxwright.core.images.box_drawing import Rgb
from boxwright.core.inspect import Inspection

SHOWN = 12  # classes that are shown at once; the others are folded away or left out, and counted
MOST_POINTS = 10_000  # in the scatter, some 10 bytes each: more only overlap
COLUMNS = 24  # at most, of a histogram: wide enough to touch on a phone


@dataclass(slots=True)
class Section:
    """A part of the page: what it says in words, then its charts."""

    name: str
    title: str
    answers: list[Answer]
    charts: list[tuple[str, Markup]] = field(default_factory=list)


def class_section(labels: Mapping[str, int], survey: Survey, palette: Mapping[str, Rgb]) -> Section:
    """How many boxes and images each class has."""
    section = Section("classes", "Classes", [*answers.class_answers(labels, survey.images_of_label)])
    rows = [
        Bar(
            label,
            count,
            f"{plural(count, 'box', 'boxes')}, {plural(survey.images_of_label[label], 'image')}",
            palette[label],
        )
        for label, count in islice(labels.items(), SHOWN)
    ]
    if rows:
        section.charts.append(("Boxes of each class", bars("classes", "Boxes of each class", rows)))
    return section


def count_section(survey: Survey) -> Section:
    """How many boxes images have."""
    section = Section("counts", "Boxes per image", [*answers.count_answers(survey.images_with)])
    most = max(survey.images_with, default=0)
    step = -(-(most + 1) // COLUMNS)
    counts = [0] * (most // step + 1)
    for number, images in survey.images_with.items():
        counts[number // step] += images
    every = max(len(counts) // 6, 1)
    ticks = [(place + 0.5, str(place * step)) for place in range(0, len(counts), every)]
    axis = "boxes in an image" if step == 1 else f"boxes in an image, from; columns of {step}"
    title = "Images by their number of boxes"
    section.charts.append((title, histogram("counts", title, counts, ticks, axis)))
    return section


def size_section(sizes: BoxSizes, model: Model, survey: Survey, palette: Mapping[str, Rgb]) -> Section:
    """Widths, heights and aspect ratios on the network's image, and its anchors."""
    sides = model.seen(sizes)
    height, width = model.size
    best = best_overlaps(sides, model.shapes)
    told = [
        *answers.size_answers(sides, height, width, model.name),
        *answers.anchor_answers(best, model.name),
    ]
    if survey.unsized:
        told.append(Answer("note", f"{plural(survey.unsized, 'image')} of unknown size: left out here."))
    section = Section("sizes", "Sizes and anchors", told)
    if not len(sides):
        return section
    names = {number: label for label, number in survey.numbers.items()}
    step = max(-(-len(sides) // MOST_POINTS), 1)
    shown, of = sides[::step], sizes.labels[::step]
    points = [Points(shown[of == number], palette[names[number]]) for number in np.unique(of).tolist()]
    title = "Widths and heights as the network sees them; squares are its anchors"
    described = f"median {np.median(sides[:, 0]):.0f} x {np.median(sides[:, 1]):.0f} pixels"
    chart = scatter("scatter", title, described, points, model.shapes, max(height, width))
    section.charts.append((title, chart))
    section.charts += _size_histograms(sides, max(height, width))
    return section


def _size_histograms(sides: NDArray[np.float32], side: int) -> Iterator[tuple[str, Markup]]:
    powers = np.arange(1, np.ceil(np.log2(side)) + 0.01, 0.5)  # columns of half a doubling
    middle = np.sqrt(sides.prod(axis=1)).clip(2, 2 ** powers[-1] * 0.999)
    counts = np.histogram(np.log2(middle), powers)[0].tolist()
    ticks = [(float(2 * (power - 1)), f"{2**power:.0f}") for power in powers[::2]]
    title = "Sizes of boxes in the network's pixels"
    axis = "side of a square of the box's area"
    yield title, histogram("sizes", title, counts, ticks, axis)
    ratio = np.log2(np.maximum(sides[:, 0], 1e-3) / np.maximum(sides[:, 1], 1e-3)).clip(-3, 2.999)
    counts = np.histogram(ratio, np.arange(-3, 3.01, 0.5))[0].tolist()
    words = ((0, "1:8"), (2, "1:4"), (4, "1:2"), (6, "1:1"), (8, "2:1"), (10, "4:1"), (12, "8:1"))
    title = "Aspect ratios on the network's image"
    yield title, histogram("ratios", title, counts, words, "width : height")


def position_section(survey: Survey) -> Section:
    """Whether objects are everywhere on their images."""
    grids = survey.heat_maps.maps()
    told = [*answers.position_answers(middle_share(grids.sum(axis=0)))] if len(grids) else []
    return Section("positions", "Where objects are", told)


def copy_section(near: NearDuplicates, found: Inspection, survey: Survey) -> Section:
    """Which images are nearly the same."""
    told = answers.near_answers(near, found.tally.splits, found.tally.images, grouped=survey.grouped)
    return Section("copies", "Near copies", [*told])
