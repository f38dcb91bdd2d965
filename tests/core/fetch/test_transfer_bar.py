"""The bar of a download: on a terminal only, with what is there already and the time left."""

import sys

import pytest

from boxwright.core.fetch.transfer_bar import transfer_bar


def test_without_a_terminal_nothing_is_shown(capsys: pytest.CaptureFixture[str]):
    with transfer_bar(0, 10) as advance:
        advance(10)
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_there_is_a_bar_that_begins_where_the_download_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with transfer_bar(5_000_000, 10_000_000):
        pass
    shown = capsys.readouterr().err
    assert " 50%" in shown and "5.00M/10.0M" in shown and "<" in shown  # elapsed<left
