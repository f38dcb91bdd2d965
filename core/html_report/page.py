"""The page: one HTML file with everything in it, no script, no request to anywhere.

Its size is bounded: at most 24 + 48 + 12 small pictures, three large ones for each problem code, and a
scatter of at most 10,000 points: below 3 MB for photographs, and a line more for each class.
"""

import base64
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from pathlib import Path

import numpy as np
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from boxwright.core.errors import WriteError, located
from boxwright.core.html_report import answers
from boxwright.core.html_report.anchor_fit import LEAST_OVERLAP, Model, best_overlaps
from boxwright.core.html_report.answers import ONE_CELL, Answer, percent, plural
from boxwright.core.html_report.box_sample import BoxSizes
from boxwright.core.html_report.charts import hexadecimal
from boxwright.core.html_report.near_duplicates import NearDuplicates, near_duplicates
from boxwright.core.html_report.picture_hash import BITS
from boxwright.core.html_report.pictures import LARGE, SMALL, Picture, Pictures, heat_picture
from boxwright.core.html_report.sections import (
    SHOWN,
    Section,
    class_section,
    copy_section,
    count_section,
    position_section,
    size_section,
)
from boxwright.core.html_report.survey import Survey
from boxwright.core.images.box_drawing import Rgb, colour
from boxwright.core.inspect import Inspection
from boxwright.core.problems import RULES, Problem
from boxwright.core.schema import ImageRecord

TEMPLATE, STYLE = "page.html", "page.css"
MESSAGE = 300  # characters of a problem's message


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture and what stands below it."""

    picture: Picture
    title: str
    facts: str = ""


def write_report(found: Inspection, survey: Survey, model: Model, target: Path) -> int:
    """Write the page of an inspection whose records a survey has watched; returns its size in bytes.

    model    whose anchors the boxes are compared with
    raises   WriteError where the file cannot be written
    """
    data = page(found, survey, model).encode("utf-8", "backslashreplace")
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:  # under a temporary name first: a killed run leaves no half page under the real one
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        os.replace(draft, target)
    except OSError as error:
        fact = f"cannot write {target}: {error.strerror or error}"
        raise WriteError(fact, "--html names another file") from error
    finally:
        with suppress(OSError):
            draft.unlink()
    return len(data)


def page(found: Inspection, survey: Survey, model: Model) -> str:
    """The page as text; the same data gives the same text."""
    tally = found.tally
    labels = dict(sorted(tally.labels.items(), key=lambda item: (-item[1], item[0])))
    palette = {label: colour(number) for number, label in enumerate(sorted(labels))}
    pictures = Pictures(palette)
    near = near_duplicates(survey.files.items)
    sizes = survey.sample.sizes
    sections = [
        class_section(labels, survey, palette),
        count_section(survey),
        size_section(sizes, model, survey, palette),
        position_section(survey),
        Section("splits", "Splits", [*answers.split_answers(tally, survey.boxes_of, grouped=survey.grouped)]),
        copy_section(near, found, survey),
        Section("problems", "Problems", [*answers.problem_answers(tally)]),
    ]
    style = _packaged(STYLE)
    return (
        _environment()
        .get_template(TEMPLATE)
        .render(
            title=found.info.name or Path(found.path).name or found.path,
            found=found,
            facts=_facts(found),
            style=Markup(style),
            policy=_policy(style),
            sections={section.name: section for section in sections},
            summary=_summary(sections),
            model=model,
            sampled=len(sizes.labels) if len(sizes.labels) < survey.sample.seen else 0,
            rows=_label_rows(labels, survey, sizes, model, palette),
            shown=SHOWN,
            heat_maps=list(_heat_maps(labels, survey)),
            splits=_split_rows(found, survey),
            pairs=list(_pairs(near, pictures)),
            problems=list(_problems(found, survey, pictures)),
            sheet=[_figure(record, pictures) for record in survey.sheet.items],
            sheets=list(_sheets(labels, survey, pictures)),
        )
    )


def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_packaged),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _packaged(name: str) -> str:
    return (files("boxwright.core.html_report") / "template" / name).read_text("utf-8")


def _policy(style: str) -> str:
    """What a browser may load: pictures that stand in the page, and this very style; nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    rules = ("default-src 'none'", "img-src data:", f"style-src 'sha256-{digest}'")
    return "; ".join((*rules, "base-uri 'none'", "form-action 'none'"))


def _summary(sections: Sequence[Section]) -> list[tuple[str, Answer]]:
    """What deserves a look, warnings first, each with its section's name."""
    told = [(section.name, answer) for section in sections for answer in section.answers]
    warnings = [(name, answer) for name, answer in told if answer.kind == "warning"]
    return warnings + [(name, answer) for name, answer in told if answer.kind == "note"]


def _facts(found: Inspection) -> list[tuple[str, str]]:
    tally = found.tally
    counts = {
        "images": tally.images,
        "boxes": tally.boxes,
        "classes": len(tally.labels),
        "without boxes": tally.empty,
        "ignored regions": tally.ignored,
        "splits": len(tally.splits),
        "problems": sum(problem.count for problem in tally.problems.values()),
    }
    optional = ("ignored regions",)
    return [(f"{count:,}", name) for name, count in counts.items() if count or name not in optional]


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A line of the table of classes: counts, and how its boxes fit the model."""

    label: str
    colour: str
    boxes: int
    images: int
    median: str
    small: str
    unmet: str


def _label_rows(
    labels: Mapping[str, int], survey: Survey, sizes: BoxSizes, model: Model, palette: Mapping[str, Rgb]
) -> list[LabelRow]:
    sides = model.seen(sizes)
    squares, best = np.sqrt(sides.prod(axis=1)), best_overlaps(sides, model.shapes)

    def row(label: str) -> LabelRow:
        of = sizes.labels == survey.numbers[label]
        fit = ("–", "–", "–")
        if of.any():
            small, unmet = (squares[of] < ONE_CELL).mean(), (best[of] < LEAST_OVERLAP).mean()
            fit = (f"{np.median(squares[of]):.0f} px", percent(float(small)), percent(float(unmet)))
        counts = labels[label], survey.images_of_label[label]
        return LabelRow(label, hexadecimal(palette[label]), *counts, *fit)

    return [row(label) for label in labels]


def _heat_maps(labels: Mapping[str, int], survey: Survey) -> Iterator[Figure]:
    grids = survey.heat_maps.maps()
    if not len(grids):
        return
    yield Figure(heat_picture(grids.sum(axis=0)), "all classes", f"{survey.sample.seen:,} boxes")
    if len(labels) > 1:
        for label in islice(labels, SHOWN - 1):
            number = survey.numbers[label]
            if number < len(grids):
                yield Figure(heat_picture(grids[number]), label, plural(labels[label], "box", "boxes"))


def _split_rows(found: Inspection, survey: Survey) -> list[tuple[str, ...]]:
    tally = found.tally
    return [
        (
            split,
            f"{images:,}",
            percent(images / tally.images),
            f"{tally.boxes_by_split[split]:,}",
            f"{len(survey.groups.get(split, ())):,}",
        )
        for split, images in sorted(tally.splits.items())
    ]


def _pairs(near: NearDuplicates, pictures: Pictures) -> Iterator[tuple[str, list[Figure]]]:
    for pair in near.pairs:
        same = "the same file twice" if pair.bits is None else f"{pair.bits} of {BITS} bits apart"
        yield (
            same,
            [
                Figure(pictures.of_file(seen, SMALL), seen.path, seen.split or "")
                for seen in (pair.first, pair.second)
            ],
        )


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One kind of problem, with its first messages and pictures of what they are about."""

    code: str
    meaning: str
    effect: str
    count: int
    messages: list[str]
    figures: list[Figure]


def _problems(found: Inspection, survey: Survey, pictures: Pictures) -> Iterator[ProblemRow]:
    for (code, action), problems in sorted(found.tally.problems.items()):
        examples = [
            example for example in survey.problems.of_code.get(code, []) if example.problem.action == action
        ]
        yield ProblemRow(
            code=code,
            meaning=RULES[code].meaning,
            effect=problems.effect,
            count=problems.count,
            messages=[_message(problem) for problem in problems.examples],
            figures=[
                Figure(pictures.of_record(one.record, LARGE), one.record.path, one.problem.message[:MESSAGE])
                for one in examples
            ],
        )


def _message(problem: Problem) -> str:
    return f"{located(problem.path, problem.where)}: {problem.message}"[:MESSAGE]


def _sheets(
    labels: Mapping[str, int], survey: Survey, pictures: Pictures
) -> Iterator[tuple[str, list[Figure]]]:
    """A few images of each class, the rarest first: there mistakes weigh most."""
    if len(labels) > 1:
        for label in list(labels)[: -SHOWN - 1 : -1]:
            if label in survey.of_label:
                yield label, [_figure(record, pictures) for record in survey.of_label[label].items]


def _figure(record: ImageRecord, pictures: Pictures) -> Figure:
    size = "size unknown" if record.width is None else f"{record.width} x {record.height}"
    facts = (size, plural(len(record.boxes), "box", "boxes"), record.split)
    return Figure(pictures.of_record(record, SMALL), record.path, ", ".join(filter(None, facts)))
