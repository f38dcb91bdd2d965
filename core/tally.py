"""Counting what passes through a conversion: images, boxes, labels, splits, problems, losses."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from boxwright.core.adapter import BOX_FIELDS, KEEPABLE, RECORD_FIELDS
from boxwright.core.losses import NOTHING, Losses
from boxwright.core.problems import Policy, Problem
from boxwright.core.reporter import Reporter
from boxwright.core.schema import Box, Dataset, ImageRecord

EXAMPLES = 3  # problems of each code that are kept to be shown


@dataclass(slots=True)
class Range:
    """Least, mean and greatest of the numbers seen."""

    count: int = 0
    least: float = float("inf")
    greatest: float = float("-inf")
    total: float = 0.0

    def add(self, *values: float) -> None:
        """Take in some numbers."""
        self.count += len(values)
        self.total += sum(values)
        self.least = min(self.least, *values)
        self.greatest = max(self.greatest, *values)

    def as_dict(self) -> dict[str, float] | None:
        """`{"least": …, "mean": …, "greatest": …}`, or None when nothing was seen."""
        if not self.count:
            return None
        mean = round(self.total / self.count, 3)
        return {"least": self.least, "mean": mean, "greatest": self.greatest}


@dataclass(slots=True)
class ProblemCount:
    """How often a problem code came up with one effect, and its first examples."""

    count: int = 0
    effect: str = ""
    examples: list[Problem] = field(default_factory=list)


class Tally:
    """What one pass saw; it starts at zero again with each pass.

    keeps        the target's fields that survive; None: nothing is written, nothing is lost
    on_problem   gets every problem of the first counted pass
    """

    def __init__(
        self,
        *,
        policy: Policy | None = None,
        keeps: frozenset[str] | None = None,
        adapter: str = "",
        losses: Losses | None = None,
        on_problem: Callable[[Problem], None] | None = None,
    ) -> None:
        self._reporter = Reporter(root=Path(), policy=policy or Policy(), sink=self.problem)
        lost = frozenset() if keeps is None else KEEPABLE - keeps
        self._lost_of_record = tuple(name for name in RECORD_FIELDS if name in lost)
        self._lost_of_box = tuple(name for name in BOX_FIELDS if name in lost)
        self._reason = f"{adapter} has no place for it"
        self.losses = losses or Losses()
        self._on_problem = on_problem
        self._passes = 0
        self._skipped = False
        self._clear()

    def _clear(self) -> None:
        self.images = self.boxes = self.ignored = self.empty = 0
        self.image_found = False
        self.labels: Counter[str] = Counter()
        self.splits: Counter[str] = Counter()
        self.boxes_by_split: Counter[str] = Counter()
        self.widths, self.heights = Range(), Range()
        self.box_widths, self.box_heights, self.boxes_per_image = Range(), Range(), Range()
        self.problems: dict[tuple[str, str], ProblemCount] = {}
        self._split_of_group: dict[str, str] = {}
        self.overlapping_groups: set[str] = set()
        self.losses.clear()

    def problem(self, problem: Problem) -> None:
        """Count a problem; during the first counted pass, hand it on too."""
        found = self.problems.setdefault((problem.code, problem.action), ProblemCount(effect=problem.effect))
        found.count += 1
        if found.count <= EXAMPLES:
            found.examples.append(problem)
        if self._passes == 1 and self._on_problem:
            self._on_problem(problem)

    @property
    def imageless(self) -> bool:
        """Whether images were missing and not one was there."""
        return not self.image_found and any(code == "missing_image" for code, _ in self.problems)

    def skip(self) -> None:
        """Leave the record that was yielded last out of the count: its writer skips it."""
        self._skipped = True

    def counting(self, dataset: Dataset) -> Dataset:
        """The same data set; each pass over it is counted from zero."""

        def scan() -> Iterator[ImageRecord]:
            self._clear()
            self._passes += 1
            for record in dataset:
                self._skipped = False
                self.image_found = self.image_found or record.file is not None
                yield record
                if not self._skipped:  # known when the writer asks for the next one
                    self._count(record)
            self._check_labels()

        return dataset.derive(scan, dataset.declared_labels)

    def _count(self, record: ImageRecord) -> None:
        boxes = record.boxes
        self.images += 1
        self.empty += not boxes
        self.boxes += len(boxes)
        self.ignored += len(record.ignored)
        self.boxes_per_image.add(len(boxes))
        if record.width and record.height:
            self.widths.add(record.width)
            self.heights.add(record.height)
        if record.split is not None:
            self.splits[record.split] += 1
            self.boxes_by_split[record.split] += len(boxes)
            self._check_group(record, record.split)
        if boxes:
            self.labels.update([box.label for box in boxes])
            self.box_widths.add(*[box.x_max - box.x_min for box in boxes])
            self.box_heights.add(*[box.y_max - box.y_min for box in boxes])
        self._count_losses(record)

    def _count_losses(self, record: ImageRecord) -> None:
        self._lose(record, self._lost_of_record)
        regions = record.ignored
        if "ignored" in self._lost_of_record:
            self.losses.add("ignored", self._reason, len(regions))
            regions = ()
        if self._lost_of_box:
            for box in (*record.boxes, *regions):
                self._lose(box, self._lost_of_box)

    def _lose(self, value: Box | ImageRecord, fields: tuple[str, ...]) -> None:
        for name in fields:
            if name != "ignored" and getattr(value, name) != NOTHING[name]:
                self.losses.add(name, self._reason)

    def _check_labels(self) -> None:
        """Report labels that are one word for a person: somebody's typing error, or two people's habits."""
        alike: dict[str, list[str]] = {}
        for label in sorted(self.labels):
            alike.setdefault(re.sub(r"[\s_-]+", "", label).casefold(), []).append(label)
        for labels in alike.values():
            if len(labels) > 1:
                counts = ", ".join(f"{label!r} {self.labels[label]}" for label in labels)
                usual, *others = sorted(labels, key=lambda label: -self.labels[label])
                ways = " ".join(f'--map "{label}={usual}"' for label in others)
                self._reporter.problem("similar_labels", "labels", "", f"{counts}; {ways} makes them one")

    def _check_group(self, record: ImageRecord, split: str) -> None:
        if record.group is None or self._split_of_group.setdefault(record.group, split) == split:
            return
        if record.group in self.overlapping_groups:
            return
        self.overlapping_groups.add(record.group)
        first = self._split_of_group[record.group]
        message = f"group {record.group} is in {first} and in {split}"
        self._reporter.problem("split_overlap", record.path, "", message)
