"""What the page needs of the records beyond the tally's counts: one pass, bounded memory."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from boxwright.core.html_report.box_sample import BoxSample
from boxwright.core.html_report.even_spread import EvenSpread
from boxwright.core.html_report.heat_map import HeatMaps
from boxwright.core.html_report.problem_examples import ProblemExamples
from boxwright.core.images.image_file import ImageFile
from boxwright.core.schema import ImageRecord

SHEET = 24  # images of the contact sheet
OF_LABEL = 4  # images of each label
MOST_LABELS = 100  # of which images are kept; the page shows fewer
MOST_HASHED = 20_000  # images that are compared with each other


@dataclass(frozen=True, slots=True)
class Seen:
    """What is kept of an image to compare it with others."""

    path: str
    split: str | None
    file: ImageFile


@dataclass(slots=True)
class Survey:
    """Takes records and problems in, and keeps counts and a few of them.

    numbers           labels by the order in which they came
    images_of_label   how many images have a box of it
    boxes_of          how many boxes a split has of a label
    images_with       how many images have so many boxes
    groups            the groups of each split
    unsized           images of unknown size: where their boxes lie is unknown, too
    grouped           whether an image has a group
    """

    numbers: dict[str, int] = field(default_factory=dict)
    images_of_label: Counter[str] = field(default_factory=Counter)
    boxes_of: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    images_with: Counter[int] = field(default_factory=Counter)
    groups: dict[str, set[str]] = field(default_factory=dict)
    unsized: int = 0
    grouped: bool = False
    sample: BoxSample = field(default_factory=BoxSample)
    heat_maps: HeatMaps = field(default_factory=HeatMaps)
    files: EvenSpread[Seen] = field(default_factory=lambda: EvenSpread(MOST_HASHED, spare=2))
    sheet: EvenSpread[ImageRecord] = field(default_factory=lambda: EvenSpread(SHEET))
    of_label: dict[str, EvenSpread[ImageRecord]] = field(default_factory=dict)
    problems: ProblemExamples = field(default_factory=ProblemExamples)

    def watching(self, records: Iterable[ImageRecord]) -> Iterator[ImageRecord]:
        """The same records; each is surveyed on its way."""
        for record in records:
            self.take(record)
            yield record

    def take(self, record: ImageRecord) -> None:
        """Take in a record."""
        self.problems.record(record)
        self.sheet.add(record)
        self.images_with[len(record.boxes)] += 1
        if record.file is not None:
            self.files.add(Seen(record.path, record.split, record.file))
        self.grouped |= record.group is not None
        if record.group is not None and record.split is not None:
            self.groups.setdefault(record.split, set()).add(record.group)
        for label in dict.fromkeys(box.label for box in record.boxes):
            self._take_label(label, record)
        self._take_boxes(record)

    def _take_label(self, label: str, record: ImageRecord) -> None:
        self.numbers.setdefault(label, len(self.numbers))
        self.images_of_label[label] += 1
        if label not in self.of_label and len(self.of_label) < MOST_LABELS:
            self.of_label[label] = EvenSpread(OF_LABEL, spare=4)
        if label in self.of_label:
            self.of_label[label].add(record)

    def _take_boxes(self, record: ImageRecord) -> None:
        width, height = record.width, record.height
        self.unsized += width is None
        for box in record.boxes:
            self.boxes_of[record.split, box.label] += 1
            if width is None or height is None:
                continue
            number = self.numbers[box.label]
            x_min, y_min, x_max, y_max = box.edges
            self.sample.add(number, x_max - x_min, y_max - y_min, width, height)
            shares = (x_min / width, y_min / height, x_max / width, y_max / height)
            self.heat_maps.add(number, shares)
