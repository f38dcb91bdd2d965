"""Starts TensorFlow without what it says about the machine: some ten lines that ask for nothing to be done.

TF_CPP_MIN_LOG_LEVEL alone does not keep it quiet: what its libraries log while they are loaded disregards it.
So that is held back, and the rest of it passed on. A TF_CPP_MIN_LOG_LEVEL that is set already says how much
the user wants to see; then nothing is held back.
"""

import os
import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

LEVEL = "TF_CPP_MIN_LOG_LEVEL"
FROM_WARNINGS, FATAL_ALONE = "1", "3"
NVIDIA = Path("/dev/nvidiactl")  # there where a driver is loaded

_INFORMATION = re.compile(r"I\d{4} \d\d:\d\d:|\d{4}-\d\d-\d\d \S+ I |To enable the following instructions: ")
_BEFORE_ALL = "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR"


def import_tensorflow() -> None:
    """Import TensorFlow and let it look for devices; what it says of importance goes to standard error."""
    if LEVEL in os.environ or "tensorflow" in sys.modules:
        return
    os.environ[LEVEL] = level()
    with _held_back():
        import tensorflow as tf

        tf.config.list_physical_devices()


def level() -> str:
    """The least severity to be logged: with a GPU, what its libraries warn of is worth knowing.

    Without one, the errors logged are that there is none, and that oneDNN leaves whole numbers to others;
    what makes an operation fail is raised.
    """
    return FROM_WARNINGS if NVIDIA.exists() else FATAL_ALONE


def of_importance(line: str) -> bool:
    """Whether a user should see this line of a library's log."""
    return line.strip() != _BEFORE_ALL and not _INFORMATION.match(line)


@contextmanager
def _held_back() -> Generator[None]:
    """Keep what this process writes to standard error; pass on what is of importance at the end."""
    sys.stderr.flush()
    own = os.dup(2)
    with TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(own, 2)
            os.close(own)
            held.seek(0)
            lines = held.read().decode(errors="replace").splitlines(keepends=True)
            os.write(2, "".join(filter(of_importance, lines)).encode())
