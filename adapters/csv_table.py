"""CSV: a table with a row for each box, in columns of any order and of the usual names.

Layout:   <root>/train_labels.csv, test_labels.csv, … or one file, or <root>/<split>/_annotations.csv, as
          Roboflow has it; the images beside it, in <root>/images, <root>/images/<split>, <root>/<split> …
Columns:  filename, width, height, class, xmin, ymin, xmax, ymax, and split where it is stated, or other usual
          names of these (image_path, label, x_min or left, subset …); any further column is an attribute of
          the box; or, of six columns without names (keras-retinanet): path, x1, y1, x2, y2, class
Rows:     in any order; an image without boxes has one row with neither edges nor class
Units:    pixels, 0-based edges, maxima exclusive, as TensorFlow's tutorials use them; option `frame` is for
          tables that mean something else
Source:   https://github.com/datitran/raccoon_dataset, https://github.com/fizyr/keras-retinanet#csv-datasets

Separated by commas, semicolons, tabs or bars. Written tables have all columns and commas. A file is kept in
memory, about ten times its size, for an image's rows may stand anywhere.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Literal, TextIO

from pydantic import DirectoryPath

from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError, reading
from boxwright.core.frame import Size
from boxwright.core.layout.annotation_files import annotation_files, sniffed, some_file
from boxwright.core.layout.flat_names import UNPRINTED, bad_name
from boxwright.core.layout.listed_images import ImageList, ListedImage, image_lists
from boxwright.core.layout.split_files import split_of_files
from boxwright.core.numbers import decimal, finite, moved, no_number, number, pixels, shortened
from boxwright.core.options import Options, reads
from boxwright.core.parsing.box_columns import Columns, columns_of, is_unnamed, states_box
from boxwright.core.parsing.csv_rows import delimiter_of, row_text, rows
from boxwright.core.parsing.cut_row import cut_hint
from boxwright.core.parsing.fractional_edges import pixel_edges
from boxwright.core.parsing.scalar_text import scalar
from boxwright.core.plugins import hookimpl
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Box, Dataset, Edges, ImageRecord, unsafe_path
from boxwright.core.write_context import WriteContext

COLUMNS = ("filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax", "split")
SPLIT_FOLDER_FILES = ("_annotations.csv", "annotations.csv", "labels.csv")

TableFrame = Literal["edges", "inclusive", "one_based", "fractions"]
# What is added to the minima and to the maxima, in pixels, to make edges of them.
MOVES: dict[TableFrame, tuple[int, int]] = {"inclusive": (0, 1), "one_based": (-1, 0)}
TOLD_BY = 10  # boxes at the start of a table: nobody draws so many inside one pixel, they are fractions
SEPARATOR = "\0"  # of kept cells: no cell holds it


class CsvOptions(Options):
    """Options of the CSV adapter."""

    images: DirectoryPath | None = reads(None, "folder of the images, when they are not near the tables")
    frame: TableFrame = reads(
        "edges",
        "what the numbers are: edges in pixels; inclusive: pixels from 0 on, the last of which belongs to "
        "the box; one_based: likewise from 1 on, as Pascal VOC counts; fractions of width and height",
    )


def read(path: Path, options: CsvOptions) -> Source:
    """Read the tables; images are looked for by the scan."""
    root, files = annotation_files(path, ".csv", SPLIT_FOLDER_FILES, _is_named_so)
    if not any(map(_belongs, files)):
        files = []
    tables = {file: _table(file) for file in files or [some_file(path, ".csv", SPLIT_FOLDER_FILES)]}
    if "frame" not in options.model_fields_set:
        _refuse_fractions(tables.values())
    names = {file: [name for name, _ in table.images] for file, table in tables.items()}
    lists = image_lists(root, names, split_of_files(dict.fromkeys(tables)), options.images)

    def scan(context: ReadContext) -> Iterator[ImageRecord]:
        for each in lists:
            for record in _records(tables[each.path], each, options.frame, context):
                if record is not None:
                    yield record

    return Source(root=root, scan=scan)


def write(dataset: Dataset, options: CsvOptions, context: WriteContext) -> None:
    """Write a table for each split, <split>_labels.csv or labels.csv, and the images below images/."""
    tables: dict[str | None, TextIO] = {}
    with ExitStack() as stack:
        for record in dataset:
            if record.split not in tables:
                name = _file_name(record, context)
                tables[record.split] = stack.enter_context(context.open(name))
                tables[record.split].write(row_text(COLUMNS))
            tables[record.split].writelines(_row_texts(record, context))
            context.place(record, f"images/{record.path}")
        if not tables:
            stack.enter_context(context.open("labels.csv")).write(row_text(COLUMNS))


def sniff(path: Path) -> bool:
    """Whether there is a CSV file whose columns hold an image, a label and four edges."""
    try:
        return sniffed(path, ".csv", SPLIT_FOLDER_FILES, _belongs)
    except OSError:
        return False


# Reading: the table


@dataclass(frozen=True, slots=True)
class _Table:
    """A table's rows with their lines, by image and split, in the order of the images' first rows.

    A row is kept as one text, which takes a fraction of what its cells would.
    """

    path: Path
    columns: Columns
    images: dict[tuple[str, str | None], list[tuple[int, str]]]

    def boxes(self, kept: Iterable[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
        """The lines and cells of those rows that say something of a box."""
        split = ((line, text.split(SEPARATOR)) for line, text in kept)
        return (row for row in split if states_box(self.columns, row[1]))


def _belongs(path: Path) -> bool:
    return path.is_file() and delimiter_of(path, _is_first_row) is not None


def _is_named_so(path: Path) -> bool:
    """Whether a file is a table of boxes, or named as one: a damaged one must not be passed over."""
    return path.name in SPLIT_FOLDER_FILES or path.name.endswith("_labels.csv") or _belongs(path)


def _is_first_row(cells: list[str]) -> bool:
    return columns_of(cells) is not None


def _table(path: Path) -> _Table:
    delimiter = delimiter_of(path, _is_first_row) or ","
    found = rows(path, delimiter)
    line, first = next(found, (1, []))
    columns = columns_of(first)
    if columns is None:
        fact = "expected columns for an image, its label and four edges; found "
        hint = f"usual names are {', '.join(COLUMNS)}"
        raise AnnotationError(path, line, f"{fact}{shortened(', '.join(first))}", hint)
    table = _Table(path, columns, {})
    if is_unnamed(first):
        _add(table, line, first)
    for line, cells in found:
        if cells != first or is_unnamed(first):  # files that were joined have their header again
            _add(table, line, cells)
    return table


def _add(table: _Table, line: int, cells: list[str]) -> None:
    columns = table.columns
    if len(cells) != len(columns.names):
        fact = f"expected {len(columns.names)} columns; found {len(cells)}"
        hint = cut_hint(table.path, line, short=len(cells) < len(columns.names))
        raise AnnotationError(table.path, line, fact, hint)
    if not cells[columns.image]:
        raise AnnotationError(table.path, line, f"{columns.names[columns.image]} is empty")
    split = None if columns.split is None else cells[columns.split] or None
    table.images.setdefault((cells[columns.image], split), []).append((line, SEPARATOR.join(cells)))


def _refuse_fractions(tables: Iterable[_Table]) -> None:
    """Raise AnnotationError for a table whose boxes all lie inside the first pixel: it means fractions."""
    for table in tables:
        boxes = list(islice(table.boxes(chain.from_iterable(table.images.values())), TOLD_BY))
        edges = [finite(cells[index]) for _, cells in boxes for index in table.columns.edges]
        if len(boxes) == TOLD_BY and all(edge is not None and 0 <= edge <= 1 for edge in edges):
            fact = "all numbers lie between 0 and 1: are they fractions of the image?"
            hint = "--option frame=fractions; frame=edges if they are pixels"
            raise AnnotationError(table.path, boxes[0][0], fact, hint)


# Reading: records and boxes


def _records(
    table: _Table, listed: ImageList, frame: TableFrame, context: ReadContext
) -> Iterator[ImageRecord | None]:
    if table.columns.split is not None:
        listed = replace(listed, split=None)  # the column tells
    for (name, split), found in table.images.items():
        line, first = found[0]
        with reading(table.path, line):
            declared = _size(table.columns, first.split(SEPARATOR))
        image = listed.open(context, name, str(line), declared=declared, split=split)
        if image is not None:
            yield image.record([_box(table, *row, image, frame) for row in table.boxes(found)])


def _size(columns: Columns, cells: list[str]) -> Size | None:
    if not columns.size or not all(cells[index] for index in columns.size):
        return None
    width, height = (pixels(cells[index], columns.names[index]) for index in columns.size)
    return width, height


def _box(table: _Table, line: int, cells: list[str], image: ListedImage, frame: TableFrame) -> Box | None:
    columns = table.columns
    with reading(table.path, line):
        edges = _edges(columns, cells, frame)
    if frame == "fractions":
        if image.frame.drawn_size is None:
            fact = "fractions of an image whose size nothing tells"
            raise AnnotationError(table.path, line, fact, "bring the images along (option images)")
        edges = pixel_edges(edges, image.frame, image.frame.drawn_size)
    attributes = {name: scalar(cells[index]) for name, index in columns.others.items() if cells[index]}
    return image.frame.box(cells[columns.label], edges, where=line, attributes=attributes)


def _edges(columns: Columns, cells: list[str], frame: TableFrame) -> Edges:
    low, high = MOVES.get(frame, (0, 0))
    x, y = (_moved(columns, cells, index, low) for index in columns.edges[:2])
    if not columns.sized:
        right, bottom = (_moved(columns, cells, index, high) for index in columns.edges[2:])
        return x, y, right, bottom
    width, height = (number(cells[index], columns.names[index]) for index in columns.edges[2:])
    return x, y, x + width, y + height


def _moved(columns: Columns, cells: list[str], index: int, by: int) -> float:
    found = moved(cells[index], by)
    if found is None:
        raise ValueError(f"{columns.names[index]}: {no_number(cells[index])}")
    return found


# Writing


def _file_name(record: ImageRecord, context: WriteContext) -> str:
    if record.split is None:
        return "labels.csv"
    name = f"{record.split}_labels.csv"
    if unsafe_path(name) or "\\" in name or bad_name(name):
        context.refuse(record, f"the split {record.split!r} cannot be part of a file's name")
    return name


def _row_texts(record: ImageRecord, context: WriteContext) -> Iterator[str]:
    """A row for each box, or one without a box."""
    size = ["" if length is None else str(length) for length in (record.width, record.height)]
    for box in record.boxes or (None,):
        found = ["", "", "", "", ""] if box is None else [box.label, *map(decimal, box.edges)]
        cells = [record.path, *size, *found, record.split or ""]
        if any(map(UNPRINTED.search, cells)):
            context.refuse(record, "its name or a label holds a character that no line of a table can")
        yield row_text(cells)


ADAPTER = Adapter(
    name="csv",
    summary="CSV, a row for each box (TensorFlow's tutorials, Roboflow, keras-retinanet)",
    source="https://github.com/datitran/raccoon_dataset",
    options=CsvOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset({"path", "split"}),
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer CSV to the plugin manager."""
    return [ADAPTER]
