"""What a check says: a fact, examples, and a way out; errors stop the run, warnings are printed."""

from collections.abc import Sequence
from dataclasses import dataclass

from boxwright.core.errors import BoxwrightError
from boxwright.core.report import wrapped

MOST_EXAMPLES = 3  # of a kind; the count says how many there are


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, or looks so.

    fact      what, with its number
    hint      the way out
    examples  a few of what it is about, or the rows of a table
    stops     true: training would fail, or be of no use
    """

    fact: str
    hint: str
    examples: tuple[str, ...] = ()
    stops: bool = False


def error(fact: str, hint: str, examples: Sequence[str] = ()) -> Finding:
    """A finding that stops the run; of many examples a few are kept."""
    return Finding(fact=fact, hint=hint, examples=_few(examples, MOST_EXAMPLES), stops=True)


def warning(fact: str, hint: str, examples: Sequence[str] = (), *, most: int = MOST_EXAMPLES) -> Finding:
    """A finding that is printed; of many examples the first `most` are kept."""
    return Finding(fact=fact, hint=hint, examples=_few(examples, most))


def failure(findings: Sequence[Finding]) -> BoxwrightError | None:
    """The error of all findings that stop, or None."""
    stopping = [finding for finding in findings if finding.stops]
    if not stopping:
        return None
    things = "1 thing" if len(stopping) == 1 else f"{len(stopping)} things"
    lines = "\n".join(text_of(finding) for finding in stopping)
    return BoxwrightError(f"pre-flight: {things} to put right before training\n{lines}")


def text_of(finding: Finding) -> str:
    """A finding as indented lines that fit a terminal; only examples may be longer."""
    title = "error: " if finding.stops else "warning: "
    examples = [f"    {example}" for example in finding.examples]
    fact, hint = (wrapped([line], 2) for line in (f"  {title}{finding.fact}", f"    hint: {finding.hint}"))
    return "\n".join([*fact, *examples, *hint])


def _few(examples: Sequence[str], most: int) -> tuple[str, ...]:
    more = len(examples) - most
    return (*examples[:most], *((f"and {more} more",) if more > 0 else ()))
