"""What a check finds: the fault, what was expected, what was found instead, and where to look."""

import traceback
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One check that an adapter does not pass.

    fault   the first thing that is wrong, in words
    look    which part of the adapter to look at
    """

    adapter: str
    check: str
    fault: str
    expected: str
    found: str
    look: str

    def __str__(self) -> str:
        return (
            f"{self.adapter} fails {self.check}: {self.fault}\n"
            f"  expected: {self.expected}\n"
            f"  found: {self.found}\n"
            f"  look at: {self.look}"
        )


class Fault(Exception):
    """Raised by a check; `run` makes a Failure of it, which names the adapter and the check."""

    def __init__(self, fault: str, *, expected: str, found: str, look: str) -> None:
        self.fault, self.expected, self.found, self.look = fault, expected, found, look
        super().__init__(fault)


def crash(error: Exception, doing: str) -> Fault:
    """An exception that is no expected failure, as a fault: a traceback is the adapter's bug."""
    return Fault(
        f"{doing} ends in a bare {type(error).__name__}",
        expected="a BoxwrightError that says place, fact and way out, or no error",
        found=f"{type(error).__name__}: {error}",
        look=_deepest(error),
    )


def _deepest(error: Exception) -> str:
    """The line that raised an exception, and the two calls that led to it."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames[:-4:-1])
