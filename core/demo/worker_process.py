"""How a worker process of a pool starts, so that it ends with its parent and leaves Ctrl-C to it."""

import os
import signal
from multiprocessing import parent_process
from threading import Thread


def start_worker() -> None:
    """Ctrl-C reaches every process of a terminal: the parent alone answers it. A killed one ends us too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A worker holds both ends of the queue it waits for, so it would wait for ever.
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)
