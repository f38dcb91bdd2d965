"""Checks that an adapter knows its own data and no other, and that looking costs little and never fails."""

import random
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from boxwright.core.adapter import Adapter
from boxwright.core.conformance.examples import limits_of, plain_records
from boxwright.core.conformance.fault import Fault, crash
from boxwright.core.conformance.file_events import below, opened_files
from boxwright.core.conformance.own_data import data_of
from boxwright.core.conformance.passes import Trial, write
from boxwright.core.conformance.pictures import jpeg
from boxwright.core.plugins import adapters

MOST_OPENED = 60  # files of a data set that a look may open


def sniffing(trial: Trial) -> None:
    """`sniff` says yes to the format's own data and no to everything else, which it never stumbles over."""
    if trial.adapter.sniff is None:
        return
    if trial.adapter.read is not None:
        _check_own(trial)
    for path, what in [*_nothing(trial.folder / "nothing"), *_others(trial)]:
        if _sniffed(trial.adapter, path, what):
            raise Fault(
                f"sniff takes {what} for its own",
                expected="False",
                found="True",
                look="sniff: ask for what only this format has, a key, a header, a count of columns",
            )


def _check_own(trial: Trial) -> None:
    data = data_of(trial)
    with opened_files() as found:
        known = _sniffed(trial.adapter, data, "its own data")
    if not known:
        raise Fault(
            "sniff does not know the format's own data",
            expected="True",
            found="False",
            look="sniff, and where it looks for the format's files",
        )
    if (count := len(below(data, found))) > MOST_OPENED:
        raise Fault(
            "sniff opens too many files",
            expected=f"at most {MOST_OPENED}",
            found=f"{count}",
            look="sniff: the first file of the format is enough",
        )


def _sniffed(adapter: Adapter, path: Path, what: str) -> bool:
    try:
        return bool(adapter.sniff and adapter.sniff(path))
    except Exception as error:  # whatever a stranger's code may raise
        raise crash(error, f"sniff of {what}") from error


def _nothing(folder: Path) -> list[tuple[Path, str]]:
    """Paths that hold no annotations."""
    noise = random.Random(1).randbytes(4096)
    files = {
        "images/a.jpg": jpeg(8, 8),
        "noise/a.bin": noise,
        "text/notes.txt": b"nothing\n",
        "json/a.json": b'{"a": 1}',
        "xml/a.xml": b"<a/>",
        "table/a.csv": b"a,b\n1,2\n",
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(content)
    (folder / "empty").mkdir()
    named = [(folder / name, f"the file {Path(name).name}") for name in files]
    inside = [(folder / name.partition("/")[0], f"a folder with {Path(name).name}") for name in files]
    return [
        *named,
        *inside,
        (folder / "empty", "an empty folder"),
        (folder / "none", "a path without anything"),
    ]


def _others(trial: Trial) -> list[tuple[Path, str]]:
    """Data sets that the other adapters write."""
    found = {name: _data_of(other) for name, other in adapters().items() if other.name != trial.adapter.name}
    return [(root, f"the data of {name}") for name, root in found.items() if root is not None]


_written: dict[str, tuple[Adapter, Path | None]] = {}


@cache
def _shelf() -> TemporaryDirectory[str]:
    """Where the other adapters' data stay until the process ends: a suite looks at them again and again."""
    return TemporaryDirectory(prefix="boxwright-", ignore_cleanup_errors=True)


def _data_of(other: Adapter) -> Path | None:
    """A data set that an adapter writes, once; None where it cannot, which its own kit tells."""
    known, root = _written.get(other.name, (None, None))
    if known is not other:
        root = _made(other, Path(_shelf().name) / f"{len(_written)}")
        _written[other.name] = other, root
    return root


def _made(other: Adapter, folder: Path) -> Path | None:
    if other.write is None:
        return None
    try:
        limits = limits_of(other, folder / "tried")
        written = write(other, limits, plain_records(limits, folder / "pictures", 4), folder / "data")
    except Exception:  # whatever a stranger's code may raise
        return None
    return written.root if written.records else None
