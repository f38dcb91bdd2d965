"""What `diff` found: as values, as text for a terminal, as plain values for JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from boxwright.core.diff.box_changes import KINDS, BoxChange
from boxwright.core.frame import shown
from boxwright.core.report import wrapped
from boxwright.core.schema import Box

EXAMPLES = 5  # of each kind that the text shows; JSON holds all


@dataclass(frozen=True, slots=True)
class ImageChange:
    """One image that is in both versions, with what is not the same.

    fields   names of the record's fields that differ; `image` where the bytes do
    """

    path: str
    fields: tuple[str, ...]
    boxes: tuple[BoxChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changed from one version of a data set to another.

    images           how many the old and the new version have
    added, removed   paths of images that only the new, only the old version has
    renamed          old path to new path, of images that are otherwise as they were
    labels_added     labels that only the new version has boxes of, and so on
    not_compared     fields that one of the two formats cannot hold
    """

    old: str
    new: str
    images: tuple[int, int]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: Mapping[str, str]
    changed: tuple[ImageChange, ...]
    labels_added: tuple[str, ...]
    labels_removed: tuple[str, ...]
    not_compared: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether the two are the same."""
        return not (self.added or self.removed or self.renamed or self.changed)

    def __str__(self) -> str:
        first = f"{self.old} -> {self.new}: {self.images[0]} -> {self.images[1]} images"
        lines = list(self._lines()) or ["  no difference"]
        if self.not_compared:
            lines.append(f"  not compared, for one of the two cannot hold it: {', '.join(self.not_compared)}")
        return "\n".join(wrapped([first, *lines]))

    def _lines(self) -> Iterator[str]:
        for title, labels in (("new labels", self.labels_added), ("labels gone", self.labels_removed)):
            if labels:
                yield f"  {title}: {', '.join(labels)}"
        yield from _listed("images added", self.added)
        yield from _listed("images removed", self.removed)
        yield from _listed("images renamed", [f"{old} -> {new}" for old, new in self.renamed.items()])
        fields: dict[str, list[str]] = {}
        for image in self.changed:
            for name in image.fields:
                fields.setdefault(name, []).append(image.path)
        for name, paths in sorted(fields.items()):
            yield from _listed(f"images with another {name}" if name != "image" else "images redrawn", paths)
        for kind in KINDS:
            yield from _listed(f"boxes {kind}", self._boxes(kind))

    def _boxes(self, kind: str) -> list[str]:
        return [
            f"{image.path}: {_change(box)}"
            for image in self.changed
            for box in image.boxes
            if box.kind == kind
        ]

    def as_dict(self) -> dict[str, object]:
        """Everything as plain values."""
        return {
            "old": self.old,
            "new": self.new,
            "images": list(self.images),
            "labels_added": list(self.labels_added),
            "labels_removed": list(self.labels_removed),
            "added": list(self.added),
            "removed": list(self.removed),
            "renamed": dict(self.renamed),
            "boxes": dict(Counter(box.kind for image in self.changed for box in image.boxes)),
            "changed": [
                {
                    "path": image.path,
                    "fields": list(image.fields),
                    "boxes": [_plain_change(box) for box in image.boxes],
                }
                for image in self.changed
            ],
            "not_compared": list(self.not_compared),
        }


def _listed(title: str, entries: Iterable[str]) -> Iterator[str]:
    found = list(entries)
    if not found:
        return
    yield f"  {title}: {len(found)}"
    yield from (f"    {entry}" for entry in found[:EXAMPLES])
    if len(found) > EXAMPLES:
        yield f"    and {len(found) - EXAMPLES} more; --json tells all"


def _change(change: BoxChange) -> str:
    old, new = change.old, change.new
    if old is None or new is None:
        return _shown(old or new)
    others = [name for name in change.fields if name not in ("label", "edges")]
    values = [f"{name} {getattr(old, name)!r} -> {getattr(new, name)!r}" for name in others]
    if "label" in change.fields or "edges" in change.fields:
        values.insert(0, f"{_shown(old)} -> {_shown(new)}")
    else:
        values.insert(0, _shown(new))
    return ", ".join(values)


def _shown(box: Box | None) -> str:
    return "" if box is None else f"{box.label} {shown([round(edge, 3) for edge in box.edges])}"


def _plain_change(change: BoxChange) -> dict[str, object]:
    sides = {"old": change.old, "new": change.new}
    stated = {
        side: {"label": box.label, "edges": list(box.edges)} | _values(box, change.fields)
        for side, box in sides.items()
        if box is not None
    }
    return {"kind": change.kind, "fields": list(change.fields), **stated}


def _values(box: Box, fields: Iterable[str]) -> dict[str, object]:
    return {name: _plain(getattr(box, name)) for name in fields if name not in ("label", "edges")}


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    return value if value is None or isinstance(value, bool | int | float | str | tuple) else str(value)
