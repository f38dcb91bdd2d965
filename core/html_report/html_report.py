"""`inspect --html`: what watches the problems and records of a pass and then writes the page."""

from collections.abc import Callable
from pathlib import Path

from boxwright.core.html_report.anchor_fit import MODEL, model_of
from boxwright.core.html_report.page import write_report
from boxwright.core.html_report.survey import Survey
from boxwright.core.inspect import Inspection
from boxwright.core.problems import Problem


class HtmlReport:
    """A page to be: `survey` watches the records of one pass, `write` writes the page.

    target   the file
    model    a config's or a model's name, whose anchors boxes are compared with; None: MODEL
    raises   OptionError for a name that no config has
    """

    def __init__(self, target: Path, model: str | None = None) -> None:
        self.target, self.model = target, model_of(model or MODEL)
        self.survey = Survey()

    def told(self, other: Callable[[Problem], None] | None) -> Callable[[Problem], None]:
        """What takes a problem for the page, and hands it on."""

        def take(problem: Problem) -> None:
            self.survey.problems.problem(problem)
            if other is not None:
                other(problem)

        return take

    def write(self, found: Inspection) -> int:
        """Write the page of what the pass found; returns its size in bytes."""
        return write_report(found, self.survey, self.model, self.target)
