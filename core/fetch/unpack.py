"""Unpack an archive that a stranger may have made: only plain files, only inside, only so much."""

import lzma
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from boxwright.core.byte_count import in_words
from boxwright.core.fetch.archive import Member, members
from boxwright.core.fetch.refusal import Refused
from boxwright.core.numbers import shortened
from boxwright.core.schema import unsafe_path

BLOCK = 1 << 20

# What these libraries raise about data that are damaged or made to be.
DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    NotImplementedError,  # a method of compression that zipfile does not know
    OverflowError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What makes an archive a bomb. EgoHands: 4,850 members of 1.3 GB, hardly compressed.

    ratio   of all that comes out to the archive; deflate ends at 1,032, text and weights are below 20
    free    bytes that may come out whatever the ratio
    """

    members: int = 50_000
    size: int = 20 * 10**9
    ratio: int = 200
    free: int = 100 * 10**6


def unpack(archive: Path, folder: Path, limits: Limits | None = None) -> None:
    """Write all members below an empty folder; raises Refused, which names the member, half-way."""
    limits = limits or Limits()
    most = min(limits.size, max(limits.free, limits.ratio * archive.stat().st_size))
    total = count = 0
    with _judging("the archive"):
        for count, member in enumerate(members(archive), start=1):
            if count > limits.members:
                raise Refused(f"the archive has more than {limits.members} members")
            total += member.size
            with _judging(f"member {shortened(member.name)}"):
                _check(member)
                if total > most:
                    raise Refused(f"would unpack to more than {in_words(most)}: a bomb?")
                _write(member, folder)
    if not count:
        raise Refused("the archive is empty")


def _check(member: Member) -> None:
    top = member.folder and member.name in (".", "./")  # which tar writes first
    fault = (None if top else unsafe_path(member.name)) or member.fault
    if fault is not None:
        raise Refused(fault)


def _write(member: Member, folder: Path) -> None:
    path = folder / member.name
    try:
        if member.folder:
            path.mkdir(parents=True, exist_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "xb")  # noqa: SIM115 (closed below; only this may say that the name is taken)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise Refused("stands in the archive twice") from None
    with file, member.open() as content:
        shutil.copyfileobj(content, file, BLOCK)
        if file.tell() != member.size:
            raise Refused(f"has {file.tell()} bytes, not the {member.size} that are announced")


@contextmanager
def _judging(what: str) -> Generator[None]:
    """Turn what is wrong with the data into Refused; what is wrong with the disk stays an OSError."""
    try:
        yield
    except Refused as error:
        raise error if what == "the archive" else Refused(f"{what} {error}") from None
    except DAMAGE as error:
        raise Refused(f"{what} is damaged: {error}") from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise Refused(f"{what} is damaged: {error}") from None  # gzip's and bz2's have no number
