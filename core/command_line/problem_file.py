"""`--problems FILE`: every problem as a line of JSON."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from boxwright.core.errors import WriteError
from boxwright.core.problems import Problem


@contextmanager
def problem_file(path: Path | None) -> Generator[Callable[[Problem], None] | None]:
    """What writes a problem into the file; None without one. Raises WriteError where it cannot be written."""
    if path is None:
        yield None
        return
    try:
        # A name that is no UTF-8 gets JSON's own escapes. Line by line, so that a kill leaves whole ones.
        file = open(path, "w", buffering=1, encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
    except OSError as error:
        raise _refused(path, error) from None

    def write(problem: Problem) -> None:
        try:
            file.write(json.dumps(asdict(problem), ensure_ascii=False) + "\n")
        except OSError as error:  # here: whoever reads a source takes it for one of the source's
            raise _refused(path, error) from None

    try:
        yield write
    finally:
        try:
            file.close()
        except OSError as error:
            raise _refused(path, error) from None


def _refused(path: Path, error: OSError) -> WriteError:
    return WriteError(f"cannot write {path}: {error.strerror}", "--problems names another file")
