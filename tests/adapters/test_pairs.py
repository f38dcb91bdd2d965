"""Every ordered pair of formats: A to B to A returns the same records, up to what the loss reports say.

The data sets are random ones that both formats of the pair can hold: what either refuses is left out.
"""

import tempfile
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from boxwright.core.conformance import Limits
from boxwright.core.conformance.comparison import changed, difference, erased, number_of
from boxwright.core.conformance.datasets import datasets, records
from boxwright.core.conformance.examples import limits_of
from boxwright.core.conformance.limits import shared
from boxwright.core.conformance.passes import Written, read, write
from boxwright.core.plugins import adapters
from boxwright.core.schema import ImageRecord
from tests.adapters.limits import LIMITS

FORMATS = sorted(name for name, adapter in adapters().items() if adapter.read and adapter.write)
PAIRS = list(product(FORMATS, FORMATS))
RECORDS = 8  # of the one data set that all pairs with the same limits share
DRAWN = 12  # data sets of which it is the one with most boxes: Hypothesis begins with nearly empty ones
MANY = 60  # data sets of each pair in the slow test


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("pictures")


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_round_trip_loses_exactly_what_the_reports_say(first, second, pictures, tmp_path):
    limits = shared(_limits(first), _limits(second))
    after = _check(first, second, limits, _rich(repr(limits), limits, pictures), tmp_path)
    assert after
    assert any(record.boxes for record in after) == bool(limits.labels)


@pytest.mark.slow
@pytest.mark.parametrize(("first", "second"), PAIRS)
@settings(max_examples=MANY, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_many_round_trips_lose_exactly_what_the_reports_say(first, second, data):
    limits = shared(_limits(first), _limits(second))
    with tempfile.TemporaryDirectory() as name:
        _check(first, second, limits, data.draw(datasets(limits, Path(name) / "pictures")), Path(name))


@cache
def _limits(name: str) -> Limits:
    if name in LIMITS:
        return LIMITS[name]
    with tempfile.TemporaryDirectory() as folder:
        return limits_of(adapters()[name], Path(folder))


DATA_SETS: dict[str, list[ImageRecord]] = {}


def _rich(key: str, limits: Limits, pictures: Path) -> list[ImageRecord]:
    """The same random records for all pairs with these limits, and in every run."""
    if key not in DATA_SETS:
        found: list[tuple[ImageRecord, ...]] = []
        several = st.tuples(*(records(limits, pictures, number) for number in range(RECORDS)))

        @settings(max_examples=DRAWN, derandomize=True, database=None, phases=[Phase.generate])
        @given(drawn=several)
        def keep(drawn: tuple[ImageRecord, ...]) -> None:
            found.append(drawn)

        keep()
        DATA_SETS[key] = list(max(found, key=lambda each: sum(len(record.boxes) for record in each)))
    return DATA_SETS[key]


def _check(
    first: str, second: str, limits: Limits, drawn: list[ImageRecord], folder: Path
) -> list[ImageRecord]:
    start = _written(first, limits, drawn, folder / "a")
    there = _written(second, limits, _read(first, limits, start), folder / "b")
    between = _read(second, limits, there)
    back = _written(first, limits, between, folder / "c")
    after = _read(first, limits, back)
    assert len(after) == len(back.records)
    assert set(_numbers(there.records)) - set(_numbers(between)) == set()
    before = [record for record in there.records if number_of(record.path) in _numbers(after)]
    lost = there.lost | back.lost
    assert difference(erased(before, lost), erased(after, lost), limits.tolerance) is None
    for written, read_back in ((there, between), (back, after)):
        least, most = (changed(written.records, read_back, off) for off in (limits.tolerance, 0))
        assert least <= written.lost - {"width"} <= most
    return after


def _numbers(found: Iterator[ImageRecord]) -> list[int]:
    return [number_of(record.path) for record in found]


def _written(name: str, limits: Limits, found: list[ImageRecord], root: Path) -> Written:
    return write(adapters()[name], limits, found, root)


def _read(name: str, limits: Limits, written: Written) -> list[ImageRecord]:
    if not written.records:
        return []
    reading = read(adapters()[name], limits, written.root)
    assert reading.problems == []
    return reading.records
