"""YOLO: one text file per image, one object per line, as ultralytics and darknet have it.

Layout:   <root>/data.yaml, <root>/images/train/a.jpg, <root>/labels/train/a.txt; train/images
          and train/labels, labels beside images, lists of images (train.txt) and darknet's obj.data, too
Rows:     class x_centre y_centre width height [score], or class x y x y x y … for an outline
Units:    fractions of the image's width and height; classes are counted from 0
Names:    data.yaml's `names`, or a file of one name a line: obj.names, classes.txt; else option names
Source:   https://docs.ultralytics.com/datasets/detect/, https://github.com/AlexeyAB/darknet

The text file of an image has its path with the last folder `images` turned into `labels`; an image whose file
is empty or absent has no objects. What has no image cannot be read: fractions need its size. Images that two
splits have under one name are told apart by their folders, for which the names of all are held in memory.
Numbers of classes are known when all labels are: until then the rows to be written wait in a file on disk.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from posixpath import basename

from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError, reading
from boxwright.core.frame import Frame, Size
from boxwright.core.images.image_file import ImageFile
from boxwright.core.layout.data_description import ALL, DATA_YAML, OTHER_KEYS, OWNER, described, numbered
from boxwright.core.layout.flat_names import FlatNames
from boxwright.core.layout.image_folder import ImageFolder, stem_of
from boxwright.core.layout.image_listing import IMAGES, Listed, Listing, shared_names
from boxwright.core.layout.placed_images import check_fractions, image_name, size_of, usual_split
from boxwright.core.layout.source_files import is_junk, names
from boxwright.core.layout.split_files import YEAR
from boxwright.core.layout.split_names import USUAL_SPLITS, rank, split_of_folder
from boxwright.core.layout.unlabelled import Unlabelled
from boxwright.core.numbers import decimal, number, shortened
from boxwright.core.options import Options, reads
from boxwright.core.parsing.cut_row import cut_hint
from boxwright.core.parsing.fractional_edges import NOISE, pixel_edges, pixels, share
from boxwright.core.parsing.text_file import lines
from boxwright.core.parsing.yaml_document import quoted
from boxwright.core.plugins import hookimpl
from boxwright.core.problems import Action
from boxwright.core.read_context import ReadContext
from boxwright.core.row_spool import RowSpool
from boxwright.core.schema import Box, Dataset, Edges, ImageRecord, extent, unsafe_path
from boxwright.core.write_context import WriteContext

LABELS, TEXT = "labels", ".txt"
# Text that lies about beside labels; such a name is a label file only where it has an image.
OTHER_TEXTS = frozenset({"classes", "labels", "names", "readme", *USUAL_SPLITS, "valid", "trainval"})

COORDINATES = ("x_centre", "y_centre", "width", "height")
FEWEST_OUTLINE = 7  # columns: a class and three vertices
MOST_BYTES = 2 << 20  # of a label file: a hundred outlines of a thousand vertices
MOST_ROWS = 20_000  # of a label file; crowds and cells come in hundreds
NEEDED = ("train", "val")  # splits that ultralytics wants in every data.yaml
SAME_IMAGES = "# train and val are the same images: a score on val says nothing about others"
SNIFFED_FILES, SNIFFED_LINES = 50, 10
ROW = "expected 5 columns, 6 with a score, or a class and three or more pairs x y; found {}"
ROOT_HINT = "give the folder that holds data.yaml, or images and labels"


class YoloOptions(Options):
    """Options of the YOLO adapter."""

    names: str | None = reads(None, "names of the classes in the order of their numbers: cat,dog")
    unlabelled: Unlabelled = reads(
        "skip", "images of a split that has no label file: skip them, or take them as negatives"
    )


def read(path: Path, options: YoloOptions) -> Source:
    """Find the description at, above or below `path`, and the images of each split."""
    found = described(Path(os.path.abspath(path)))
    classes = numbered(options.names.split(",")) if options.names else found.classes()
    listings = found.listings()
    if not listings or not (found.keys or any(True for each in listings for _ in each.images(OWNER))):
        raise AnnotationError(found.file, "", "no YOLO data: there are no images", ROOT_HINT)

    def scan(context: ReadContext) -> Iterator[ImageRecord]:
        found.report(classes, context)
        full_names = shared_names(listings, OWNER)
        for listing in listings:
            yield from _Pass(context, listing, classes, options.unlabelled, full_names).records()

    return Source(root=found.root, scan=scan, labels=tuple(dict.fromkeys(classes.values())))


def write(dataset: Dataset, options: YoloOptions, context: WriteContext) -> None:
    """Write images/<split>, labels/<split> and data.yaml; classes in the data set's order, else by name."""
    context.root.mkdir(parents=True, exist_ok=True)
    flat, splits, ranks = FlatNames(context, "label file", TEXT), set[str](), dict[str, int]()
    with RowSpool(context.root) as spool:
        for record in dataset:
            size = size_of(record, context)
            if size is None:
                continue
            split = usual_split(record, context, {ALL, *OTHER_KEYS}) or ALL
            name = image_name(record, context)
            splits.add(split)
            flat.take(record, f"{split}/{name}")
            rows = [(box.label, _row(record, box, size, context)) for box in record.boxes]
            texts = (f"{ranks.setdefault(label, len(ranks))} {row}" for label, row in rows)
            spool.add(label_of(f"{IMAGES}/{split}/{name}"), *texts)
            context.place(record, f"{IMAGES}/{split}/{name}")
        labels = tuple(dict.fromkeys((*(dataset.declared_labels or ()), *sorted(ranks))))
        # By the rank, which stands in the spool; a label that came with no box has none.
        numbers = {str(ranks.get(label)): number for number, label in enumerate(labels)}
        for file, *lines_of_file in spool:
            ranked = (text.partition(" ") for text in lines_of_file)
            context.write(file, "".join(f"{numbers[rank]} {row}\n" for rank, _, row in ranked))
    context.write(DATA_YAML, _description(splits, labels))
    if not splits:
        (context.root / IMAGES / ALL).mkdir(parents=True)


def sniff(path: Path) -> bool:
    """Whether the first label file that is not empty has rows of YOLO's; with a description, any will do."""
    try:
        found = described(Path(os.path.abspath(path)))
        stated = found.keys is not None and "names" in found.keys.values and any(found.stated())
        return stated or any(map(_looks_right, found.listings()))
    except (OSError, AnnotationError):
        return False


def _looks_right(listing: Listing) -> bool:
    for file in islice(_label_files(listing), SNIFFED_FILES):
        head = lines(file, MOST_BYTES, OWNER)[:SNIFFED_LINES]
        if rows := [line.split() for line in head if line.strip()]:
            return all(map(_is_row, rows))
    return False


def _label_files(listing: Listing) -> Iterator[Path]:
    """Some label files; folders of another name are not searched: sniffing is cheap on any tree."""
    folder = _label_folder(listing)
    if folder.is_dir():
        flat = (file.name for file in folder.glob("*.txt") if not is_junk(file.name))
        found = sorted(flat) if folder == listing.file else names(folder, {TEXT})
        yield from (folder / name for name in found if not _is_other(name))


def _is_row(columns: list[str]) -> bool:
    try:
        return columns[0].isdecimal() and _is_complete(columns) and bool(_shares(columns))
    except ValueError:
        return False


# Layout: the description, and where the images of each split are.


def label_of(image: str) -> str:
    """The text file of an image: its path with the last folder `images` turned into `labels`."""
    before, found, after = f"/{stem_of(image)}{TEXT}".rpartition(f"/{IMAGES}/")
    return (f"{before}/{LABELS}/{after}" if found else after)[1:]


def _label_folder(listing: Listing) -> Path:
    return (listing.root / label_of(f"{listing.path}/any.jpg")).parent


def _is_other(name: str) -> bool:
    return basename(name).casefold().partition(".")[0] in OTHER_TEXTS


# Records.


@dataclass(slots=True)
class _Pass:
    """One pass over the images of one split.

    full_names   whether another split has images of the same names
    labelled     whether the split has any label file; None: it has not mattered yet
    """

    context: ReadContext
    listing: Listing
    classes: Mapping[int, str]
    unlabelled: Unlabelled
    full_names: bool
    labelled: bool | None = None

    def records(self) -> Iterator[ImageRecord]:
        """The records of all images, then reports of labels without one."""
        for image in self.listing.images(OWNER):
            record = self._record(image)
            if record is not None:
                yield record
        if not self.listing.is_list and (folder := _label_folder(self.listing)).is_dir():
            images = ImageFolder(self.listing.file)
            for name in names(folder, {TEXT}):
                stem = name.removesuffix(TEXT)
                if not images.by_stem(stem) and not _is_other(name):
                    message = f"no image {stem}.jpg or with another extension"
                    self.context.drop("missing_image", folder / name, "", message)

    def _record(self, image: Listed) -> ImageRecord | None:
        path = self._located(image)
        split, place = self.listing.split_of(image.name), image.line or ""
        if path is None or self.context.repeated(image.full_name, split, self.listing.file, place):
            return None
        file, label = ImageFile(self.listing.root / path), self.listing.root / label_of(path)
        if not label.is_file() and not self._negative(file, label):
            return None
        frame = self.context.frame(file, path=label)
        boxes = None if frame is None else self._boxes(label, frame)
        if frame is None or boxes is None:
            return None
        return frame.record(image.full_name if self.full_names else image.name, boxes, split=split)

    def _located(self, image: Listed) -> str | None:
        """Where an image is below the root; None where it is not there."""
        fact = unsafe_path(image.text) if self.listing.is_list else None
        if fact and image.path is None:
            raise AnnotationError(self.listing.file, image.line, f"unsafe path {image.text!r}: {fact}")
        if fact:
            message = f"{image.text!r} {fact}; {image.path!r} is taken"
            self.context.problem("unsafe_path", self.listing.file, image.line, message)
        if image.path is None or not (self.listing.root / image.path).is_file():
            message = f"no image {image.text!r}"
            self.context.drop("missing_image", self.listing.file, image.line, message)
            return None
        return image.path

    def _negative(self, file: ImageFile, label: Path) -> bool:
        """Whether an image without label file has no objects: where its split has others, else as wanted."""
        if self.labelled is None:
            paths = (image.path for image in self.listing.images(OWNER) if image.path)
            self.labelled = any((self.listing.root / label_of(path)).is_file() for path in paths)
        if self.labelled:
            return True
        default: Action | None = "keep" if self.unlabelled == "negative" else None
        message = f"no label file {label.name}, nor any other of this split"
        return self.context.problem("missing_annotation", file.path, "", message, default) == "keep"

    def _boxes(self, label: Path, frame: Frame) -> tuple[Box, ...] | None:
        """The boxes of an image; None where there are some, but no size that would tell where."""
        texts = lines(label, MOST_BYTES, OWNER) if label.is_file() else []
        rows = [(number, row) for number, text in enumerate(texts, start=1) if (row := text.split())]
        if len(rows) > MOST_ROWS:
            fact = f"more than {MOST_ROWS} objects: no label file of YOLO's has as many"
            raise AnnotationError(label, rows[MOST_ROWS][0], fact)
        if rows and frame.drawn_size is None:
            message = "the image tells no size, and without it fractions say nothing"
            self.context.drop("missing_image", label, "", message)
            return None
        boxes = (self._box(row, frame, number) for number, row in rows)
        return tuple(box for box in boxes if box is not None)

    def _box(self, row: list[str], frame: Frame, line: int) -> Box | None:
        if not _is_complete(row):
            hint = cut_hint(frame.path, line, short=True)
            raise AnnotationError(frame.path, line, ROW.format(len(row)), hint)
        with reading(frame.path, line):
            shares, label = _shares(row), self._label(row[0])
        size = frame.drawn_size or (1, 1)
        if len(row) < FEWEST_OUTLINE:
            x, y, width, height, *score = shares
            edges = pixel_edges(edges_of(x, y, width, height), frame, size)
            return frame.box(label, edges, where=line, score=score[0] if score else None)
        xs, ys = ([pixels(each, length) for each in shares[at::2]] for at, length in enumerate(size))
        polygon = tuple(zip(xs, ys, strict=True))
        edges = frame.snapped(extent(polygon), NOISE * max(size))
        return frame.box(label, edges, where=line, polygons=(polygon,))

    def _label(self, text: str) -> str:
        value = number(text, "class")
        if value in self.classes:
            return self.classes[int(value)]
        known = f"{min(self.classes)} to {max(self.classes)}" if self.classes else "none"
        raise ValueError(f"class {shortened(text)} has no name; named are {known}")


def _is_complete(row: list[str]) -> bool:
    """Whether a row has as many columns as a box or an outline."""
    if len(row) >= FEWEST_OUTLINE:
        return len(row) % 2 == 1
    return len(row) > len(COORDINATES)


def _shares(row: list[str]) -> list[float]:
    """The numbers behind the class: fractions of the image, and a score; raises ValueError."""
    if len(row) == len(COORDINATES) + 2:
        return [*map(share, row[1:-1], COORDINATES), number(row[-1], "score")]
    return list(map(share, row[1:], cycle("xy") if len(row) >= FEWEST_OUTLINE else COORDINATES))


# Writing.


def _row(record: ImageRecord, box: Box, size: Size, context: WriteContext) -> str:
    x_min, y_min, x_max, y_max = box.edges
    width, height = (x_max - x_min) / size[0], (y_max - y_min) / size[1]
    x, y = (x_min + x_max) / (2 * size[0]), (y_min + y_max) / (2 * size[1])
    check_fractions(record, box, edges_of(x, y, width, height), size, context)
    return " ".join(map(decimal, (x, y, width, height)))


def edges_of(x: float, y: float, width: float, height: float) -> Edges:
    """The edges of a centre and a size."""
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _description(splits: set[str], labels: Sequence[str]) -> str:
    """data.yaml; ultralytics wants a train and a val, for which another split stands in.

    Where both are the same images a comment says so: no value is lost, but a score on them would mislead.
    """
    found = sorted(splits or {ALL}, key=rank)
    keys = {key: _stand_in(key, found) for key in NEEDED} | {key: key for key in found}
    if found == [ALL]:
        del keys[ALL]
    places = "".join(f"{quoted(key)}: {quoted(f'{IMAGES}/{split}')}\n" for key, split in keys.items())
    names = "".join(f"  {number}: {quoted(label)}\n" for number, label in enumerate(labels))
    warning = f"{SAME_IMAGES}\n" if splits and keys["train"] == keys["val"] else ""
    return f"{warning}{places}names:{'' if labels else ' {}'}\n{names}"


def _stand_in(key: str, splits: Sequence[str]) -> str:
    """The split that ultralytics is to take for one: itself, else `val2017` for `val`, else the first."""
    of_another_year = (split for split in splits if split_of_folder(YEAR.sub("", split)) == key)
    return key if key in splits else next(of_another_year, splits[0])


ADAPTER = Adapter(
    name="yolo",
    summary="YOLO, of ultralytics and darknet (a text file for each image)",
    source="https://docs.ultralytics.com/datasets/detect/",
    options=YoloOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset({"split", "path"}),
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer YOLO to the plugin manager."""
    return [ADAPTER]
