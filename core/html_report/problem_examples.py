"""Which image each problem is about, where that is known: the first few of each code get a picture.

A problem names the file that the annotation stands in, which is not always the image's. It is about the
record that is yielded next where their names agree or its kind arises only while a record is being made.
"""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from boxwright.core.problems import Problem
from boxwright.core.schema import ImageRecord

EXAMPLES = 3  # pictures of each code
MOST_WAITING = 1000  # problems of one image; more tell nothing new
IMAGE_SKIPPED = "image skipped"  # the effect after which the record does not come

# Found while a record is made, by the frame of its boxes or by its parser, right before it is yielded.
OF_A_RECORD = frozenset(
    {
        *("box_outside_image", "box_empty", "box_inverted", "duplicate_box", "derived_box", "size_mismatch"),
        *("degenerate_polygon", "invalid_vertex", "invalid_attribute", "exif_orientation", "corrupt_image"),
        *("image_format_mismatch", "image_renamed", "missing_image"),
    }
)


@dataclass(frozen=True, slots=True)
class Example:
    """A problem, and the record that it is about."""

    problem: Problem
    record: ImageRecord


@dataclass(slots=True)
class ProblemExamples:
    """Takes problems and records in the order in which a pass tells them."""

    of_code: dict[str, list[Example]] = field(default_factory=dict)
    _waiting: list[Problem] = field(default_factory=list)

    def problem(self, problem: Problem) -> None:
        """Take in a problem; the record it is about comes next, if it comes."""
        if problem.effect == IMAGE_SKIPPED:
            self._waiting.clear()
        elif len(self._waiting) < MOST_WAITING:
            self._waiting.append(problem)

    def record(self, record: ImageRecord) -> None:
        """Take in the record that came after them."""
        for problem in self._waiting:
            found = self.of_code.setdefault(problem.code, [])
            is_new = all(example.record is not record for example in found)
            if is_new and len(found) < EXAMPLES and _is_about(problem, record):
                found.append(Example(problem, record))
        self._waiting.clear()


def _is_about(problem: Problem, record: ImageRecord) -> bool:
    return problem.code in OF_A_RECORD or _stem(problem.path) == _stem(record.path)


def _stem(path: str) -> str:
    return PurePosixPath(path).stem
