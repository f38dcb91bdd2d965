"""Where results go: a folder that appears whole or not at all.

Work in progress lives in `.NAME.partial` beside the target and is renamed at the end. A run that was
killed leaves that folder; the next run of the same conversion goes on in it, another one clears it.
"""

import json
import os
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ModuleNotFoundError:
    fact = "boxwright needs Linux or macOS; on Windows, install it inside WSL 2 (wsl --install)"
    raise ImportError(fact) from None

from boxwright.core.errors import WriteError
from boxwright.core.manifest import differences, manifest_in, stored
from boxwright.core.system_refusal import refused

PLAN = ".plan.json"  # in the work folder: which conversion it belongs to
LOCKS = Path("/proc/locks")


def finished(target: Path, plan: Mapping[str, object]) -> dict[str, object] | None:
    """The manifest of a target that this very plan has made and nobody has changed since, or None."""
    manifest = manifest_in(target)
    if manifest is None or differences(manifest, plan) or manifest.get("files") != stored(target):
        return None
    return manifest


@contextmanager
def staged(target: Path, plan: Mapping[str, object], *, overwrite: bool) -> Generator[Path]:
    """A folder of work in progress, renamed to `target` when the block ends well.

    An error clears it; a kill or an interrupt leaves it for the next run.
    raises   WriteError where the target is taken, or another run is writing to it
    """
    target = Path(os.path.realpath(target))  # where a link leads: it stays a link
    work = target.with_name(f".{target.name}.partial")
    missing: list[Path] = []
    try:
        _check_free(target, plan, overwrite)
        missing = [folder for folder in target.parents if not folder.exists()]
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(work):
            _restore(target)
            # Again: _restore, or a run that has just ended, may have put something there.
            _check_free(target, plan, overwrite)
            _prepare(work, plan)
            yield from _guarded(work)
            (work / PLAN).unlink()
            _put_in_place(work, target)
    except OSError as error:
        raise refused(error, target) from error
    finally:
        for folder in missing:
            _remove_if_empty(folder)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _guarded(work: Path) -> Generator[Path]:
    try:
        yield work
    except Exception:
        shutil.rmtree(work, ignore_errors=True)
        raise


def _check_free(target: Path, plan: Mapping[str, object], overwrite: bool) -> None:
    if target.is_symlink():  # still, though its links were followed
        raise WriteError(f"{target} is a link that leads back to itself", "choose another folder")
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    manifest = manifest_in(target) if target.is_dir() else None
    if manifest is None:
        what = "holds other files" if target.is_dir() else "is a file"
        raise WriteError(
            f"{target} {what}", "choose another folder; --overwrite replaces boxwright's own only"
        )
    if overwrite:
        return
    held = _held(target, manifest, plan)
    raise WriteError(f"{target} holds {held}", "choose another folder, or --overwrite it")


def _held(target: Path, manifest: Mapping[str, object], plan: Mapping[str, object]) -> str:
    """What a finished target is, to one who wants something else there."""
    if changed := "; ".join(differences(manifest, plan)):
        return f"the result of another conversion: {changed}"
    if manifest.get("files") != stored(target):
        return "this conversion's result, but some of its files were changed, added or removed since"
    return "a finished result already"


@contextmanager
def _locked(work: Path) -> Generator[None]:
    """Hold the work folder's lock; the system frees it when the process ends, however it ends."""
    work.mkdir(exist_ok=True)
    handle = os.open(work, os.O_RDONLY)
    try:
        _lock(handle, work)
        try:
            yield
        finally:
            _remove_if_empty(work)
    finally:
        os.close(handle)


def _lock(handle: int, work: Path) -> None:
    """Take the lock, and make sure that the folder was not renamed while we came to it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        same = work.exists() and os.fstat(handle).st_ino == work.stat().st_ino
    except BlockingIOError:
        same = False
    if not same:
        raise WriteError(f"another run{_process(handle)} is writing to {work}", "wait for it, or end it")


def _process(handle: int) -> str:
    """` (process 4711)`: who holds the lock, where the system tells. Linux does, unless it is elsewhere."""
    inode = f":{os.fstat(handle).st_ino}"
    try:
        locks = [line.split() for line in LOCKS.read_text().splitlines()]
    except OSError:
        return ""
    # proc(5): number, FLOCK, ADVISORY, WRITE, process, major:minor:inode, first and last byte.
    found = (columns[4] for columns in locks if columns[1] == "FLOCK" and columns[5].endswith(inode))
    return next((f" (process {process})" for process in found if int(process) not in (0, os.getpid())), "")


def _prepare(work: Path, plan: Mapping[str, object]) -> None:
    """Keep what an earlier run of the same plan has finished; clear away anything else.

    A plan that states no source tells nothing about the records: an earlier run's may be others.
    """
    text = json.dumps(plan, sort_keys=True).encode()
    if plan.get("source") and (work / PLAN).is_file() and (work / PLAN).read_bytes() == text:
        return
    for path in work.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    (work / PLAN).write_bytes(text)


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.replaced")


def _restore(target: Path) -> None:
    """Undo an exchange that a kill cut in half: the old result comes back."""
    old = _aside(target)
    if old.exists() and not target.exists():
        old.rename(target)
    elif old.exists():
        shutil.rmtree(old)


def _put_in_place(work: Path, target: Path) -> None:
    """Rename; an old result steps aside first and goes when the new one is there."""
    old = _aside(target)
    if target.exists() and any(target.iterdir()):
        target.rename(old)
    work.rename(target)
    if old.exists():
        shutil.rmtree(old)
