"""Running the checks: `check` gives the failures as values, `conformance` a test for pytest."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from boxwright.core.adapter import Adapter
from boxwright.core.conformance import (
    damage,
    lazy,
    paths,
    repeatable,
    round_trip,
    sniffing,
    statement,
    unusual,
)
from boxwright.core.conformance.examples import limits_of
from boxwright.core.conformance.fault import Failure, Fault, crash
from boxwright.core.conformance.limits import Limits
from boxwright.core.conformance.passes import Trial
from boxwright.core.errors import BoxwrightError, OptionError, nearest

EXAMPLES = 20  # random data sets of the round trip: about a second for a format of many small files

Check = Callable[[Trial], None]
ANY: Mapping[str, Check] = {"statement": statement.statement, "options": statement.options}
READING: Mapping[str, Check] = {
    "reiteration": repeatable.reiteration,
    "order": repeatable.order,
    "places": repeatable.places,
    "laziness": lazy.laziness,
    "memory": lazy.memory,
    "sniffing": sniffing.sniffing,
    "damage": damage.damage,
    "problems": damage.problems,
    "closed_labels": damage.closed_labels,
    "unsafe_paths": paths.unsafe_paths,
    "source_untouched": paths.source_untouched,
}
WRITING: Mapping[str, Check] = {"bytes": repeatable.bytes_written, "target_only": paths.target_only}
BOTH: Mapping[str, Check] = {
    "round_trip": round_trip.round_trip,
    "keeps": round_trip.keeps,
    "negatives": round_trip.negatives,
    "unusual": unusual.unusual,
}
CHECKS: Mapping[str, Check] = {**ANY, **BOTH, **READING, **WRITING}


def checks_of(adapter: Adapter) -> tuple[str, ...]:
    """The names of the checks that an adapter must pass, which depend on what it can do."""
    groups = [ANY]
    groups += [BOTH] if adapter.read and adapter.write else []
    groups += [READING] if adapter.read else []
    groups += [WRITING] if adapter.write else []
    return tuple(name for group in groups for name in group)


def check(
    adapter: Adapter,
    limits: Limits | None = None,
    *,
    sample: Path | None = None,
    examples: int = EXAMPLES,
    checks: Iterable[str] | None = None,
) -> list[Failure]:
    """The failures of an adapter, at most one for each check; an empty list: it conforms.

    limits     what the format can hold; None: found by trying
    sample     a small data set in the format, needed where the adapter cannot write
    examples   random data sets of the round trip
    checks     names of some checks; None: all that concern the adapter
    """
    names = checks_of(adapter) if checks is None else tuple(checks)
    for name in names:
        if name not in CHECKS:
            raise OptionError(f"no check {name!r}{nearest(name, CHECKS)}; checks are {', '.join(CHECKS)}")
    if limits is None:
        with _folder() as folder:
            limits = _found_limits(adapter, folder)
    failures = []
    for name in names:
        failure = _run(name, adapter, limits, sample, examples)
        failures += [failure] if failure is not None else []
        if failures and name == tuple(ANY)[-1]:
            break  # what is no adapter would fail all other checks, too
    return failures


def _found_limits(adapter: Adapter, folder: Path) -> Limits:
    if adapter.write is None:
        return Limits()
    try:
        return limits_of(adapter, folder)
    except Exception:  # the checks will say so
        return Limits()


def _run(name: str, adapter: Adapter, limits: Limits, sample: Path | None, examples: int) -> Failure | None:
    with _folder() as folder:
        trial = Trial(
            adapter=adapter,
            limits=limits,
            folder=folder,
            sample=sample and sample.resolve(),
            examples=examples,
        )
        try:
            CHECKS[name](trial)
        except Fault as fault:
            return _failure(adapter, name, fault)
        except BoxwrightError as error:
            return _failure(adapter, name, _refusal(error))
        except Exception as error:  # whatever a stranger's code may raise
            return _failure(adapter, name, crash(error, "it"))
    return None


def _refusal(error: BoxwrightError) -> Fault:
    return Fault(
        f"it stops with {_article(type(error).__name__)} where nothing is wrong",
        expected="no error",
        found=str(error),
        look="the message's place, and what read makes of data that write has made",
    )


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def _failure(adapter: Adapter, name: str, fault: Fault) -> Failure:
    return Failure(
        adapter=adapter.name,
        check=name,
        fault=fault.fault,
        expected=fault.expected,
        found=fault.found,
        look=fault.look,
    )


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="boxwright-", ignore_cleanup_errors=True) as name:
        yield Path(name).resolve()


def conformance(
    adapter: Adapter, limits: Limits | None = None, *, sample: Path | None = None, examples: int = EXAMPLES
) -> Callable[..., None]:
    """A test for pytest, one case for each check, to be called `test_…` in a test file.

    The other arguments are those of `check`.
    """
    import pytest

    @pytest.mark.parametrize("name", checks_of(adapter))
    def test_conformance(name: str) -> None:
        for failure in check(adapter, limits, sample=sample, examples=examples, checks=[name]):
            pytest.fail(str(failure), pytrace=False)

    return test_conformance
