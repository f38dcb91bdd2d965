"""What a conversion did, as values and as a text for a terminal 80 columns wide."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from boxwright.core.describe import WIDTH
from boxwright.core.errors import located
from boxwright.core.losses import Loss
from boxwright.core.problems import Problem
from boxwright.core.tally import ProblemCount, Tally

NO_IMAGES_HINT = "where are the images? If the format has the option, tell it: --option images=DIR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Counts, problems and losses of one conversion.

    labels, splits   name to number of boxes, of images
    problems         (code, action) to count, effect and examples
    losses           what the target cannot hold
    dropped          what transforms left out, by reason
    skipped          images left out because the target needs pixels and theirs are missing or damaged
    imageless        images were missing, and not one was there
    unchanged        the target was finished already; nothing was done
    """

    source: str
    target: str
    format: str
    images: int = 0
    boxes: int = 0
    ignored: int = 0
    negatives: int = 0
    labels: Mapping[str, int] = field(default_factory=dict)
    splits: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[tuple[str, str], ProblemCount] = field(default_factory=dict)
    losses: Sequence[Loss] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    skipped: int = 0
    imageless: bool = False
    unchanged: bool = False

    def __str__(self) -> str:
        if self.unchanged:
            return (
                f"{self.target}: finished already, from the same source with the same options; nothing to do"
            )
        counts = f"{self.source} -> {self.target} ({self.format}): {self.images} images, {self.boxes} boxes"
        return "\n".join([counts, *wrapped(self._lines())])

    def _lines(self) -> Iterable[str]:
        yield from contents(self.labels, self.splits, self.negatives, self.ignored)
        yield from (
            f"  left out: {count} {reason}" for reason, count in sorted(self.dropped.items()) if count
        )
        if self.skipped:
            yield f"  skipped: {self.skipped} images without readable pixels"
        yield from problem_lines(self.problems, imageless=self.imageless)
        yield from (f"  lost: {loss}" for loss in self.losses)


def report_of(tally: Tally, **facts: Any) -> Report:
    """A report of what a tally counted; `facts` are the Report's other fields."""
    return Report(
        images=tally.images,
        boxes=tally.boxes,
        ignored=tally.ignored,
        negatives=tally.empty,
        labels=dict(tally.labels.most_common()),
        splits=dict(tally.splits),
        problems=dict(tally.problems),
        losses=tuple(tally.losses),
        imageless=tally.imageless,
        **facts,
    )


def contents(
    labels: Mapping[str, int], splits: Mapping[str, int], negatives: int, ignored: int
) -> Iterable[str]:
    """Lines that say what is in a data set beyond its numbers of images and boxes."""
    if labels:
        yield f"  labels: {counted(labels)}"
    if splits:
        yield f"  splits: {counted(dict(sorted(splits.items())))}"
    if negatives:
        yield f"  negatives: {negatives} images without boxes"
    if ignored:
        yield f"  ignored regions: {ignored}"


def wrapped(lines: Iterable[str], further: int = 4) -> Iterable[str]:
    """Lines of at most 80 columns: what a longer one goes on with is indented further; no word is cut."""
    for line in lines:
        text = line.lstrip(" ")
        indent = line[: len(line) - len(text)]
        yield from textwrap.wrap(
            text,
            WIDTH,
            initial_indent=indent,
            subsequent_indent=indent + further * " ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def problem_lines(problems: Mapping[tuple[str, str], ProblemCount], *, imageless: bool) -> Iterable[str]:
    """A table of problems by code, each with its first examples.

    imageless   whether to ask where the images are
    """
    if not problems:
        yield "  problems: none"
        return
    yield f"  problems: {sum(found.count for found in problems.values())}"
    for (code, _), found in sorted(problems.items()):
        yield f"    {found.count:>7}  {code}: {found.effect}"
        yield from (f"             {_example(problem)}" for problem in found.examples)
        if (more := found.count - len(found.examples)) > 0:
            yield f"             and {more} more; --problems FILE writes them all"
        if code == "missing_image" and imageless:
            yield f"             {NO_IMAGES_HINT}"


def _example(problem: Problem) -> str:
    return f"{located(problem.path, problem.where)}: {problem.message}"


def counted(counts: Mapping[str, int], most: int = 12) -> str:
    """`hand 14884, face 12`, cut after the first `most`."""
    shown = [f"{name} {count}" for name, count in list(counts.items())[:most]]
    rest = len(counts) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")
