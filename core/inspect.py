"""Looking at a data set: what is there, and what is wrong with it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from boxwright.core import options as adapter_options
from boxwright.core.plugins import Format
from boxwright.core.problems import Action, Policy, Problem
from boxwright.core.read import read, reader_of
from boxwright.core.report import contents, problem_lines, wrapped
from boxwright.core.schema import Dataset, Info
from boxwright.core.tally import Tally


@dataclass(frozen=True, slots=True)
class Inspection:
    """What one pass over a data set found."""

    path: str
    format: str
    info: Info
    tally: Tally

    def __str__(self) -> str:
        first, *others = self._lines()
        return "\n".join([first, *wrapped(others)])

    def _lines(self) -> Iterable[str]:
        tally = self.tally
        yield f"{self.path} ({self.format}): {tally.images} images, {tally.boxes} boxes"
        yield from contents(dict(tally.labels.most_common()), dict(tally.splits), tally.empty, tally.ignored)
        for title, ranges in (
            ("image size", (tally.widths.as_dict(), tally.heights.as_dict())),
            ("box size", (tally.box_widths.as_dict(), tally.box_heights.as_dict())),
        ):
            yield from _size_line(title, *ranges)
        if tally.overlapping_groups:
            yield f"  groups in several splits: {len(tally.overlapping_groups)}"
        yield from problem_lines(tally.problems, imageless=tally.imageless)

    def as_dict(self) -> dict[str, object]:
        """The same as plain values, for JSON."""
        tally = self.tally
        return {
            "path": self.path,
            "format": self.format,
            "images": tally.images,
            "boxes": tally.boxes,
            "ignored": tally.ignored,
            "negatives": tally.empty,
            "labels": dict(tally.labels.most_common()),
            "splits": dict(tally.splits),
            "groups_in_several_splits": sorted(tally.overlapping_groups),
            "image_width": tally.widths.as_dict(),
            "image_height": tally.heights.as_dict(),
            "box_width": tally.box_widths.as_dict(),
            "box_height": tally.box_heights.as_dict(),
            "problems": [
                {"code": code, "action": action, "count": found.count, "effect": found.effect}
                for (code, action), found in sorted(tally.problems.items())
            ],
        }


def inspect(
    path: Path | str,
    format: Format | None = None,
    *,
    labels: Iterable[str] | None = None,
    options: Mapping[str, object] | None = None,
    strict: bool = False,
    on: Mapping[str, Action] | None = None,
    decode: bool = False,
    on_problem: Callable[[Problem], None] | None = None,
    consume: Callable[[Dataset], object] | None = None,
    progress: Callable[[Dataset], Dataset] | None = None,
) -> Inspection:
    """Read a whole data set once and say what is in it.

    The arguments are those of `read`.
    consume   what reads the records, a contact sheet for one; None: they are only counted
    """
    options = dict(options or {})
    policy = Policy(strict=strict, actions=on or {})
    tally = Tally(policy=policy, on_problem=on_problem)
    reader = reader_of(Path(path), format)
    # Here, since an option named like an argument of `read` would be taken for it.
    adapter_options.parse(reader.name, reader.options, "read", options)
    dataset = read(
        path,
        reader,
        labels=labels,
        on_problem=tally.problem,
        strict=strict,
        on=on,
        decode=decode,
        **options,
    )
    counted = (progress or (lambda same: same))(tally.counting(dataset))
    (consume or _pass)(counted)
    return Inspection(str(path), reader.name, dataset.info, tally)


def _pass(dataset: Dataset) -> None:
    for _ in dataset:
        pass


def _size_line(
    title: str, width: Mapping[str, float] | None, height: Mapping[str, float] | None
) -> Iterable[str]:
    if width is None or height is None:
        return
    least, mean, greatest = (f"{width[key]:g} x {height[key]:g}" for key in ("least", "mean", "greatest"))
    yield f"  {title}: {least} to {greatest}, mean {mean}"
