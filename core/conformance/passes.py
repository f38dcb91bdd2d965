"""Writing and reading with an adapter value, registered or not, as `boxwright.write` and `read` do."""

import shutil
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from boxwright.core import options as adapter_options
from boxwright.core.adapter import Adapter, Source
from boxwright.core.conformance.fault import Fault
from boxwright.core.conformance.limits import Limits
from boxwright.core.errors import WriteError
from boxwright.core.options import Options, Use
from boxwright.core.problems import RULES, Action, Policy, Problem
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Dataset, ImageRecord
from boxwright.core.tally import Tally
from boxwright.core.write import fill, identity, target_plan
from boxwright.core.write_context import WriteContext

NAME = "sample"  # what files that need a name are called


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a check needs: the adapter, what it can hold, a folder of the check's own.

    sample    a data set in this format, for an adapter that cannot write one
    examples  how many random data sets to try
    """

    adapter: Adapter
    limits: Limits
    folder: Path
    sample: Path | None = None
    examples: int = 20

    @property
    def pictures(self) -> Path:
        """Where the records' images are."""
        return self.folder / "pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of some records: those that were written, what was lost, why others were refused."""

    root: Path
    records: tuple[ImageRecord, ...]
    lost: frozenset[str]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one pass gave."""

    records: list[ImageRecord]
    problems: list[Problem] = field(default_factory=list)


def write(adapter: Adapter, limits: Limits, records: Iterable[ImageRecord], root: Path) -> Written:
    """Write records into the folder `root`, without those that the adapter refuses."""
    left, reasons = list(records), list[str]()
    while left:
        last = _Last(left)
        try:
            lost = _written(adapter, limits, last, root)
        except WriteError as error:
            shutil.rmtree(root, ignore_errors=True)
            reasons.append(str(error))
            left.remove(_refused(error, left, last))
        else:
            return Written(root=root, records=tuple(last.written), lost=lost, reasons=tuple(reasons))
    return Written(root=root, records=(), lost=frozenset(), reasons=tuple(reasons))


def write_empty(adapter: Adapter, limits: Limits, root: Path) -> None:
    """Write a data set without records into the folder `root`; raises what the adapter raises."""
    _written(adapter, limits, _Last([]), root)


class _Last:
    """Gives records and remembers which it gave in the last pass."""

    def __init__(self, records: Sequence[ImageRecord]) -> None:
        self.records = records
        self.written: list[ImageRecord] = []

    def __iter__(self) -> Iterator[ImageRecord]:
        self.written.clear()
        for record in self.records:
            self.written.append(record)
            yield record


class _Tally(Tally):
    """Counts, and takes what the writer skips for want of pixels out of what was written."""

    def __init__(self, last: _Last, adapter: Adapter) -> None:
        super().__init__(keeps=adapter.keeps, adapter=adapter.name)
        self._last = last

    def skip(self) -> None:
        super().skip()
        self._last.written.pop()


def _refused(error: WriteError, records: Sequence[ImageRecord], last: _Last) -> ImageRecord:
    """The record that a refusal names, else the one that was read last."""
    named = (record for record in records if error.fact.startswith(f"{record.path}: "))
    return next(named, last.written[-1] if last.written else records[-1])


def _written(adapter: Adapter, limits: Limits, last: _Last, root: Path) -> frozenset[str]:
    root.mkdir(parents=True, exist_ok=True)
    options = parsed(adapter, limits, "write")
    tally = _Tally(last, adapter)
    dataset = tally.counting(Dataset(None, lambda: iter(last)))
    context = WriteContext(root=root, adapter=adapter.name, name=NAME)
    plan = {**identity(), "target": target_plan(adapter, options, NAME, "copy")}
    fill(adapter, options, dataset, context, plan, tally)
    return frozenset(loss.field for loss in tally.losses)


def parsed(adapter: Adapter, limits: Limits, use: Use) -> Options:
    """The adapter's options for reading or writing, those of the limits that it heeds for this."""
    known = adapter_options.names(adapter.options, use)
    given = {name: value for name, value in limits.options.items() if name in known}
    return adapter_options.parse(adapter.name, adapter.options, use, given)


def opened(adapter: Adapter, limits: Limits, path: Path) -> Source:
    """What the adapter finds at a path."""
    if adapter.read is None:
        raise TypeError(f"{adapter.name} cannot read")
    return adapter.read(path, parsed(adapter, limits, "read"))


def read(adapter: Adapter, limits: Limits, path: Path) -> Reading:
    """All records at a path, read in one pass; a warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return scanned(opened(adapter, limits, path))


def scanned(source: Source, *, labels: Sequence[str] | None = None, strict: bool = False) -> Reading:
    """One pass over a source."""
    reading = Reading(records=[])
    reading.records.extend(source.scan(context(source, reading.problems, labels=labels, strict=strict)))
    return reading


def context(
    source: Source, problems: list[Problem], *, labels: Sequence[str] | None = None, strict: bool = False
) -> ReadContext:
    """The context of one pass, which takes documented problem codes only."""
    return ReadContext(
        root=source.root, policy=_Documented(strict=strict), sink=problems.append, labels=labels
    )


class _Documented(Policy):
    """The policy of a check: a code that is not documented is a fault."""

    def action(self, code: str, default: Action | None = None) -> Action:
        if code not in RULES:
            raise Fault(
                f"it reports the problem code {code!r}, which is not documented",
                expected=f"one of {', '.join(sorted(RULES))}",
                found=code,
                look="the call of context.problem or frame with this code",
            )
        return super().action(code, default)
