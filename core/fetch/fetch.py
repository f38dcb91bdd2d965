"""Fetch an item: from one address after another, unpacked and checked, whole or not at all."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from boxwright.core.byte_count import in_words
from boxwright.core.errors import BoxwrightError, OptionError
from boxwright.core.fetch.catalogue import item_named
from boxwright.core.fetch.download import Bar, Patience, Say, Wanted, download
from boxwright.core.fetch.fetched import place_of
from boxwright.core.fetch.item import Item
from boxwright.core.fetch.part_file import PartFile
from boxwright.core.fetch.refusal import Refused
from boxwright.core.fetch.transfer_bar import transfer_bar
from boxwright.core.fetch.unpack import unpack
from boxwright.core.manifest import TOOL, write_manifest
from boxwright.core.target import finished, staged

MAC_EXTRAS = "__MACOSX"  # what macOS puts into zips beside the content
UNPACKED = ".unpacked"  # in the work folder, until it is known which of its folders is the item's


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Where an item is now; unchanged: it was there already."""

    item: Item
    folder: Path
    unchanged: bool

    def __str__(self) -> str:
        there = "is already in" if self.unchanged else "is in"
        return f"{self.item.name} {there} {self.folder}"


def fetch(
    name: str, target: Path | None = None, *, url: str | None = None, overwrite: bool = False
) -> Fetched:
    """Fetch an item of the catalogue by its name, showing on the terminal how far it is.

    target   the folder to make; None: the item's place in the folder of all that is fetched
    url      the address to take instead of the known ones
    raises   BoxwrightError where no address serves it, WriteError where the target cannot be written
    """
    item = item_named(name)
    urls = item.urls if url is None else (_checked(url),)
    return fetch_item(item, target or place_of(item), urls=urls, overwrite=overwrite, say=print)


def fetch_item(
    item: Item,
    target: Path,
    *,
    urls: tuple[str, ...],
    overwrite: bool = False,
    patience: Patience | None = None,
    say: Say,
    bar: Bar = transfer_bar,
) -> Fetched:
    """As `fetch`, of an item that need not be in the catalogue.

    What was downloaded waits in `.NAME.download` beside the target, so that the next call goes on from there.
    """
    plan = {"tool": TOOL, "target": {"fetched": item.name}}
    if not overwrite and finished(target, plan) is not None:
        return Fetched(item=item, folder=target, unchanged=True)
    with staged(target, plan, overwrite=overwrite) as work:
        downloads = work.with_name(f".{target.name}.download")
        part = PartFile(downloads)
        source = _from_any(item, part, work, _begun_first(urls, part), patience or Patience(), say, bar)
        write_manifest(work, item.name, {**plan, "url": source, "digest": item.digest})
        shutil.rmtree(downloads)
    return Fetched(item=item, folder=target, unchanged=False)


def _checked(url: str) -> str:
    with suppress(ValueError):  # what urlsplit raises about `http://[x`
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname:
            return url
    raise OptionError(f"--url {url}: no http or https address")


def _begun_first(urls: tuple[str, ...], part: PartFile) -> list[str]:
    return sorted(urls, key=lambda url: url != part.url())


def _from_any(
    item: Item, part: PartFile, work: Path, urls: list[str], patience: Patience, say: Say, bar: Bar
) -> str:
    """Fill the work folder from the first address that serves the item; that address."""
    refusals = []
    for url in urls:
        size = "" if item.size is None else f" ({in_words(item.size)})"
        say(f"fetching {item.name} from {url}{size}")
        try:
            archive = download(url, part, Wanted(size=item.size, digest=item.digest), patience, say, bar)
            _fill(work, archive, item, part)
        except Refused as refusal:
            say(f"  {refusal}")
            refusals.append(f"\n    {url}: {refusal}")
            continue
        return url
    kept = "what has come is kept, and the same command goes on from there; " if part.url() else ""
    part.leave()
    fact = f"cannot fetch {item.name}:{''.join(refusals)}"
    raise BoxwrightError(fact, f"{kept}--url names another mirror")


def _fill(work: Path, archive: Path, item: Item, part: PartFile) -> None:
    """Unpack the archive into the work folder; raises Refused, and forgets it, where it is not the item."""
    unpacked = work / UNPACKED
    try:
        unpacked.mkdir()
        unpack(archive, unpacked)
        for path in _root(unpacked, item).iterdir():
            path.rename(work / path.name)
    except Refused:
        part.clear()
        raise
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)


def _root(unpacked: Path, item: Item) -> Path:
    """The folder that is the item: all that was unpacked, or the one folder at the top of the archive."""
    fault = item.fault(unpacked)
    top = [path for path in unpacked.iterdir() if path.name != MAC_EXTRAS]
    if fault is not None and len(top) == 1 and top[0].is_dir():
        unpacked, fault = top[0], item.fault(top[0])
    if fault is not None:
        raise Refused(f"the archive is {fault}")
    return unpacked
