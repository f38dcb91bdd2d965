"""Precision and recall of each class as a picture and as a table."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from boxwright.core.detector.average_precision import LEAST_OVERLAP, Curve
from boxwright.core.detector.evaluate import ClassResult, Evaluation, shown
from boxwright.core.images.box_drawing import COLOURS, INK, Rgb, colour
from boxwright.core.images.sheet_text import elided, written

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

CSV_NAME, PNG_NAME = "precision_recall.csv", "precision_recall.png"
COLUMNS = ("label", "score", "precision", "recall")

PAPER, GRID = (255, 255, 255), (226, 226, 224)
SIDE, LEFT, TOP, BELOW, LEGEND = 420, 64, 60, 54, 230  # pixels: the plot's square and what is around it
TEXT, FINER = 13, 3  # a text's height in pixels; curves are drawn so much larger, then shrunk
MOST_SHOWN = len(COLOURS)  # curves of the first colours are told apart by eye; the table holds all

Point = tuple[float, float]


def write_curves(evaluation: Evaluation, folder: Path) -> tuple[Path, Path]:
    """Write the table and the picture; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    table, picture = folder / CSV_NAME, folder / PNG_NAME
    _write_table(evaluation.classes, table)
    draw_curves(evaluation.classes).save(picture, format="PNG")
    return table, picture


def _write_table(classes: Sequence[ClassResult], target: Path) -> None:
    """A row for each detection: from here to better ones, so many are hits, and so many objects are found."""
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for found in classes:
            curve = found.curve
            rows = zip(curve.scores, curve.precision, curve.recall, strict=True)
            writer.writerows([found.label, *(f"{value:.6f}" for value in row)] for row in rows)


def draw_curves(classes: Sequence[ClassResult]) -> "Image":
    """A plot of precision over recall; those with most objects where there are too many to tell apart."""
    from PIL import Image, ImageDraw

    ordered = sorted(classes, key=lambda found: -found.objects)[:MOST_SHOWN]
    page = Image.new("RGB", (LEFT + SIDE + LEGEND, TOP + SIDE + BELOW), PAPER)
    draw = ImageDraw.Draw(page)
    _axes(draw)
    _words(draw, (LEFT, 18), f"Precision and recall at {LEAST_OVERLAP:.2f} IoU", "lm", TEXT + 2)
    for number, found in enumerate(ordered):
        _paint(page, found.curve, colour(number))
        _entry(draw, number, found)
    if rest := len(classes) - len(ordered):
        _words(draw, _entry_place(len(ordered)), f"and {rest} more classes", "lm")
    return page


def _axes(draw: "ImageDraw") -> None:
    for share in np.linspace(0, 1, 6):
        x, y = _place((share, share))
        draw.line((x, TOP, x, TOP + SIDE), GRID)
        draw.line((LEFT, y, LEFT + SIDE, y), GRID)
        _words(draw, (x, TOP + SIDE + 12), f"{share:.1f}", "mm")
        _words(draw, (LEFT - 8, y), f"{share:.1f}", "rm")
    draw.rectangle((LEFT, TOP, LEFT + SIDE, TOP + SIDE), outline=INK)
    _words(draw, (LEFT + SIDE / 2, TOP + SIDE + 34), "recall", "mm")
    _words(draw, (8, TOP - 18), "precision", "lm")


def _paint(page: "Image", curve: Curve, ink: Rgb) -> None:
    """Draw a smooth line through the curve's points."""
    from PIL import Image, ImageDraw

    points = [((x - LEFT) * FINER, (y - TOP) * FINER) for x, y in map(_place, curve_points(curve))]
    mask = Image.new("L", ((SIDE + 1) * FINER, (SIDE + 1) * FINER))
    if len(points) > 1:
        ImageDraw.Draw(mask).line(points, fill=255, width=2 * FINER, joint="curve")
    page.paste(ink, (LEFT, TOP), mask.reduce(FINER))


def curve_points(curve: Curve) -> list[Point]:
    """Recall and precision from the best detection on; no more points than pixels can show."""
    if not curve.objects or not len(curve.scores):
        return []
    chosen = np.unique(np.linspace(0, len(curve.scores) - 1, 4 * SIDE).round().astype(int))
    points = list(zip(curve.recall[chosen].tolist(), curve.precision[chosen].tolist(), strict=True))
    return [(0.0, points[0][1]), *points]


def _place(point: Point) -> Point:
    recall, precision = point
    return LEFT + SIDE * recall, TOP + SIDE * (1 - precision)


def _entry(draw: "ImageDraw", number: int, found: ClassResult) -> None:
    x, y = _entry_place(number)
    draw.rectangle((x, y - 6, x + 12, y + 6), colour(number))
    name, font = elided(found.label, TEXT, LEGEND - 130)
    draw.text((x + 20, y), name, INK, font, anchor="lm")
    words = "no objects" if found.pascal_ap50 is None else f"AP {shown(found.pascal_ap50)}"
    _words(draw, (LEFT + SIDE + LEGEND - 12, y), words, "rm")


def _entry_place(number: int) -> Point:
    return LEFT + SIDE + 20, TOP + 10 + number * 24


def _words(draw: "ImageDraw", place: Point, words: str, anchor: str, size: int = TEXT) -> None:
    text, font = written(words, size)
    draw.text(place, text, INK, font, anchor=anchor)
