"""Reporting problems of one data set: applies the user's policy and names files from the root."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from boxwright.core.errors import AnnotationError, nearest, relative
from boxwright.core.problems import Action, Policy, Problem


@dataclass(slots=True, kw_only=True)
class Reporter:
    """Takes what parsers find wrong and says what to do about it.

    root     the data set's root; files are named relative to it
    policy   what to do about each problem code
    sink     takes every problem
    labels   the closed list of labels, or None: any label will do
    """

    root: Path
    policy: Policy
    sink: Callable[[Problem], None]
    labels: Sequence[str] | None = None

    def problem(
        self, code: str, path: Path | str, where: str | int, message: str, default: Action | None = None
    ) -> Action:
        """Report a problem and say what to do about it; 'fail' raises AnnotationError instead.

        path     the file, absolute or relative to the root
        default  the adapter's own default action where it differs from the code's
        """
        action = self.policy.action(code, default)
        self.apply(code, path, where, message, action)
        return action

    def drop(self, code: str, path: Path | str, where: str | int, message: str) -> None:
        """Report a problem that leaves nothing to keep or repair: it is 'skip', or 'fail' if so wanted."""
        fails = self.policy.action(code) == "fail"
        self.apply(code, path, where, message, "fail" if fails else "skip")

    def apply(self, code: str, path: Path | str, where: str | int, message: str, action: Action) -> None:
        """Report a problem whose action is decided already."""
        name = relative(path, self.root)
        if action == "fail":
            raise AnnotationError(name, where, f"{code}: {message}")
        self.sink(Problem(code=code, path=name, where=str(where), message=message, action=action))

    def check_label(self, label: str, path: Path | str, where: str | int) -> None:
        """Raise AnnotationError for a label that is not in the closed list."""
        if self.labels is not None and label not in self.labels:
            known = ", ".join(self.labels)
            fact = f"label {label!r} is not in the list {known}{nearest(label, self.labels)}"
            raise AnnotationError(relative(path, self.root), where, fact)
