"""What the system refused to do for a target, in our words and with a way out."""

import errno
import os
from pathlib import Path

from boxwright.core.byte_count import in_words
from boxwright.core.errors import WriteError

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
# What only writing can meet, whichever file the error names: a copy that fails names its source first.
OF_WRITING = NO_ROOM | {errno.EROFS, errno.EFBIG}

MAY_NOT = "write to a folder that you may change"
HINTS = {
    errno.EROFS: MAY_NOT,
    errno.EACCES: MAY_NOT,
    errno.EPERM: MAY_NOT,
    errno.EFBIG: "raise `ulimit -f`, or choose a disk that takes bigger files",
}
GONE = "does something change the source?"


def refused(error: OSError, target: Path) -> WriteError:
    """The error as one of ours; it names the target where it has no file, or the whole disk is full."""
    fact = error.strerror or str(error)
    if error.errno in NO_ROOM:
        return WriteError(f"cannot write {target}: {fact}", _room(target))
    name = str(error.filename2 or error.filename or target)
    if error.errno in OF_WRITING or _is_ours(name, target):
        return WriteError(f"cannot write {name}: {fact}", HINTS.get(error.errno or 0))
    return WriteError(f"cannot read {name}: {fact}", GONE if error.errno == errno.ENOENT else None)


def _is_ours(name: str, target: Path) -> bool:
    beginnings = (f"{target}{os.sep}", str(target.with_name(f".{target.name}.")))
    return Path(name) in (target, *target.parents) or name.startswith(beginnings)


def _room(target: Path) -> str:
    """How much room there is now that the unfinished work is gone: too little for the target."""
    try:
        disk = os.statvfs(next(folder for folder in target.parents if folder.exists()))
    except OSError:
        return "make room, or choose a folder on another disk"
    # A disk may lack room for files' names, not for bytes; one without such a limit counts none.
    files = f" and {disk.f_favail} files" if disk.f_files else ""
    free = in_words(disk.f_bavail * disk.f_frsize)
    return f"{free}{files} are free there: make room, or choose a folder on another disk"
