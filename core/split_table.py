"""How a split would divide a data set, before anything is written: what `boxwright split SRC` prints."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boxwright.core import options as adapter_options
from boxwright.core.layout.split_names import rank
from boxwright.core.plugins import Format
from boxwright.core.read import read, reader_of
from boxwright.core.report import counted, wrapped
from boxwright.core.schema import Dataset, ImageRecord
from boxwright.core.splits import parse_split, split
from boxwright.core.transforms import Transforms, transform

NO_SPLIT = "(none)"
SOURCE = "source"  # the split that a data set comes with
EXAMPLES = 3  # groups that are named


@dataclass(slots=True)
class SplitPart:
    """What one split gets; `groups` holds those of its images that have one."""

    images: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    groups: set[str] = field(default_factory=set)

    @property
    def boxes(self) -> int:
        """How many boxes its images have."""
        return self.labels.total()


@dataclass(frozen=True, slots=True)
class SplitTable:
    """The parts of a split by name: train, val, test, then others.

    own   images by the splits that the data set comes with, where they are given up for others
    """

    title: str
    parts: Mapping[str, SplitPart]
    own: Mapping[str, int] = field(default_factory=dict)

    @property
    def straddling(self) -> list[str]:
        """The groups that have images in several splits: what a validation score is too good by."""
        parts = Counter(group for part in self.parts.values() for group in part.groups)
        return sorted(group for group, count in parts.items() if count > 1)

    def __str__(self) -> str:
        labels = sum((part.labels for part in self.parts.values()), Counter[str]())
        return "\n".join(
            wrapped([self.title, *self._rows(), *self._shares(labels), *self._overlap(), *self._given_up()])
        )

    def _rows(self) -> list[str]:
        width = max(map(len, ("split", *self.parts)))
        head = f"  {'split':<{width}}  {'images':>8}  {'share':>6}  {'boxes':>8}  {'groups':>7}"
        images = sum(part.images for part in self.parts.values()) or 1
        return [
            head,
            *(
                f"  {name:<{width}}  {part.images:>8}  {part.images / images:>6.1%}  {part.boxes:>8}"
                f"  {len(part.groups):>7}"
                for name, part in self.parts.items()
            ),
        ]

    def _shares(self, labels: Counter[str]) -> list[str]:
        """What each split has of the labels, the most frequent first."""
        named = [label for label, _ in labels.most_common()]
        return [
            f"  {name}: {counted({label: part.labels[label] for label in named})}"
            for name, part in self.parts.items()
            if named
        ]

    def _given_up(self) -> list[str]:
        found = counted(dict(sorted(self.own.items(), key=lambda split: rank(split[0]))))
        return [f"  its own splits are not used: {found} (--split {SOURCE} keeps them)"] if self.own else []

    def _overlap(self) -> list[str]:
        found = self.straddling
        shown = ", ".join(found[:EXAMPLES]) + (" …" if len(found) > EXAMPLES else "")
        return [f"  groups in several splits: {len(found)} ({shown})"] if found else []


def _own_splits(dataset: Dataset, own: Counter[str]) -> Dataset:
    """The same data set; each pass counts its images by their splits, from zero."""

    def scan() -> Iterator[ImageRecord]:
        own.clear()
        for record in dataset:
            own.update([record.split] if record.split is not None else [])
            yield record

    return dataset.derive(scan, dataset.declared_labels)


def split_table(
    source: Path,
    wanted: str,
    *,
    format: Format | None = None,
    seed: int = 0,
    transforms: Transforms | None = None,
    options: Mapping[str, Any] | None = None,
    progress: Callable[[Dataset], Dataset] | None = None,
) -> SplitTable:
    """Divide a data set as `convert` would, and count; the arguments are those of `convert`."""
    reader = reader_of(source, format)
    # Here, since an option named like an argument of `read` would be taken for it.
    adapter_options.parse(reader.name, reader.options, "read", options or {})
    dataset = (progress or (lambda same: same))(read(source, reader, **(options or {})))
    dataset = transform(dataset, transforms or Transforms(), seed, Counter())
    own: Counter[str] = Counter()
    dataset = _own_splits(dataset, own)
    parts: dict[str, SplitPart] = {}
    for record in split(dataset, parse_split(wanted), seed, reader.splits):
        part = parts.setdefault(record.split or NO_SPLIT, SplitPart())
        part.images += 1
        part.labels.update(box.label for box in record.boxes)
        if record.group is not None:
            part.groups.add(record.group)
    ordered = dict(sorted(parts.items(), key=lambda part: rank(part[0], (NO_SPLIT,))))
    return SplitTable(
        f"{source} ({reader.name}), split {wanted}, seed {seed}", ordered, own if wanted != SOURCE else {}
    )
