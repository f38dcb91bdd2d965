"""SIGTERM: an exception while a command runs, and whatever it was before and after."""

import os
import signal
import threading
from collections.abc import Generator

import pytest

from boxwright.cli import main
from boxwright.core.command_line import adapters_command
from boxwright.core.command_line.termination import Terminated, terminable


def test_it_ends_what_runs_and_is_the_systems_again_afterwards():
    with pytest.raises(Terminated), terminable():
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_whoever_has_it_ignored_keeps_it_ignored():
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with terminable():
            os.kill(os.getpid(), signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_thread_leaves_it_alone():
    handlers = []

    def run() -> None:
        with terminable():
            handlers.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert handlers == [signal.SIG_DFL]


@pytest.fixture
def ctrl_c() -> Generator[None]:
    """Ctrl-C as a terminal has it: what a script starts in the background inherits that it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize(
    "number, code, word",
    [(signal.SIGTERM, 143, "terminated"), (signal.SIGINT, 130, "interrupted")],
)
def test_a_command_says_so_in_a_line(
    number: signal.Signals,
    code: int,
    word: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setattr(adapters_command, "take_in", lambda parsed: os.kill(os.getpid(), number))
    assert main(["adapters"]) == code
    assert capsys.readouterr().err == f"boxwright: {word}; run the same command again to finish\n"
