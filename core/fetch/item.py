"""What can be fetched, as a value."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["data set", "detection model", "classification model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One archive by name.

    folder   what it is called on the disk: the archive's own top folder, where it has one
    urls     where it is served, the publisher's address first
    size     bytes of the archive; None: not published
    digest   `sha256:…` or `sha384:…` of the archive; None: not published
    source   where addresses, size and digest were read
    fault    says what keeps an unpacked folder from being this item; None: it is
    """

    name: str
    kind: Kind
    folder: str
    urls: tuple[str, ...]
    size: int | None
    digest: str | None
    source: str
    fault: Callable[[Path], str | None]
