"""SIGTERM as Ctrl-C: what runs gets the time to leave things in order, and the user a line about it."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager

INTERRUPTED = 128 + signal.SIGINT  # what shells report for a process that a signal ended
TERMINATED = 128 + signal.SIGTERM


class Terminated(KeyboardInterrupt):
    """SIGTERM came."""


@contextmanager
def terminable() -> Generator[None]:
    """Raise Terminated where SIGTERM would end the process without a word."""
    # Only the main thread may, and who has the signal ignored or handled already knows why.
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _terminate(number: int, frame: object) -> None:
    raise Terminated
