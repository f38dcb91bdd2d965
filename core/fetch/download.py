"""Bring one archive from one address into a folder: resumed, tried again, checked."""

import hashlib
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from boxwright.core.byte_count import in_words
from boxwright.core.fetch.archive import looks_like_an_archive
from boxwright.core.fetch.part_file import PartFile
from boxwright.core.fetch.refusal import Dropped, Refused
from boxwright.core.fetch.response import HEAD, Response, opened

# A server that never ends cannot fill the disk: the largest archive that is known of has 1.3 GB.
MOST_BYTES = 10 * 10**9

# Given the bytes that are there and the total, a context that is told of each further block.
Bar: TypeAlias = Callable[[int, int | None], AbstractContextManager[Callable[[int], object]]]
Say: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a bad connection is put up with.

    timeout    seconds without a byte until a connection counts as dropped
    attempts   connections in a row that bring nothing new until the next address is tried
    pause      seconds before the second attempt; each further one waits twice as long
    """

    timeout: float = 30
    attempts: int = 5
    pause: float = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the archive must be: bytes, and `sha256:…`; None: not known."""

    size: int | None = None
    digest: str | None = None


def download(url: str, part: PartFile, wanted: Wanted, patience: Patience, say: Say, bar: Bar) -> Path:
    """The complete archive from this address; what an earlier call or process has brought is kept.

    raises  Refused where the address does not serve it; what came through a bad connection stays
    """
    if part.whole.exists() and part.url() == url:
        return part.whole
    if not part.complete(url):
        _transfer(url, part, wanted, patience, say, bar)
    with _clearing(part, url):
        _check_digest(part.part, wanted.digest)
    return part.finish()


def _transfer(url: str, part: PartFile, wanted: Wanted, patience: Patience, say: Say, bar: Bar) -> None:
    """One connection after another until all is there, or Refused."""
    failures, furthest = 0, part.position(url)
    while True:
        try:
            return _attempt(url, part, wanted, patience, bar)
        except Dropped as drop:
            new = part.size(url) > furthest
            furthest, failures = max(furthest, part.size(url)), 1 if new else failures + 1
            if failures >= patience.attempts:
                raise Refused(f"{drop} ({failures} attempts in a row)") from None
            pause = patience.pause * 2 ** (failures - 1)
            say(f"  {drop}, {in_words(part.position(url))} are there; again in {pause:g} s")
            time.sleep(pause)


def _attempt(url: str, part: PartFile, wanted: Wanted, patience: Patience, bar: Bar) -> None:
    """One connection: all the rest of the file, or Dropped, or Refused."""
    with (
        opened(url, part.position(url), part.version(), patience.timeout) as response,
        _clearing(part, url),
    ):
        _check_total(response, wanted)
        blocks = _checked(response, wanted)
        first = next(blocks)  # before anything that is there is given up
        position = response.start
        with (
            part.opened(position, url, response.version, response.total) as file,
            bar(position, response.total) as advance,
        ):
            for block in chain((first,), blocks):
                position += file.write(block)
                advance(len(block))
    expected = response.total if response.total is not None else wanted.size
    if expected is not None and position < expected:
        raise Dropped(_ended(position, expected))


def _check_total(response: Response, wanted: Wanted) -> None:
    total = response.total
    if wanted.size is not None and total not in (None, wanted.size):
        raise Refused(f"announces {total} bytes, not {wanted.size}: damaged, or another file")
    if total is not None and total > MOST_BYTES:
        raise Refused(f"announces {in_words(total)}; {in_words(MOST_BYTES)} are the most that is fetched")


def _checked(response: Response, wanted: Wanted) -> Iterator[bytes]:
    """The blocks of an answer, after a look at the first, and no more than there should be."""
    most, position = wanted.size if wanted.size is not None else MOST_BYTES, response.start
    for block in response.blocks():
        if position == 0:
            _check_head(block, response)
        position += len(block)
        if position > most:
            raise Refused(f"sends more than {most} bytes: another file")
        yield block


def _check_head(head: bytes, response: Response) -> None:
    if looks_like_an_archive(head):
        return
    if response.total is not None and len(head) < min(HEAD, response.total):
        raise Dropped(_ended(len(head), response.total))
    if not head:
        raise Refused("sends an empty file")
    if response.kind == "text/html" or head.lstrip().startswith(b"<"):
        raise Refused("serves a web page, not an archive")
    raise Refused(f"serves no zip and no tar: it begins with {head[:12]!r}")


def _ended(position: int, expected: int) -> str:
    return f"the connection ended after {position} of {expected} bytes"


def _check_digest(path: Path, digest: str | None) -> None:
    if digest is None:
        return
    algorithm, _, expected = digest.partition(":")
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, algorithm).hexdigest()
    if found != expected:
        raise Refused(f"sends another file: its {algorithm} is {found}, not {expected}")


@contextmanager
def _clearing(part: PartFile, url: str) -> Generator[None]:
    """What an address has sent and is refused is not continued; what another has sent stays."""
    try:
        yield
    except Refused:
        if part.url() == url:
            part.clear()
        raise
