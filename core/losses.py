"""What a target format cannot hold, counted: the loss report."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# Optional fields of Box and ImageRecord with the value that says nothing.
NOTHING: Mapping[str, object] = {
    "difficult": False,
    "truncated": None,
    "occluded": None,
    "crowd": False,
    "group_of": False,
    "polygons": (),
    "area": None,
    "pose": None,
    "score": None,
    "cuboid": None,
    "attributes": {},
    "ignored": (),
    "split": None,
    "group": None,
    "source_id": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One line of the loss report: a field, how many values of it are lost, and why."""

    field: str
    count: int
    reason: str

    def __str__(self) -> str:
        return f"{self.count} {self.field}: {self.reason}"


class Losses:
    """Counts what is lost, by field and reason."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, field: str, reason: str, count: int = 1) -> None:
        """Count values of a field that the target cannot hold."""
        if count:
            self._counts[field, reason] += count

    def clear(self) -> None:
        """Start again, for a fresh pass."""
        self._counts.clear()

    def __iter__(self) -> Iterator[Loss]:
        for (field, reason), count in sorted(self._counts.items()):
            yield Loss(field=field, count=count, reason=reason)
