"""Whether a file can be written that comes at the end of a long pass: asked before it."""

import errno
import os
from pathlib import Path

from boxwright.core.errors import WriteError


def check_output(path: Path | None, option: str) -> None:
    """Raise WriteError where no file can be written at a path; folders above it may be missing."""
    if path is not None and (refusal := _refusal(path)) is not None:
        fact = f"cannot write {path}: {os.strerror(refusal)}"
        raise WriteError(fact, f"{option} names another file")


def _refusal(path: Path) -> int | None:
    """The error number of what stands in the way."""
    if path.is_dir():
        return errno.EISDIR
    above = next(folder for folder in path.absolute().parents if folder.exists())
    if not above.is_dir():
        return errno.ENOTDIR
    return None if os.access(above, os.W_OK | os.X_OK) else errno.EACCES
