"""A conversion's report, whole, and within the columns of a terminal."""

import pytest

from boxwright.core.losses import Loss
from boxwright.core.problems import Problem
from boxwright.core.report import Report, counted, problem_lines, report_of, wrapped
from boxwright.core.schema import Box, Dataset, ImageRecord
from boxwright.core.tally import ProblemCount, Tally


def problem(where: str = "3", message: str = "[1, 2, 1, 4] has no area", path: str = "a.txt") -> Problem:
    return Problem(code="box_empty", path=path, where=where, message=message, action="skip")


def found(count: int, *examples: Problem) -> ProblemCount:
    return ProblemCount(count=count, effect="box dropped", examples=list(examples))


def test_a_report_tells_all_there_is_to_tell():
    report = Report(
        source="in",
        target="out",
        format="coco",
        images=10,
        boxes=25,
        ignored=4,
        negatives=2,
        labels={"hand": 20, "face": 5},
        splits={"train": 8, "val": 2},
        problems={
            ("box_empty", "skip"): found(12, problem(), problem("object[1]"), problem("")),
            ("box_empty", "keep"): ProblemCount(count=1, effect="kept", examples=[problem("7")]),
        },
        losses=[Loss(field="score", count=3, reason="coco has no place for it")],
        dropped={"small boxes": 7, "boxes of other labels": 9, "images not sampled": 0},
        skipped=1,
    )
    assert str(report) == (
        "in -> out (coco): 10 images, 25 boxes\n"
        "  labels: hand 20, face 5\n"
        "  splits: train 8, val 2\n"
        "  negatives: 2 images without boxes\n"
        "  ignored regions: 4\n"
        "  left out: 9 boxes of other labels\n"
        "  left out: 7 small boxes\n"
        "  skipped: 1 images without readable pixels\n"
        "  problems: 13\n"
        "          1  box_empty: kept\n"
        "             a.txt:7: [1, 2, 1, 4] has no area\n"
        "         12  box_empty: box dropped\n"
        "             a.txt:3: [1, 2, 1, 4] has no area\n"
        "             a.txt: object[1]: [1, 2, 1, 4] has no area\n"
        "             a.txt: [1, 2, 1, 4] has no area\n"
        "             and 9 more; --problems FILE writes them all\n"
        "  lost: 3 score: coco has no place for it"
    )


def test_a_report_of_nothing_special_is_short():
    report = Report(source="in", target="out", format="coco", images=1, boxes=2, labels={"hand": 2})
    assert str(report) == "in -> out (coco): 1 images, 2 boxes\n  labels: hand 2\n  problems: none"


def test_a_finished_target_is_one_line():
    fact = "finished already, from the same source with the same options; nothing to do"
    assert str(Report(source="in", target="out", format="coco", unchanged=True)) == f"out: {fact}"


def test_a_report_of_a_tally_holds_its_counts():
    tally = Tally(keeps=frozenset(), adapter="coco")
    boxes = tuple(Box(label=label, x_min=0, y_min=0, x_max=1, y_max=1) for label in ("face", "hand", "hand"))
    records = [
        ImageRecord(path="a", width=9, height=9, boxes=boxes, ignored=boxes[:1], split="val"),
        ImageRecord(path="b", width=9, height=9, split="train"),
    ]
    list(tally.counting(Dataset(None, lambda: iter(records))))
    tally.problem(problem())
    report = report_of(tally, source="in", target="out", format="coco", skipped=5, dropped={"x": 1})
    assert (report.images, report.boxes, report.ignored, report.negatives) == (2, 3, 1, 1)
    assert list(report.labels.items()) == [("hand", 2), ("face", 1)]
    assert report.splits == {"val": 1, "train": 1}
    assert report.problems == {("box_empty", "skip"): found(1, problem())}
    assert [loss.field for loss in report.losses] == ["ignored", "split"]
    assert (report.skipped, report.dropped) == (5, {"x": 1})


def test_no_line_but_the_first_is_wider_than_a_terminal():
    labels = {f"a label of several words {number}": 10**6 for number in range(12)}
    problems = {("box_empty", "skip"): found(10**6, problem(message="[1, 2, 1, 4] has no area " * 9))}
    loss = Loss(field="attributes", count=10**6, reason="a reason that takes its time to be told " * 3)
    report = Report(
        source="s" * 50, target="t" * 50, format="coco", labels=labels, problems=problems, losses=[loss]
    )
    _, *others = str(report).splitlines()
    assert len(others) > 10 and max(map(len, others)) <= 80


def test_a_long_line_goes_on_further_in():
    line = "  lost: " + "word " * 20
    assert list(wrapped([line, "  next"])) == [
        "  lost: " + "word " * 13 + "word",
        "      " + "word " * 5 + "word",
        "  next",
    ]


def test_a_long_word_stays_whole_so_that_it_can_be_copied():
    name = "a-very/" * 15 + "long-name.jpg"
    assert list(wrapped([f"    {name}: is empty"])) == [f"    {name}:", "        is empty"]


@pytest.mark.parametrize("message", ["two\nlines", "a\ttab", "a\rreturn"])
def test_a_message_stays_on_its_line(message: str):
    lines = list(
        wrapped(problem_lines({("box_empty", "skip"): found(1, problem(message=message))}, imageless=False))
    )
    assert len(lines) == 3 and lines[2].split(": ")[1].split()[0] == message.split()[0]
    assert not set("\n\t\r") & set("".join(lines))


@pytest.mark.parametrize("imageless", [True, False])
def test_a_data_set_without_any_image_gets_a_hint(imageless: bool):
    problems = {("missing_image", "keep"): found(2, problem())}
    report = Report(source="in", target="out", format="coco", problems=problems, imageless=imageless)
    assert ("where are the images?" in str(report)) is imageless


def test_no_problems_are_told_too():
    assert list(problem_lines({}, imageless=False)) == ["  problems: none"]


@pytest.mark.parametrize(
    "count, text", [(0, ""), (2, "l0 0, l1 1"), (3, "l0 0, l1 1, l2 2"), (5, "l0 0, l1 1, l2 2 and 2 more")]
)
def test_counts_are_cut_after_the_first(count: int, text: str):
    assert counted({f"l{number}": number for number in range(count)}, most=3) == text
