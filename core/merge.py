"""Several data sets as one: labels united by name, images and groups told apart by their data set's name."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from boxwright.core.errors import AnnotationError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.problems import Problem
from boxwright.core.reporter import Reporter
from boxwright.core.schema import Dataset, ImageRecord, Info


def merged(datasets: Mapping[str, Dataset], reporter: Reporter) -> Dataset:
    """One data set of all records, in the order of `datasets`; each is scanned anew with every pass.

    datasets   by names of which none is another's; a name becomes the first folder of its images' paths
    reporter   is told of an image whose bytes an earlier one has (`duplicate_image`, by default kept)
    Labels keep the order in which the data sets declare them; where one declares none they are alphabetical.
    """
    declared = [dataset.declared_labels for dataset in datasets.values()]
    labels = None if None in declared else dict.fromkeys(label for some in declared for label in some or ())

    def scan() -> Iterator[ImageRecord]:
        copies = _Copies()
        for name, dataset in datasets.items():
            for record in _named(name, dataset):
                if not _is_skipped(record, copies, reporter):
                    yield record

    return Dataset(labels, scan, _info([dataset.info for dataset in datasets.values()]))


def names_of(sources: Sequence[Path]) -> list[str]:
    """A name for each source: its own, or with a number where an earlier one has it: cats, dogs, cats-2."""
    taken: Counter[str] = Counter()
    found: list[str] = []
    for path in sources:
        whole = Path(os.path.abspath(path))
        own = whole.stem if whole.is_file() else whole.name
        name = own
        while name in found:
            taken[own] += 1
            name = f"{own}-{taken[own] + 1}"
        found.append(name)
    return found


def in_source(name: str, problem: Problem) -> Problem:
    """The problem, its file named from above the data set of this name."""
    return replace(problem, path=f"{name}/{problem.path}")


def _named(name: str, dataset: Dataset) -> Iterator[ImageRecord]:
    """The records of one data set, below its name; so are the files in its errors."""
    try:
        for record in dataset:
            group = None if record.group is None else f"{name}/{record.group}"
            yield replace(record, path=f"{name}/{record.path}", group=group)
    except AnnotationError as error:
        raise AnnotationError(
            f"{name}/{error.path}", error.where, error.fact, error.hint
        ) from error.__cause__


def _is_skipped(record: ImageRecord, copies: "_Copies", reporter: Reporter) -> bool:
    first = None if record.file is None else copies.first(record.path, record.file)
    if first is None:
        return False
    message = f"the same bytes as {first}"
    return reporter.problem("duplicate_image", record.path, "", message, "keep") == "skip"


class _Copies:
    """Which images came before, by their bytes; those of a length of their own are never read."""

    def __init__(self) -> None:
        self._by_length: dict[int, list[tuple[str, ImageFile]]] = {}
        self._digests: dict[str, bytes] = {}

    def first(self, path: str, image: ImageFile) -> str | None:
        """The path of an earlier image with these bytes; this one is remembered."""
        try:
            with image.open() as (_, length):
                alike = self._by_length.setdefault(length, [])
            found = next((other for other, file in alike if self._are_equal(path, image, other, file)), None)
        except OSError:  # unreadable ones are reported where they are read
            return None
        alike.append((path, image))
        return found

    def _are_equal(self, path: str, image: ImageFile, other: str, file: ImageFile) -> bool:
        return self._digest(path, image) == self._digest(other, file)

    def _digest(self, path: str, image: ImageFile) -> bytes:
        if path not in self._digests:
            self._digests[path] = hashlib.sha256(image.read()).digest()
        return self._digests[path]


def _info(infos: Sequence[Info]) -> Info:
    """What is known of the whole: the words of each, once."""

    def joined(values: list[str | None]) -> str | None:
        return "; ".join(dict.fromkeys(filter(None, values))) or None

    return Info(
        name=joined([info.name for info in infos]),
        licence=joined([info.licence for info in infos]),
        source=joined([info.source for info in infos]),
    )
