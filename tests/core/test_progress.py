"""Progress: a bar on a terminal, a plain line now and then elsewhere; the records pass unchanged."""

import sys
from collections.abc import Callable

import pytest

from boxwright.core import progress
from boxwright.core.progress import shown_progress
from boxwright.core.schema import Dataset, ImageRecord

RECORDS = [ImageRecord(path=f"{number}.jpg", width=1, height=1) for number in range(5)]


def dataset() -> Dataset:
    return Dataset(("cat",), lambda: iter(RECORDS))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets this many seconds pass at each look at the clock."""

    def ticking(step: float) -> None:
        now = iter(range(10_000))
        monkeypatch.setattr(progress.time, "monotonic", lambda: next(now) * step)

    return ticking


def test_without_a_terminal_there_is_a_plain_line_now_and_then(
    clock: Callable[[float], None], capsys: pytest.CaptureFixture[str]
):
    clock(6)  # at the start, at each image, and again where a line is due
    assert list(shown_progress()(dataset())) == RECORDS
    out, err = capsys.readouterr()
    assert (out, err) == ("", "2 images\n4 images\n")


def test_a_short_pass_prints_nothing(clock: Callable[[float], None], capsys: pytest.CaptureFixture[str]):
    clock(0.001)
    assert list(shown_progress()(dataset())) == RECORDS
    assert capsys.readouterr() == ("", "")


def test_labels_problems_and_info_stay_those_of_the_data_set():
    source = dataset()
    shown = shown_progress()(source)
    assert shown.labels == ("cat",) and shown.problems is source.problems and shown.info is source.info


def test_on_a_terminal_there_is_a_bar_which_knows_the_total_from_the_second_pass(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    shown = shown_progress()(dataset())
    assert list(shown) == RECORDS
    first = capsys.readouterr().err
    assert list(shown) == RECORDS
    second = capsys.readouterr().err
    assert "images" in first and "/5" not in first
    assert "/5" in second
