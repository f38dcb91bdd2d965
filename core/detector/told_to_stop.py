"""SIGTERM and Ctrl-C as a wish, so that what was made can be saved first."""

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def told_to_stop(say: Callable[[str], None]) -> Generator[threading.Event]:
    """Set by SIGTERM or Ctrl-C, so that the run can save first; the second Ctrl-C ends it at once."""
    told = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield told
        return

    def tell(number: int, frame: object) -> None:
        if told.is_set():
            raise KeyboardInterrupt
        told.set()
        say("saving after this step; again to end without")

    before = {number: signal.signal(number, tell) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
