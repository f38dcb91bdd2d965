"""What an adapter is: a frozen value made of functions; a missing function is a missing ability."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boxwright.core.options import NoOptions, Options
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Dataset, ImageRecord, Info
from boxwright.core.write_context import WriteContext

# Fields of a record that a format may be unable to hold; `keeps` names those that survive.
RECORD_FIELDS = ("ignored", "split", "group", "source_id", "attributes")
BOX_FIELDS = (
    "difficult",
    "truncated",
    "occluded",
    "crowd",
    "group_of",
    "polygons",
    "area",
    "pose",
    "score",
    "cuboid",
    "attributes",
)
# `attributes` names both a record's and a box's; `path` is kept where folders inside it survive.
KEEPABLE = frozenset({*RECORD_FIELDS, *BOX_FIELDS, "path"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What an adapter's `read` returns: how to scan the data set that it found.

    root    the data set's root, which may lie above or below the path that the user gave
    scan    starts a fresh pass; reports through the context and opens frames with it
    labels  the format's own list in its own order; None: whatever the boxes carry
    """

    root: Path
    scan: Callable[[ReadContext], Iterator[ImageRecord]]
    labels: tuple[str, ...] | None = None
    info: Info = field(default_factory=Info)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One annotation format.

    name     lower case, what users type
    summary  one line
    source   where the format is specified
    options  pydantic model of the options (extra forbidden), each with a description
    sniff    whether a path holds this format; must say no to every other format
    read     finds the data set at a path; cheap, the work is in the source's scan
    write    writes all records below context.root
    keeps    optional fields that survive writing and reading back, out of KEEPABLE
    splits   the data set's own named splits: record to split name, or None for no split
    """

    name: str
    summary: str
    source: str
    # Any: each adapter's functions take its own options model.
    options: type[Options] = NoOptions
    sniff: Callable[[Path], bool] | None = None
    read: Callable[[Path, Any], Source] | None = None
    write: Callable[[Dataset, Any, WriteContext], None] | None = None
    keeps: frozenset[str] = frozenset()
    splits: Mapping[str, Callable[[ImageRecord], str | None]] = field(default_factory=dict)
