"""Open Images: a CSV of boxes for each split, one box per line.

Layout:   <root>/train-annotations-bbox.csv, <root>/class-descriptions-boxable.csv, <root>/train/IMAGE.jpg,
          <root>/train-images-with-rotation.csv; `validation` and `test` likewise. The files may lie in
          a folder of their own and have `oidv6-` before their names; images in images/train, as are written
Columns:  ImageID Source LabelName Confidence XMin XMax YMin YMax IsOccluded IsTruncated IsGroupOf IsDepiction
          IsInside [XClick1X …]; the first ones and the edges are needed, in any order
Units:    fractions of the image's width and height, x before y; flags are 1, 0, and -1 for unknown
Names:    LabelName is a code such as /m/01yrx, which the class descriptions name; else it is the label
Source:   https://storage.googleapis.com/openimages/web/download_v7.html

An image that is listed and has no row has no objects; one that is neither listed nor in a row is unlabelled.
What has no image cannot be read: fractions need its size. Rows are streamed; the names of images that
have rows are held in memory, and where the rows of an image do not stand together, the whole file is.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TextIO

from pydantic import DirectoryPath

from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError, reading
from boxwright.core.frame import Frame, Size
from boxwright.core.images.image_header import IMAGE_EXTENSIONS
from boxwright.core.layout.annotation_files import annotation_files
from boxwright.core.layout.annotation_folders import Part
from boxwright.core.layout.flat_names import UNPRINTED, FlatNames
from boxwright.core.layout.image_folder import ImageFolder
from boxwright.core.layout.placed_images import check_fractions, image_name, size_of, usual_split
from boxwright.core.layout.source_files import extensions, is_junk, names
from boxwright.core.layout.split_names import rank, split_of_folder
from boxwright.core.layout.unlabelled import Unlabelled, unlabelled
from boxwright.core.numbers import decimal, number
from boxwright.core.options import Options, reads
from boxwright.core.parsing.csv_rows import row_text, rows
from boxwright.core.parsing.cut_row import cut_hint
from boxwright.core.parsing.fractional_edges import pixel_edges, share
from boxwright.core.parsing.row_groups import brought_together
from boxwright.core.parsing.scalar_text import scalar
from boxwright.core.plugins import hookimpl
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Box, Dataset, Edges, ImageRecord, Scalar, unsafe_path
from boxwright.core.write_context import WriteContext

CSV = ".csv"
IMAGES, UNSPLIT = "images", "all"
BOXES, LISTED = "annotations-bbox", "images-with-rotation"
DESCRIPTIONS = "class-descriptions-boxable.csv"
ID, CODE = "ImageID", "LabelName"
EDGES = ("XMin", "XMax", "YMin", "YMax")
NEEDED = frozenset({ID, CODE, *EDGES})
FLAGS = ("IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside")
FREE_FLAGS = ("IsDepiction", "IsInside")  # attributes, as is Source
COLUMNS = (ID, "Source", CODE, "Confidence", *EDGES, *FLAGS)
LIST_COLUMNS = (
    *(ID, "Subset", "OriginalURL", "OriginalLandingURL", "License", "AuthorProfileURL", "Author"),
    *("Title", "OriginalSize", "OriginalMD5", "Thumbnail300KURL", "Rotation"),
)
NOTHING_LISTED = [""] * (len(LIST_COLUMNS) - 2)
SAMPLES = 100  # rows of a file that decide which folder is theirs; of a part that was fetched, none may be
UNKNOWN = -1
TRUTH = 1  # the confidence of every box that a person has drawn
VALIDATION = "validation"  # what Open Images calls `val`
RELEASE = re.compile(r"oidv\d+-")
# Where the images of a split are, the likeliest first; the Open Images Downloader and FiftyOne have `data`.
OWN_PLACES = ("{0}", "images/{0}", "{0}/images", "{0}/data")
SHARED_PLACES = ("images", "data", "")
ROOT_HINT = "a CSV of boxes has the columns ImageID, LabelName, XMin, XMax, YMin and YMax"


Row = tuple[int, str]  # line, and cells with a NUL between them, which no text holds: many may wait at once


class OpenImagesOptions(Options):
    """Options of the Open Images adapter."""

    images: DirectoryPath | None = reads(None, "folder of the images, when they are not near the CSV files")
    unlabelled: Unlabelled = reads(
        "skip", "images without a row that no list of images has: skip them, or take them as negatives"
    )


def read(path: Path, options: OpenImagesOptions) -> Source:
    """Find the CSV files of boxes at or below `path`, the images of each, and the names of the classes."""
    root, files = _files(Path(os.path.abspath(path)))
    if not files:
        raise AnnotationError(path, "", "no Open Images data: there is no CSV of boxes", ROOT_HINT)
    parts = sorted((_part(file, root, options.images) for file in files), key=_Part.rank)
    descriptions = _descriptions(files[0].parent, root)
    labels = tuple(dict.fromkeys(descriptions.names.values())) if descriptions else None

    def scan(context: ReadContext) -> Iterator[ImageRecord]:
        if descriptions:
            descriptions.report_repeated(context)
        for part in parts:
            yield from _labelled(part, descriptions, context)
        yield from _negatives(parts, context)
        for part in {part.images.root: part for part in reversed(parts)}.values():
            folder, split = Part(None, part.images.root), part.split
            lacking = "row, and no list of images has it"
            yield from unlabelled(
                folder,
                part.images,
                context,
                options.unlabelled,
                annotation=lacking,
                split=partial(_in_split, split),
            )

    return Source(root=root, scan=scan, labels=labels)


def write(dataset: Dataset, options: OpenImagesOptions, context: WriteContext) -> None:
    """Write CSV files of boxes and of images for each split, and the classes; a label is its own code."""
    flat, found = FlatNames(context, "ImageID", ""), set[str]()
    with ExitStack() as stack:
        files = _Files(context, stack)
        for record in dataset:
            size = size_of(record, context)
            if size is None:
                continue
            name, folder = image_name(record, context), _folder(record, context)
            id = flat.take(record, name)
            texts = [_row(id, record, box, size, context) for box in record.boxes]
            files.add(folder, row_text((id, folder or "", *NOTHING_LISTED)), texts)
            found.update(box.label for box in record.boxes)
            context.lose("attributes", "Open Images has none of images", len(record.attributes))
            context.place(record, f"{IMAGES}/{folder or UNSPLIT}/{name}")
        if not files.opened:
            files.add(None, "", ())
    labels = dict.fromkeys((*(dataset.declared_labels or ()), *sorted(found)))
    texts = [row_text((label, label)) for label in labels if not UNPRINTED.search(label)]
    context.write(DESCRIPTIONS, "".join(texts))


def sniff(path: Path) -> bool:
    """Whether there is a CSV with the columns of Open Images' boxes."""
    try:
        return bool(_files(Path(os.path.abspath(path)))[1])
    except OSError:
        return False


# Layout: the files, the images and the classes.


def _files(path: Path) -> tuple[Path, list[Path]]:
    """The root, and the CSV files of boxes at a path, or above it where that is a folder of images."""
    found = annotation_files(path, CSV, (f"{BOXES}{CSV}",), _has_boxes)
    if not found[1] and (path.name == IMAGES or split_of_folder(path.name)):
        return _files(path.parent)
    return found


def _has_boxes(file: Path) -> bool:
    return set(_header(file)) >= NEEDED


def _header(file: Path) -> list[str]:
    try:
        return next(rows(file), (0, list[str]()))[1] if file.is_file() else []
    except AnnotationError:
        return []


@dataclass(frozen=True, slots=True)
class _Part:
    """The boxes of one split and the folder of its images."""

    file: Path
    split: str | None
    images: ImageFolder

    def rank(self) -> tuple[bool, tuple[int, str], Path]:
        """Train, val, test, others, then the images without split."""
        return self.split is None, rank(self.split or ""), self.file


def _part(file: Path, root: Path, given: Path | None) -> _Part:
    name = _split_in(file, BOXES)
    bases = [given] if given else list(dict.fromkeys((root, file.parent)))
    images = _image_folder(file, bases, name or UNSPLIT) or given or root
    return _Part(file, split_of_folder(name) or name or None, ImageFolder(images))


def _image_folder(file: Path, bases: Sequence[Path], name: str) -> Path | None:
    """The folder with the images of a split, which may share it with others; its own comes first."""
    for places in (OWN_PLACES, SHARED_PLACES):
        folders = [base / place.format(name) for base in bases for place in places]
        for fits in (_sampled(file), _direct, _anywhere):
            if found := next((folder for folder in folders if folder.is_dir() and fits(folder)), None):
                return found
    return None


def _split_in(file: Path, kind: str) -> str:
    """The split in a file's name, as it stands there; '' where its name tells none."""
    before, found, _ = file.stem.partition(kind)
    own = before.rstrip("-_") if found else ""
    name = own or (file.parent.name if split_of_folder(file.parent.name) else "")
    return RELEASE.sub("", name)


def _sampled(file: Path) -> Callable[[Path], bool]:
    """Whether a folder has one of the first images of a file."""
    ids = {id for id, _ in islice(_rows(file), SAMPLES) if not unsafe_path(id)}
    return lambda folder: any(map(ImageFolder(folder).by_stem, sorted(ids)))


def _direct(folder: Path) -> bool:
    """Whether a folder has images that lie in no further one."""
    return not IMAGE_EXTENSIONS.isdisjoint(extensions(folder))


def _anywhere(folder: Path) -> bool:
    return any(True for _ in names(folder, IMAGE_EXTENSIONS))


def _csv_files(folder: Path, word: str) -> list[Path]:
    """The CSV files with a word in their names."""
    return sorted(file for file in folder.glob(f"*{word}*{CSV}") if not is_junk(file.name))


@dataclass(frozen=True, slots=True)
class _Descriptions:
    """The names of the classes by their codes."""

    file: Path
    names: Mapping[str, str]

    def report_repeated(self, context: ReadContext) -> None:
        """Report codes that have the name of another."""
        first: dict[str, str] = {}
        for code, name in self.names.items():
            if first.setdefault(name, code) != code:
                message = f"{first[name]} and {code} are both {name!r}"
                context.problem("duplicate_category", self.file, "", message)


def _descriptions(folder: Path, root: Path) -> _Descriptions | None:
    """The class descriptions beside the boxes or in the root; those of the boxes before longer ones."""
    found = [file for each in (folder, root) for file in _csv_files(each, "class-descriptions")]
    file = next((file for file in found if file.name.endswith(DESCRIPTIONS)), found[0] if found else None)
    if file is None:
        return None
    found_names: dict[str, str] = {}
    for line, cells in rows(file):
        if len(cells) != 2 or not all(cells):
            raise AnnotationError(file, line, f"expected a code and a name; found {len(cells)} columns")
        if cells != [CODE, "DisplayName"]:  # the header, which came with V7
            found_names[cells[0]] = cells[1]
    return _Descriptions(file, found_names)


# Records.


def _labelled(part: _Part, descriptions: _Descriptions | None, context: ReadContext) -> Iterator[ImageRecord]:
    """The records of the images that have rows."""
    labels, columns = descriptions.names if descriptions else {}, _header(part.file)
    for id, found in brought_together(lambda: _rows(part.file)):
        image = _image(part, id, found[0][0], context)
        if image is None:
            continue
        frame = context.frame(part.images.file(image), path=part.file, missing_where=str(found[0][0]))
        if frame is None:
            continue
        if frame.drawn_size is None:
            message = f"the image {image} tells no size, and without it fractions say nothing"
            context.drop("missing_image", part.file, found[0][0], message)
            continue
        boxes = (_box(row, columns, labels, frame, frame.drawn_size) for row in found)
        yield frame.record(image, boxes, split=part.split)


def _rows(file: Path) -> Iterator[tuple[str, Row]]:
    found = rows(file)
    columns = next(found, (0, list[str]()))[1]
    if missing := [column for column in COLUMNS if column in NEEDED and column not in columns]:
        raise AnnotationError(file, 1, f"no column {', '.join(missing)}", ROOT_HINT)
    id_column = columns.index(ID)
    for line, cells in found:
        if len(cells) != len(columns):
            fact = f"expected {len(columns)} columns; found {len(cells)}"
            raise AnnotationError(file, line, fact, cut_hint(file, line, short=len(cells) < len(columns)))
        yield cells[id_column], (line, "\0".join(cells))


def _image(part: _Part, id: str, line: int, context: ReadContext) -> str | None:
    """The name of an image in its folder; None where it is not there, or has had its rows."""
    if fact := unsafe_path(id):
        raise AnnotationError(part.file, line, f"{ID}: unsafe path {id!r}: {fact}")
    image = part.images.by_stem(id)
    if context.repeated(image or id, part.split, part.file, line):
        return None
    if image is None:
        context.drop("missing_image", part.file, line, f"no image {id}.jpg or with another extension")
    else:
        context.claim(image, part.file, line)
    return image


def _box(row: Row, columns: Sequence[str], labels: Mapping[str, str], frame: Frame, size: Size) -> Box | None:
    line, cells = row[0], dict(zip(columns, row[1].split("\0"), strict=True))
    with reading(frame.path, line):
        x_min, x_max, y_min, y_max = (share(cells[name], name) for name in EDGES)
        confidence = number(cells.get("Confidence") or TRUTH, "Confidence")
        if not cells[CODE]:
            raise ValueError(f"{CODE}: is empty")
    flags = {name: _flag(name, cells.get(name), frame, line) for name in FLAGS}
    attributes: dict[str, Scalar] = {name: flag for name in FREE_FLAGS if (flag := flags[name]) is not None}
    attributes |= {
        name: text if name == "Source" else scalar(text)
        for name, text in cells.items()
        if text and (name == "Source" or name not in COLUMNS)
    }
    occluded, truncated = flags["IsOccluded"], flags["IsTruncated"]
    return frame.box(
        labels.get(cells[CODE], cells[CODE]),
        pixel_edges((x_min, y_min, x_max, y_max), frame, size),
        where=line,
        occluded=None if occluded is None else int(occluded),
        truncated=None if truncated is None else float(truncated),
        group_of=flags["IsGroupOf"] or False,
        score=None if confidence == TRUTH else confidence,
        attributes=attributes,
    )


def _flag(name: str, text: str | None, frame: Frame, line: int) -> bool | None:
    """A flag; None where it is unknown, or reported for what it cannot be."""
    if text in ("1", "0"):
        return text == "1"
    if text not in (None, "", str(UNKNOWN)):
        message = f"{name}: {text!r} is none of 1, 0, -1"
        frame.reporter.problem("invalid_attribute", frame.path, line, message)
    return None


def _negatives(parts: Sequence[_Part], context: ReadContext) -> Iterator[ImageRecord]:
    """The images that a list has, that are there, and that have no row."""
    by_split = {part.split: part for part in reversed(parts)}
    for file, line, id, split in _listed(parts):
        part = by_split.get(split)
        if part is None:
            continue
        if fact := unsafe_path(id):
            raise AnnotationError(file, line, f"{ID}: unsafe path {id!r}: {fact}")
        image = part.images.by_stem(id)
        if image is None or context.claimed(image):
            continue
        context.claim(image, file, line)
        frame = context.frame(part.images.file(image), path=part.images.file(image).path)
        if frame is not None:
            yield frame.record(image, split=part.split)


def _listed(parts: Iterable[_Part]) -> Iterator[tuple[Path, int, str, str | None]]:
    """The images that lists beside the boxes name: file, line, id and split."""
    for folder in dict.fromkeys(part.file.parent for part in parts):
        for file in _csv_files(folder, "image"):
            header = _header(file)
            if ID not in header or CODE in header:
                continue
            own, found = _split_in(file, "images"), rows(file)
            next(found)
            for line, cells in found:
                named = dict(zip(header, cells, strict=False))
                split = named.get("Subset", own)
                yield file, line, named[ID], split_of_folder(split) or split or None


def _in_split(split: str | None, _: str) -> tuple[None, str | None]:
    return None, split


# Writing.


class _Files:
    """The files of boxes and of images of each split, by the folder of its images."""

    def __init__(self, context: WriteContext, stack: ExitStack) -> None:
        self._context, self._stack = context, stack
        self.opened: dict[str | None, tuple[TextIO, TextIO]] = {}

    def add(self, folder: str | None, image: str, boxes: Iterable[str]) -> None:
        """Append an image and its boxes, as lines."""
        if folder not in self.opened:
            prefix = f"{folder}-" if folder else ""
            self.opened[folder] = (
                self._open(prefix + BOXES, COLUMNS),
                self._open(prefix + LISTED, LIST_COLUMNS),
            )
        box_file, image_file = self.opened[folder]
        box_file.writelines(boxes)
        image_file.write(image)

    def _open(self, name: str, columns: Iterable[str]) -> TextIO:
        file = self._stack.enter_context(self._context.open(name + CSV))
        file.write(row_text(columns))
        return file


def _folder(record: ImageRecord, context: WriteContext) -> str | None:
    """The folder of a record's split, which is in the names of its files, too; None: it has no split."""
    usual = usual_split(record, context, {UNSPLIT})
    split = VALIDATION if usual == "val" else usual
    if split and _split_in(Path(f"{split}-{BOXES}{CSV}"), BOXES) != split:
        context.refuse(record, f"the split {split!r} cannot be told from a file's name", "rename the split")
    return split


def _row(id: str, record: ImageRecord, box: Box, size: Size, context: WriteContext) -> str:
    if UNPRINTED.search(box.label):
        context.refuse(record, f"label {box.label!r} holds a character that no line can")
    width, height = size
    fractions: Edges = (box.x_min / width, box.y_min / height, box.x_max / width, box.y_max / height)
    check_fractions(record, box, fractions, size, context)
    x_min, y_min, x_max, y_max = map(decimal, fractions)
    if box.score == TRUTH:
        context.lose("score", "a confidence of 1 is none")
    score = decimal(TRUTH if box.score is None else box.score)
    flags = map(str, _flags(box, context))
    return row_text((id, _source(box), box.label, score, x_min, x_max, y_min, y_max, *flags))


def _flags(box: Box, context: WriteContext) -> Iterator[int]:
    """The five flags; -1 is unknown."""
    if box.occluded is not None and box.occluded > 1:
        context.lose("occluded", "how much is lost in a flag")
    if box.truncated not in (None, 0, 1):
        context.lose("truncated", "a share becomes a flag")
    yield UNKNOWN if box.occluded is None else int(box.occluded > 0)
    yield UNKNOWN if box.truncated is None else int(box.truncated > 0)
    yield int(box.group_of)
    held = 0
    for name in FREE_FLAGS:
        flag = box.attributes.get(name)
        held += isinstance(flag, bool)
        yield int(flag) if isinstance(flag, bool) else UNKNOWN
    lost = len(box.attributes) - held - bool(_source(box))
    context.lose("attributes", "Open Images has Source, IsDepiction and IsInside", lost)


def _source(box: Box) -> str:
    """How the box was made, where it is known as text."""
    source = box.attributes.get("Source")
    return source if isinstance(source, str) and not UNPRINTED.search(source) else ""


ADAPTER = Adapter(
    name="open_images",
    summary="Open Images (a CSV of boxes for each split)",
    source="https://storage.googleapis.com/openimages/web/download_v7.html",
    options=OpenImagesOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset({"split", "path", "truncated", "occluded", "group_of", "score", "attributes"}),
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer Open Images to the plugin manager."""
    return [ADAPTER]
