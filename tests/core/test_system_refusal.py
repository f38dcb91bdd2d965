"""Refusals of the system: whose file it is, which one is named, and what helps."""

import errno
import os
from pathlib import Path

import pytest

from boxwright.core import system_refusal as module
from boxwright.core.system_refusal import refused

OUT = Path("/data/out")
MAY_NOT = "\n  hint: write to a folder that you may change"
GONE = "\n  hint: does something change the source?"


def error(number: int, *names: str) -> OSError:
    """As the system's calls raise it: with one file, with two, or with none."""
    first, second = (*names, None, None)[:2]
    return OSError(number, os.strerror(number), first, None, second)


@pytest.mark.parametrize(
    "cause, message",
    [
        (error(errno.EACCES, "/data"), f"cannot write /data: Permission denied{MAY_NOT}"),
        (
            error(errno.EACCES, "/data/.out.partial/a"),
            f"cannot write /data/.out.partial/a: Permission denied{MAY_NOT}",
        ),
        (error(errno.EACCES, "/data/out-of-reach"), "cannot read /data/out-of-reach: Permission denied"),
        (error(errno.ENOENT, "/photos/1.jpg"), f"cannot read /photos/1.jpg: No such file or directory{GONE}"),
        (error(errno.EIO), "cannot write /data/out: Input/output error"),
        # A copy names what it reads first, though only writing can meet these.
        (
            error(errno.EROFS, "/photos/1.jpg", "/data/.out.partial/1.jpg"),
            f"cannot write /data/.out.partial/1.jpg: Read-only file system{MAY_NOT}",
        ),
        (OSError("no number"), "cannot write /data/out: no number"),
    ],
)
def test_a_refusal_names_the_file_and_the_way_out(cause: OSError, message: str):
    assert str(refused(cause, OUT)) == message


class Disk:
    """What statvfs tells of a disk; one without a limit for files counts none."""

    f_bavail, f_frsize, f_files, f_favail = 3000, 512, 0, 0


def test_a_full_disk_is_told_with_the_room_that_is_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module.os, "statvfs", lambda folder: Disk)
    cause = error(errno.ENOSPC, "/photos/1.jpg", "/data/.out.partial/1.jpg")
    fact = "cannot write /data/out: No space left on device\n  hint: "
    way_out = "make room, or choose a folder on another disk"
    assert str(refused(cause, OUT)) == f"{fact}1.5 MB are free there: {way_out}"
    monkeypatch.setattr(Disk, "f_files", 100)
    assert str(refused(cause, OUT)) == f"{fact}1.5 MB and 0 files are free there: {way_out}"


def test_a_full_disk_is_told_where_its_room_is_unknown(monkeypatch: pytest.MonkeyPatch):
    def fail(folder: Path) -> None:
        raise OSError

    monkeypatch.setattr(module.os, "statvfs", fail)
    assert str(refused(error(errno.EDQUOT), OUT)) == (
        "cannot write /data/out: Disk quota exceeded\n  hint: make room, or choose a folder on another disk"
    )
