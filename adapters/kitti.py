"""KITTI object detection: one text file per image, one object per line.

Layout:   <root>/training/image_2/000000.png, <root>/training/label_2/000000.txt, <root>/ImageSets/train.txt;
          other names of the two folders (images and labels, as the EgoHands tutorial has them), folders per
          split inside or above them, and images and labels in one folder are found as well
Columns:  type truncated occluded alpha  left top right bottom  h w l  x y z  rotation_y  [score]
Units:    pixels from the top left corner, 0-based edges; metres, radians; truncated is a share from 0 to 1
Unknown:  -1 for truncated, occluded and sizes, -10 for angles, -1000 for places
Source:   devkit_object readme, https://www.cvlibs.net/datasets/kitti/; ImageSets: OpenPCDet, mmdet3d

The left camera is read (label_2, image_2); another label folder beside it when its own path is given.
"""

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Literal

from pydantic import DirectoryPath

from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError
from boxwright.core.frame import Frame
from boxwright.core.layout import split_lists
from boxwright.core.layout.annotation_folders import Part, mirrored, named_as
from boxwright.core.layout.flat_names import FlatNames, extension_of, joined
from boxwright.core.layout.image_folder import ImageFolder, stem_of
from boxwright.core.layout.source_files import files, folder_named, folders, is_junk
from boxwright.core.layout.split_lists import UNION, Listed, SplitLists
from boxwright.core.layout.split_names import split_of_folder
from boxwright.core.layout.unlabelled import Unlabelled, unlabelled
from boxwright.core.numbers import Rounding, decimal, number, rounded, shortened
from boxwright.core.options import Options, reads, writes
from boxwright.core.parsing.cut_row import cut_hint
from boxwright.core.parsing.text_file import lines
from boxwright.core.plugins import hookimpl
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Box, Cuboid, Dataset, ImageRecord
from boxwright.core.write_context import WriteContext

TEXT = ".txt"
COLUMNS = 15  # without a detector's score
EDGES = ("left", "top", "right", "bottom")
# What the 3D columns hold where nothing is known: alpha before the edges, the others behind them.
ANGLE, SIZE, PLACE = -10.0, -1.0, -1000.0
BEHIND = {
    "height": SIZE,
    "width": SIZE,
    "length": SIZE,
    "x": PLACE,
    "y": PLACE,
    "z": PLACE,
    "rotation_y": ANGLE,
}
MARKERS = {"alpha": ANGLE, **BEHIND}
UNKNOWN_NUMBERS = frozenset(MARKERS.values())
UNKNOWN_CUBOID = decimal(ANGLE), " ".join(map(decimal, BEHIND.values()))
NUMBERS = ("truncated", "occluded", "alpha", *EDGES, *BEHIND, "score")
UNLABELLED_REGION = "DontCare"
OCCLUSIONS = (0, 1, 2, 3)
UNKNOWN_FLAG = -1

# A label folder and the image folder that goes with it, in lower case; the official names first.
FOLDERS = {
    "label_2": "image_2",
    "labels": "images",
    "label": "image",
    "label_3": "image_3",
    "annotations": "images",
}
IMAGE_FOLDERS = (*dict.fromkeys(FOLDERS.values()), "data")  # FiftyOne puts data/ beside labels/
LISTS_FOLDER = "ImageSets"
TRAINING = "training"  # where KITTI has all images that are labelled
TESTING = "testing"  # where it has those that are not
ARCHIVE_FOLDER = "data_object_label_2"  # where data_object_label_2.zip is unpacked by itself
# Folders of a KITTI root that hold neither, though some are full of numbered .txt files.
OTHER_FOLDERS = frozenset({"calib", "planes", "velodyne", TESTING, LISTS_FOLDER})
# Text that lies about beside labels; such a name is a label file only where it has an image.
OTHER_TEXTS = frozenset(
    {"classes", "labels", "license", "names", "readme", "test", "train", "trainval", "val"}
)

MOST_BYTES = 1 << 19  # of a label file: 5,000 objects, where real images have some dozens
SNIFFED_FILES = 50  # label files that may be empty before a folder counts as unknown
SNIFFED_LINES = 10
YOLO_COLUMNS = 5

BLANK_HINT = "a blank in the type? KITTI types are one word (Person_sitting)"
YOLO_HINT = "five numbers are a row of YOLO's"
FOLDER_HINT = "give the folder above label_2 and image_2, or the label folder itself with option images=DIR"


class KittiOptions(Options):
    """Options of the KITTI adapter."""

    images: DirectoryPath | None = reads(None, "folder of the images, when it is not beside the labels")
    unlabelled: Unlabelled = reads(
        "skip", "images without a label file: skip them, or take them (and testing/) as negatives"
    )
    layout: Literal["kitti", "flat"] = writes(
        "kitti", "training/image_2 and training/label_2, or images and labels as in the EgoHands tutorial"
    )
    round: Rounding = writes("none", "edges as they are, or outward to whole pixels as in the tutorial")


def read(path: Path, options: KittiOptions) -> Source:
    """Find the label folders at or below `path`, and the images of each."""
    path = Path(os.path.abspath(path))
    found = _label_folders(path) if path.is_dir() else []
    parts = [_part(folder, path, options.images, alone=len(found) == 1) for folder in found]
    if not any(map(_holds_labels, parts)) and not any(map(_is_empty, parts)):
        fact = "no KITTI labels: there is no .txt file in a label folder"
        raise AnnotationError(path, "", fact, FOLDER_HINT)
    root = _root(path, found[0])
    if options.unlabelled == "negative":
        parts += _testing(root)
    return Source(root=root, scan=lambda context: _scan(parts, root, options, context))


def write(dataset: Dataset, options: KittiOptions, context: WriteContext) -> None:
    """Write a label file for each image, and the lists of the splits."""
    kitti = options.layout == "kitti"
    images, labels = ("training/image_2", "training/label_2") if kitti else ("images", "labels")
    (context.root / labels).mkdir(parents=True, exist_ok=True)  # without records it stays empty
    names = FlatNames(context, "label file", TEXT)
    with split_lists.written(context, LISTS_FOLDER) as add_to_list:
        for record in dataset:
            name = _name(record, context)
            stem = names.take(record, name)
            add_to_list(record, stem)
            rows = [_row(label, box, options, context) for label, box in _typed(record, context)]
            context.write(f"{labels}/{stem}.txt", "".join(rows))
            context.place(record, f"{images}/{name}")


def sniff(path: Path) -> bool:
    """Whether the first label file that is not empty has KITTI's rows: text, then 14 or 15 numbers."""
    try:
        path = Path(os.path.abspath(path))
        found = _label_folders(path) if path.is_dir() else []
        return any(_looks_right(folder) for folder in found if not _is_another_set(folder, path))
    except (OSError, AnnotationError):
        return False


def _is_another_set(folder: Path, path: Path) -> bool:
    """Whether labels belong to one of several data sets that lie below a path."""
    between = folder.parent.relative_to(path).parts if path in folder.parents else ()
    return any(not split_of_folder(name) and name != ARCHIVE_FOLDER for name in between)


def _looks_right(folder: Path) -> bool:
    # Folders of another name are not searched: sniffing must stay cheap on any tree.
    found = files(folder, {TEXT}) if named_as(folder, FOLDERS) else sorted(folder.glob("*.txt"))
    texts = (path for path in found if not is_junk(path.name) and _is_label(path))
    for path in islice(texts, SNIFFED_FILES):
        head = lines(path, MOST_BYTES, "KITTI")[:SNIFFED_LINES]
        if rows := [line.split() for line in head if line.strip()]:
            return all(map(_is_row, rows))
    return False


def _is_row(columns: list[str]) -> bool:
    right = len(columns) in (COLUMNS, COLUMNS + 1)
    return right and not _is_number(columns[0]) and all(map(_is_number, columns[1:]))


# Layout: where the labels and the images are.


def _label_folders(path: Path) -> list[Path]:
    """The label folders at, beside or below a path; the path itself where none has a known name."""
    if found := folder_named(path, FOLDERS):
        return [found]
    if path.name.casefold() in FOLDERS:
        return [path]
    ours = [labels for labels, images in FOLDERS.items() if images in (path.name, path.parent.name)]
    if found := mirrored(path, IMAGE_FOLDERS, (*ours, *FOLDERS)):
        return [found]
    below = (
        folder_named(folder, FOLDERS) or folder_named(folder / TRAINING, FOLDERS) for folder in folders(path)
    )
    return [folder for folder in below if folder] or [path]


def _root(path: Path, folder: Path) -> Path:
    """The data set's root: above `training`, and above the label or image folder where that was given."""
    labels = named_as(folder, FOLDERS)
    root = labels.parent if labels and (folder == path or path not in folder.parents) else path
    return root.parent if root.name == TRAINING else root


def _part(folder: Path, path: Path, images: Path | None, *, alone: bool) -> Part:
    prefix = "" if alone else f"{folder.parent.relative_to(path).as_posix()}/"
    skip = frozenset[str]() if named_as(folder, FOLDERS) else OTHER_FOLDERS
    if images is not None:
        return Part(folder, images / prefix if (images / prefix).is_dir() else images, prefix, skip)
    return Part(folder, _images_of(folder, path), prefix, skip)


def _images_of(folder: Path, path: Path) -> Path:
    """The image folder of a label folder: beside it, or as KITTI's archives unpack; else the same folder."""
    labels = named_as(folder, FOLDERS)
    if labels is None:
        return folder
    names = (FOLDERS[labels.name.casefold()], *IMAGE_FOLDERS)
    if found := mirrored(folder, FOLDERS, names):
        return found
    unpacked = (tree / labels.parent.name / name for tree in folders(path) for name in names)
    return next((images for images in unpacked if images.is_dir()), folder)  # data_object_image_2/training/…


def _testing(root: Path) -> list[Part]:
    """KITTI's testing images, which come without labels."""
    places = (tree / TESTING / name for tree in (root, *folders(root)) for name in IMAGE_FOLDERS)
    found = (images for images in places if images.is_dir() and not folder_named(images.parent, FOLDERS))
    return [Part(None, images, f"{TESTING}/") for images in islice(found, 1)]


def _holds_labels(part: Part) -> bool:
    return any(_is_label(path) for path, _ in part.files(TEXT))


def _is_empty(part: Part) -> bool:
    """Whether a label folder holds nothing, and no images are beside it: a data set without images."""
    folder = part.annotations
    if folder is None or folder != part.images:
        return False
    return folder.name.casefold() in FOLDERS and not any(folder.iterdir())


def _is_label(path: Path) -> bool:
    return path.stem.casefold() not in OTHER_TEXTS


# Records.


def _scan(
    parts: Iterable[Part], root: Path, options: KittiOptions, context: ReadContext
) -> Iterator[ImageRecord]:
    for part in parts:
        images, lists = part.image_folder(), _lists(part, root, context)
        for path, stem in part.files(TEXT):
            record = _record(path, stem, part, images, lists, context)
            if record is not None:
                yield record
        split = partial(_split, lists)
        yield from unlabelled(part, images, context, options.unlabelled, annotation="label file", split=split)
        lists.report_missing(context, "a label file", besides=_of_testing(part))


def _lists(part: Part, root: Path, context: ReadContext) -> SplitLists:
    """The lists of a data set with one label folder."""
    if part.annotations is None or part.prefix:
        return SplitLists()
    above = part.annotations.parent
    tops = (above.parent if above.name == TRAINING else above, root)
    folder = next((top / LISTS_FOLDER for top in tops if (top / LISTS_FOLDER).is_dir()), None)
    found = split_lists.read_lists(folder, "KITTI") if folder else ()
    return split_lists.merged(found, context, weak=(UNION, *_of_testing(part)))


def _of_testing(part: Part) -> tuple[str, ...]:
    """Lists that name images of testing/: KITTI counts those, too, from 000000."""
    own = part.annotations is not None and part.annotations.parent.name == TRAINING
    return ("test",) if own else ()


def _split(lists: SplitLists, image: str, stem: str = "") -> tuple[Listed | None, str | None]:
    """The line that lists an image, with or without extension, and the split: its, or the first folder's."""
    listed = lists.find(stem or stem_of(image), image)
    folder, slash, _ = image.partition("/")
    return listed, listed.split if listed else split_of_folder(folder) if slash else None


def _record(
    path: Path, stem: str, part: Part, images: ImageFolder, lists: SplitLists, context: ReadContext
) -> ImageRecord | None:
    """The record of one label file; None when a problem's action skips it, or when it is none."""
    found = images.by_stem(stem)
    if found is None and (found := images.similar(stem)):
        context.problem("image_renamed", path, "", f"no image {stem!r}; {found!r} is there")
    if found is None and not _is_label(path):
        return None
    name, image = f"{part.prefix}{found or stem + '.png'}", images.file(found) if found else None
    _, split = _split(lists, name, stem)
    if not context.claim(name, path):
        return None
    frame = context.frame(image, path=path, missing=f"no image {name} or with another extension")
    if frame is None:
        return None
    boxes, ignored = _boxes(path, frame)
    return frame.record(name, boxes, ignored=ignored, split=split)


def _boxes(path: Path, frame: Frame) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
    """The objects of a label file, and the regions that nobody labelled."""
    boxes: list[Box] = []
    ignored: list[Box] = []
    for line_number, line in enumerate(lines(path, MOST_BYTES, "KITTI"), start=1):
        if columns := line.split():
            box = _box(columns, frame, line_number)
            if box is not None:
                (ignored if columns[0] == UNLABELLED_REGION else boxes).append(box)
    return tuple(boxes), tuple(ignored)


def _box(columns: list[str], frame: Frame, line: int) -> Box | None:
    """The box of one row; None when a problem's action drops it."""
    try:
        values = _values(columns)
    except ValueError as error:
        raise AnnotationError(frame.path, line, str(error), _hint(columns, frame, line)) from None

    def unknown(fact: str) -> None:
        frame.reporter.problem("invalid_attribute", frame.path, line, fact)

    truncated, occluded, alpha, left, top, right, bottom, *behind = values
    score = behind.pop() if len(behind) > len(BEHIND) else None
    make = frame.region if columns[0] == UNLABELLED_REGION else frame.box
    return make(
        columns[0],
        (left, top, right, bottom),
        where=line,
        truncated=_truncated(truncated, unknown),
        occluded=_occluded(occluded, columns[2], unknown),
        cuboid=_cuboid((alpha, *behind), unknown),
        score=None if score is None else _known("score", score, unknown),
    )


def _values(columns: list[str]) -> list[float]:
    """The columns behind the type; only the edges must be finite."""
    if len(columns) not in (COLUMNS, COLUMNS + 1):
        raise ValueError(f"expected {COLUMNS} columns, or {COLUMNS + 1} with a score; found {len(columns)}")
    texts = columns[1:]
    try:  # all at once, as nearly every row can be read
        values = [*map(float, texts)]
    except ValueError:
        return _named_values(texts)
    plain = math.isfinite(sum(values)) and "_" not in "".join(texts)
    return values if plain else _named_values(texts)


def _named_values(texts: list[str]) -> list[float]:
    """The same, one by one: the column that is wrong has a name."""
    named = zip(NUMBERS, texts, strict=False)
    return [
        float(text) if name not in EDGES and _is_number(text) else number(text, name) for name, text in named
    ]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text  # Python takes digit groups for numbers


def _hint(columns: list[str], frame: Frame, line: int) -> str | None:
    if len(columns) == YOLO_COLUMNS and all(map(_is_number, columns)):
        return YOLO_HINT
    if len(columns) > COLUMNS and not _is_number(columns[1]):
        return BLANK_HINT
    return cut_hint(frame.path, line, short=len(columns) < COLUMNS)


def _truncated(value: float, unknown: Callable[[str], None]) -> float | None:
    if value == UNKNOWN_FLAG or 0 <= value <= 1:
        return None if value == UNKNOWN_FLAG else value
    unknown(f"truncated: {value:g} is no share from 0 to 1")
    return None


def _occluded(value: float, text: str, unknown: Callable[[str], None]) -> int | None:
    if value in OCCLUSIONS:
        if not text.isdecimal():
            unknown(f"occluded: {shortened(text)} is no whole number; {int(value)} is taken")
        return int(value)
    if value != UNKNOWN_FLAG:
        unknown(f"occluded: {shortened(text)} is none of 0, 1, 2, 3")
    return None


def _cuboid(values: Sequence[float], unknown: Callable[[str], None]) -> dict[str, float] | None:
    """What is stated of a Cuboid, which the box makes of it."""
    stated = dict(zip(MARKERS, values, strict=True))
    if not UNKNOWN_NUMBERS.isdisjoint(values):
        stated = {name: value for name, value in stated.items() if value != MARKERS[name]}
    if not math.isfinite(sum(values)):
        stated = {name: value for name, value in stated.items() if _known(name, value, unknown) is not None}
    return stated or None


def _known(name: str, value: float, unknown: Callable[[str], None]) -> float | None:
    if math.isfinite(value):
        return value
    unknown(f"{name}: {value} is not a finite number")
    return None


# Writing.


def _name(record: ImageRecord, context: WriteContext) -> str:
    """The name of a record's image in the one folder that KITTI has, with an extension."""
    name = joined(record, context)
    if record.file is None or context.images == "none":
        _lose_of_missing(record, name, context)
    elif stem_of(name) == name:
        context.lose("path", "KITTI finds images by their extension, so one is added")
        name += extension_of(record.file)
    stem = stem_of(name)
    if is_junk(name) or (record.file is None and stem.casefold() in OTHER_TEXTS):
        context.refuse(record, f"readers of KITTI skip {stem}.txt", "rename the image")
    return name


def _lose_of_missing(record: ImageRecord, name: str, context: WriteContext) -> None:
    """Count what is known of an image only while it is there."""
    if record.width is not None:
        context.lose("width", "KITTI states no size: without its image it is unknown")
    if not name.endswith(".png"):
        context.lose("path", "KITTI names no image: one that is missing is taken for a .png")


def _typed(record: ImageRecord, context: WriteContext) -> Iterator[tuple[str, Box]]:
    """The rows of a record with their types: boxes, then ignored regions."""
    for box in record.boxes:
        _check_type(record, box.label, context)
        yield box.label, box
    for region in record.ignored:
        if region.label != UNLABELLED_REGION:
            context.lose("ignored", f"its label becomes {UNLABELLED_REGION}")
        yield UNLABELLED_REGION, region


def _check_type(record: ImageRecord, label: str, context: WriteContext) -> None:
    if label == UNLABELLED_REGION:
        reason = "DontCare is no class: KITTI has it for regions that nobody labelled"
        context.refuse(record, reason, "--map DontCare=other renames it")
    if label.split() != [label]:
        hint = f'--map "{label}={"_".join(label.split()) or "blank"}" renames it'
        context.refuse(record, f"label {label!r}: KITTI's columns are split at blanks", hint)
    if "\0" in label or label.startswith("\ufeff"):
        context.refuse(record, f"label {label!r}: KITTI's files are plain text")


def _row(label: str, box: Box, options: KittiOptions, context: WriteContext) -> str:
    edges = rounded(box.edges, options.round)
    if options.round != "none" and edges != box.edges:
        context.lose("edges", f"rounded {options.round}")
    truncated = UNKNOWN_FLAG if box.truncated is None else box.truncated
    occluded = UNKNOWN_FLAG if box.occluded is None else box.occluded
    alpha, behind = UNKNOWN_CUBOID if box.cuboid is None else _written_cuboid(box.cuboid, context)
    score = "" if box.score is None else f" {decimal(box.score)}"
    left, top, right, bottom = map(decimal, edges)
    return f"{label} {decimal(truncated)} {occluded} {alpha} {left} {top} {right} {bottom} {behind}{score}\n"


def _written_cuboid(cuboid: Cuboid, context: WriteContext) -> tuple[str, str]:
    """The column before the edges and those behind them."""
    if cuboid == Cuboid():
        context.lose("cuboid", "one that says nothing is none in KITTI")
    values = {name: getattr(cuboid, name) for name in MARKERS}
    for name, value in values.items():
        if value == MARKERS[name]:
            context.lose("cuboid", f"{name} {value:g} means unknown in KITTI")
    alpha, *behind = (decimal(MARKERS[name] if value is None else value) for name, value in values.items())
    return alpha, " ".join(behind)


ADAPTER = Adapter(
    name="kitti",
    summary="KITTI object detection (a text file for each image)",
    source="https://www.cvlibs.net/datasets/kitti/",
    options=KittiOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset({"truncated", "occluded", "cuboid", "score", "ignored", "split"}),
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer KITTI to the plugin manager."""
    return [ADAPTER]
