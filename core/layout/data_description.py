"""Data sets that a file describes: data.yaml of ultralytics, or obj.data of darknet.

data.yaml   path: ., train: images/train, val: images/val, names: {0: cat, 1: dog}, and further keys
obj.data    classes = 2, train = data/train.txt, valid = data/valid.txt, names = data/obj.names

A path that leads out of the description's folder is taken for what its tail means there: people move such
files, and `../train/images` is how Roboflow writes them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from posixpath import basename

from boxwright.core.errors import AnnotationError, reading
from boxwright.core.layout.foreign_paths import below
from boxwright.core.layout.image_listing import IMAGES, Listing
from boxwright.core.layout.source_files import folder_named, folders, is_junk
from boxwright.core.layout.split_files import YEAR
from boxwright.core.layout.split_names import rank, split_of_folder
from boxwright.core.numbers import shortened
from boxwright.core.parsing.text_file import lines
from boxwright.core.parsing.yaml_document import Document, mapping
from boxwright.core.read_context import ReadContext

OWNER = "YOLO"
DATA_YAML = "data.yaml"
DARKNET = ".data"
DESCRIPTIONS = (".yaml", ".yml", DARKNET)
MOST_DESCRIPTIONS = 10  # files of these endings that are looked at in a folder
NAMES_FILES = ("obj.names", "classes.txt", "_darknet.labels")  # darknet, labelImg, Roboflow
LIST, LABELS = ".txt", "labels"
MOST_BYTES = 1 << 20  # of a file of names or of darknet's keys
# Keys that are no splits, whatever they hold.
OTHER_KEYS = frozenset(
    {"path", "names", "nc", "download", "kpt_shape", "flip_idx", "channels", "backup", "classes"}
)
ALL = "all"  # our key, and folder, of images without a split; ultralytics passes it over
CLASS = re.compile("[0-9]{1,9}")  # the number of a class, as a key
NAMES_HINT = "--option names=cat,dog names the classes in the order of their numbers"
POSE_HINT = "without the key kpt_shape and all but five columns of each row, the boxes can be read"


@dataclass(frozen=True, slots=True)
class Described:
    """A data set's root, and its description where it has one; without one, `file` is the root, too."""

    root: Path
    file: Path
    keys: Document | None = None

    def classes(self) -> dict[int, str]:
        """The name of each class."""
        keys = self.keys or Document({}, {})
        stated, line = keys.values.get("names", ""), keys.lines.get("names", "")
        if "kpt_shape" in keys.values:
            fact = "keypoints: rows of poses hold more than a box, and that has no place here"
            raise AnnotationError(self.file, keys.lines["kpt_shape"], fact, POSE_HINT)
        if isinstance(stated, list | dict):
            with reading(self.file, line):
                return dict(map(_class, stated.items() if isinstance(stated, dict) else enumerate(stated)))
        listed = self._names_file(stated)
        if listed is None:
            raise AnnotationError(self.file, line, "nothing names the classes", NAMES_HINT)
        return numbered(lines(listed, MOST_BYTES, OWNER))

    def _names_file(self, stated: str) -> Path | None:
        """The file of the classes' names: the stated one, or one in the root or in a folder of it."""
        if found := below(self.root, stated):
            return self.root / found
        places = (folder / name for folder in (self.root, *folders(self.root)) for name in NAMES_FILES)
        return next((file for file in places if file.is_file()), None)

    def listings(self) -> list[Listing]:
        """The images of each split; a place that several keys name has the split that it is called after."""
        splits: dict[str, list[str]] = {}
        stated = list(self.stated())
        for key, _, path in stated:
            if path is not None:
                splits.setdefault(path, []).append(split_of_folder(key) or key)
        if not stated:
            return self._unstated()
        found = [Listing(self.root, path, _split_of(path, keys)) for path, keys in splits.items()]
        return sorted(found, key=lambda listing: rank(listing.split or ALL))

    def report(self, classes: Mapping[int, str], context: ReadContext) -> None:
        """Report classes of one name, and the splits that are not where the description has them."""
        first: dict[str, int] = {}
        for number, name in classes.items():
            if first.setdefault(name, number) != number:
                line = self.keys.lines.get("names", "") if self.keys else ""
                message = f"classes {first[name]} and {number} are both {name!r}"
                context.problem("duplicate_category", self.file, line, message)
        for key, text, path in self.stated():
            if path is None and self.keys is not None:
                message = f"{key}: no folder or list {text!r}"
                context.drop("missing_image", self.file, self.keys.lines[key], message)

    def stated(self) -> Iterator[tuple[str, str, str | None]]:
        """The keys of splits, what they say, and where that is below the root."""
        values = self.keys.values if self.keys else {}
        base = values.get("path")
        for key in (key for key in values if key not in OTHER_KEYS):
            for text in values[key] if isinstance(values[key], list) else [values[key]]:
                if isinstance(text, str) and text:
                    path = self._place(f"{base}/{text}" if isinstance(base, str) and base else text)
                    if split_of_folder(key) or (path == text and "/" in text):
                        yield key, text, path

    def _place(self, text: str) -> str | None:
        """The folder or list that a path means; `test/images` is not the `images` of another split."""
        path = below(self.root, text)
        if path is None or not ((self.root / path).is_dir() or path.endswith(LIST)):
            return None
        before = text.replace("\\", "/").removesuffix("/").removesuffix(path).rstrip("/")
        return None if split_of_folder(basename(before)) else path

    def _unstated(self) -> list[Listing]:
        """The images of a data set that nothing describes: in `images`, in folders of splits, or anywhere."""
        if found := folder_named(self.root, (IMAGES,)):
            return [Listing(self.root, found.name, None)]
        parts = [folder for folder in folders(self.root) if split_of_folder(folder.name)]
        inside = [(folder_named(part, (IMAGES,)) or part).relative_to(self.root).as_posix() for part in parts]
        splits = [split_of_folder(part.name) for part in parts]
        places = [Listing(self.root, path, split) for path, split in zip(inside, splits, strict=True)]
        return places or [Listing(self.root, ".", None)]


def described(path: Path) -> Described:
    """The data set at a path: its root, its description, or a folder that people take for the root."""
    if path.is_file():
        if path.suffix.lower() not in DESCRIPTIONS:
            raise AnnotationError(path, "", f"is no description of a data set: {', '.join(DESCRIPTIONS)}")
        return Described(path.parent, path, _keys(path))
    above = [path, *islice(path.parents, 2)]
    inside = list(takewhile(_is_inside, above))
    roots = above[: len(inside) + 1]
    for root in roots:
        for file in _descriptions(root):
            if (keys := _keys(file)) and "names" in keys.values:
                return Described(root, file, keys)
    root = next((root for root in roots if folder_named(root, (LABELS,))), path)
    return Described(root, root)


def numbered(texts: Iterable[str]) -> dict[int, str]:
    """Names of classes by their numbers; an empty one names none, and blanks around others say nothing."""
    return {number: name for number, text in enumerate(texts) if (name := text.strip())}


def _is_inside(folder: Path) -> bool:
    """Whether a folder is one that people take for the root."""
    return folder.name.casefold() in (IMAGES, LABELS) or split_of_folder(folder.name) is not None


def _descriptions(folder: Path) -> list[Path]:
    """The files that may describe a data set; data.yaml first."""
    found = [file for ending in DESCRIPTIONS for file in folder.glob(f"*{ending}") if not is_junk(file.name)]
    return sorted(found, key=lambda file: (file.name != DATA_YAML, file))[:MOST_DESCRIPTIONS]


def _keys(file: Path) -> Document | None:
    """The keys of a description; None for another file than data.yaml that is none."""
    if file.suffix == DARKNET:
        pairs = [line.partition("=") for line in lines(file, MOST_BYTES, OWNER)]
        values = {key.strip(): value.strip() for key, equals, value in pairs if equals}
        numbered = {key.strip(): number for number, (key, _, _) in enumerate(pairs, start=1)}
        return Document(values, numbered)
    try:
        return mapping(file, OWNER)
    except AnnotationError:
        if file.name == DATA_YAML:
            raise
        return None


def _class(pair: tuple[object, object]) -> tuple[int, str]:
    key, name = pair
    if not CLASS.fullmatch(str(key)):
        raise ValueError(f"names: {shortened(key)} is no number of a class")
    if not isinstance(name, str) or not name:
        raise ValueError(f"names: {shortened(name)} is no name of a class")
    return int(str(key)), name


def _split_of(path: str, keys: list[str]) -> str | None:
    own = basename(path).removesuffix(LIST)
    names = own, YEAR.sub("", own), split_of_folder(own)  # the whole one first: train2017 may be a key too
    key = keys[0] if len(set(keys)) == 1 else next((name for name in names if name in keys), None)
    return None if key == ALL else key
