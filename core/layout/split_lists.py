"""Lists of images by split, as ImageSets/ has them: train.txt, val.txt, … with one image's id a line."""

import re
from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from boxwright.core.layout.flat_names import UNPRINTED, bad_name
from boxwright.core.layout.source_files import is_junk
from boxwright.core.layout.split_names import rank
from boxwright.core.parsing import text_file
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import ImageRecord
from boxwright.core.write_context import WriteContext

MOST_BYTES = 64 << 20  # of a list: a million long names
# Lists for one class: `aeroplane_train.txt` with `000005 -1`, where -1 is absent, 1 present, 0 difficult.
CLASS_LIST = re.compile(r".+_(train|val|trainval|test)", re.DOTALL)
CLASS_LINE = re.compile(r"(.*\S)\s+(?:-1|0|1)", re.DOTALL)
UNION = "trainval"  # names what train and val name already


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list: an image's id, its split, and where that is written."""

    name: str
    split: str
    path: Path
    line: int


class SplitLists:
    """Which list names an image, and which of the listed ids no image has answered to."""

    def __init__(self, listed: Iterable[Listed] = ()) -> None:
        self._listed = {each.name: each for each in listed}
        self._found: set[str] = set()

    def find(self, *names: str) -> Listed | None:
        """The line that holds the first of these names that any holds; its image is found with that."""
        for name in names:
            if name in self._listed:
                self._found.add(name)
                return self._listed[name]
        return None

    def report_missing(self, context: ReadContext, annotation: str, besides: Collection[str] = ()) -> None:
        """Report each id that was not found, in the lists' order.

        annotation   what it lacks, for the message: `an XML file`
        besides      splits whose lists may name what is not here
        """
        for name, each in self._listed.items():
            if name not in self._found and each.split not in besides:
                message = f"{name!r} has neither {annotation} nor an image"
                context.drop("missing_annotation", each.path, each.line, message)


def read_list(path: Path, owner: str) -> list[Listed]:
    """The ids of one list, whose name is the split; blanks around them and blank lines say nothing."""
    numbered = enumerate(text_file.lines(path, MOST_BYTES, owner), start=1)
    return [Listed(line.strip(), path.stem, path, number) for number, line in numbered if line.strip()]


def read_lists(folder: Path, owner: str) -> list[Listed]:
    """The ids of all lists in a folder; lists of classes count for splits that have no plain list."""
    plain: list[Listed] = []
    of_classes: list[Listed] = []
    for path in sorted(path for path in folder.glob("*.txt") if not is_junk(path.name)):
        listed = read_list(path, owner)
        of_class = _of_class(path, listed)
        plain, of_classes = (plain, of_classes + of_class) if of_class else (plain + listed, of_classes)
    splits = {each.split for each in plain}
    return [*plain, *(each for each in of_classes if each.split not in splits)]


def _of_class(path: Path, listed: Iterable[Listed]) -> list[Listed]:
    """The ids in a list for one class, or nothing where a line is none of such a list."""
    named = CLASS_LIST.fullmatch(path.stem)
    found = [(each, CLASS_LINE.fullmatch(each.name)) for each in listed] if named else []
    ids = [Listed(line[1], named[1], path, each.line) for each, line in found if named and line]
    return ids if len(ids) == len(found) else []


def merged(listed: Iterable[Listed], context: ReadContext, weak: tuple[str, ...] = (UNION,)) -> SplitLists:
    """The ids of several lists; one that stands in two splits is reported and stays in the first.

    weak   splits that count only for ids that no other list names, without a report
    """
    found: dict[str, Listed] = {}
    for each in sorted(listed, key=lambda each: rank(each.split, weak)):
        first = found.setdefault(each.name, each)
        if first.split != each.split and each.split not in weak:
            message = f"{each.name} is in {first.path.name} too; it is taken as {first.split}"
            context.problem("split_overlap", each.path, each.line, message)
    return SplitLists(found.values())


@contextmanager
def written(context: WriteContext, folder: str) -> Generator[Callable[[ImageRecord, str], None]]:
    """Lists in a folder; gives a function that adds an id to the list of a record's split, if it has one."""
    lists: dict[str, TextIO] = {}
    with ExitStack() as stack:

        def add(record: ImageRecord, name: str) -> None:
            if record.split is None:
                return
            if record.split not in lists:
                file_name = _file_name(record.split, record, context)
                lists[record.split] = stack.enter_context(context.open(f"{folder}/{file_name}"))
            if name != name.strip() or UNPRINTED.search(name):
                context.refuse(record, f"a list of a split cannot hold {name!r}", "rename the image")
            lists[record.split].write(f"{name}\n")

        yield add


def _file_name(split: str, record: ImageRecord, context: WriteContext) -> str:
    name = f"{split}.txt"
    if fact := bad_name(name):
        context.refuse(record, f"split {split!r} {fact}")
    return name
