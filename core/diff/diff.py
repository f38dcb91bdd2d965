"""Two versions of a data set, compared: what `boxwright diff` calls.

Each version is read twice: once for a digest of every image, once for the records whose digests differ. So
what is held in memory is some 100 bytes an image, and the images that changed. The two may differ in format.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boxwright.core import options as adapter_options
from boxwright.core.adapter import BOX_FIELDS, KEEPABLE, RECORD_FIELDS, Adapter
from boxwright.core.diff.box_changes import box_changes, same
from boxwright.core.diff.difference import Difference, ImageChange
from boxwright.core.losses import NOTHING
from boxwright.core.read import read, reader_of
from boxwright.core.schema import Box, Dataset, ImageRecord

# Source ids name an image in its format, which may count them; a path names it here.
NOT_ASKED = frozenset({"source_id", "path"})
SIZE = ("width", "height")
DIGITS = 2  # of edges in a digest; where these differ, the edges themselves are compared

# A path with how many of the same name came before it: formats may list an image twice.
Key = tuple[str, int]
Progress = Callable[[Dataset], Dataset]


@dataclass(slots=True)
class _Version:
    """One pass over one version: a digest for each image, and the labels of its boxes."""

    digests: dict[Key, bytes] = field(default_factory=dict)
    labels: Counter[str] = field(default_factory=Counter)


def diff(
    old: Path | str,
    new: Path | str,
    *,
    old_format: str | Adapter | None = None,
    new_format: str | Adapter | None = None,
    old_options: Mapping[str, object] | None = None,
    new_options: Mapping[str, object] | None = None,
    image_bytes: bool = False,
    progress: Progress | None = None,
) -> Difference:
    """Say what changed from the data set at `old` to the one at `new`.

    formats       adapters' names; None: found by looking
    image_bytes   whether images are compared byte by byte; else by their sizes in pixels and in bytes
    progress      wraps the records of each pass, to show how far it is
    raises        OptionError, AnnotationError as reading does
    """
    readers = [reader_of(Path(old), old_format), reader_of(Path(new), new_format)]
    show = progress or (lambda dataset: dataset)
    options = (old_options or {}, new_options or {})
    datasets = [
        show(_opened(Path(path), reader, given))
        for path, reader, given in zip((old, new), readers, options, strict=True)
    ]
    comparison = _Comparison(_asked(readers), image_bytes)
    versions = [comparison.version(dataset) for dataset in datasets]
    return comparison.difference(datasets, versions, names=(str(old), str(new)))


def _opened(path: Path, reader: Adapter, options: Mapping[str, Any]) -> Dataset:
    # Here, since an option named like an argument of `read` would be taken for it.
    adapter_options.parse(reader.name, reader.options, "read", options)
    return read(path, reader, **options)


def _asked(readers: Iterable[Adapter]) -> frozenset[str]:
    """The fields that both formats can hold, as far as writing them tells."""
    held = [reader.keeps if reader.write else KEEPABLE for reader in readers]
    return KEEPABLE.intersection(*held) - NOT_ASKED


@dataclass(frozen=True, slots=True)
class _Comparison:
    """How two versions are compared.

    asked         fields of records and boxes
    image_bytes   whether images are read
    """

    asked: frozenset[str]
    image_bytes: bool

    @property
    def box_fields(self) -> tuple[str, ...]:
        return tuple(name for name in BOX_FIELDS if name in self.asked)

    @property
    def record_fields(self) -> tuple[str, ...]:
        own = (name for name in RECORD_FIELDS if name in self.asked and name != "ignored")
        return (*SIZE, *own)

    def version(self, dataset: Dataset) -> _Version:
        found = _Version()
        for key, record in _keyed(dataset):
            found.digests[key] = self.digest(record)
            found.labels.update(box.label for box in record.boxes)
        return found

    def digest(self, record: ImageRecord) -> bytes:
        """A digest of everything that is compared, but for the path."""
        regions = record.ignored if "ignored" in self.asked else ()
        parts = [
            repr([_in_order(getattr(record, name)) for name in self.record_fields]),
            *sorted(map(self._text, record.boxes)),
            "ignored",
            *sorted(map(self._text, regions)),
            repr(self.image(record)),
        ]
        return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).digest()[:16]

    def _text(self, box: Box) -> str:
        edges = [round(edge, DIGITS) + 0.0 for edge in box.edges]  # + 0.0: there is no minus zero
        stated = ((name, getattr(box, name)) for name in self.box_fields)
        said = [(name, _in_order(value)) for name, value in stated if value != NOTHING[name]]
        return repr((box.label, edges, said))

    def image(self, record: ImageRecord) -> object:
        """What tells an image from another one; None where there is none."""
        if record.file is None:
            return None
        if self.image_bytes:
            return hashlib.sha256(record.file.read()).hexdigest()
        with record.file.open() as (_, length):
            return length

    def difference(
        self, datasets: list[Dataset], versions: list[_Version], names: tuple[str, str]
    ) -> Difference:
        old, new = (version.digests for version in versions)
        removed, added = [key for key in old if key not in new], [key for key in new if key not in old]
        renamed = _renamed({key: old[key] for key in removed}, {key: new[key] for key in added})
        differing = {key for key, digest in old.items() if key in new and new[key] != digest}
        labels = [set(version.labels) for version in versions]
        return Difference(
            old=names[0],
            new=names[1],
            images=(len(old), len(new)),
            added=tuple(path for path, _ in added if path not in renamed.values()),
            removed=tuple(path for path, _ in removed if path not in renamed),
            renamed=renamed,
            changed=tuple(self._changes(datasets, differing)) if differing else (),
            labels_added=tuple(sorted(labels[1] - labels[0])),
            labels_removed=tuple(sorted(labels[0] - labels[1])),
            not_compared=tuple(sorted(KEEPABLE - self.asked - NOT_ASKED)),
        )

    def _changes(self, datasets: list[Dataset], differing: set[Key]) -> Iterator[ImageChange]:
        before = {key: record for key, record in _keyed(datasets[0]) if key in differing}
        for key, record in _keyed(datasets[1]):
            if key in before:
                change = self.change(before.pop(key), record)
                if change.fields or change.boxes:
                    yield change

    def change(self, old: ImageRecord, new: ImageRecord) -> ImageChange:
        """What is different between two records of one path."""
        fields = [name for name in self.record_fields if not same(getattr(old, name), getattr(new, name))]
        images = self.image(old), self.image(new)
        if None not in images and images[0] != images[1]:
            fields.append("image")
        boxes = [*box_changes(old.boxes, new.boxes, self.box_fields)]
        if "ignored" in self.asked:
            boxes += box_changes(old.ignored, new.ignored, self.box_fields)
        return ImageChange(new.path, tuple(fields), tuple(boxes))


def _in_order(value: object) -> object:
    """A value whose text does not depend on the order of its keys."""
    return sorted(value.items()) if isinstance(value, Mapping) else value


def _keyed(dataset: Dataset) -> Iterator[tuple[Key, ImageRecord]]:
    seen: Counter[str] = Counter()
    for record in dataset:
        yield (record.path, seen[record.path]), record
        seen[record.path] += 1


def _renamed(removed: Mapping[Key, bytes], added: Mapping[Key, bytes]) -> dict[str, str]:
    """Images that stand under another path now: those whose digest is one of a kind on both sides."""
    old, new = _unique(removed), _unique(added)
    return {old[digest]: new[digest] for digest in old if digest in new}


def _unique(digests: Mapping[Key, bytes]) -> dict[bytes, str]:
    counts = Counter(digests.values())
    return {digest: path for (path, _), digest in digests.items() if counts[digest] == 1}
