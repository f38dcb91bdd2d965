"""Strips: one table for all images, a row for each box, the rows of an image one after the other.

Layout:   <root>/strips.tsv, the images at the paths that it states, below <root>/pictures
Columns:  image left top right bottom label, between tabs; a row of the image alone: it has no box
Units:    pixels from the top left corner, 0-based edges
Source:   this module
"""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import boxwright

FILE, PICTURES = "strips.tsv", "pictures"
COLUMNS = 6
HEADER = "image\tleft\ttop\tright\tbottom\tlabel"
MOST_CHARACTERS = 10_000  # of a row; a path and a label have some hundreds

Row = tuple[int, list[str]]


class StripsOptions(boxwright.Options):
    """Options of the strips adapter."""

    header: bool = boxwright.writes(True, "whether a row with the columns' names comes first")


def read(path: Path, options: StripsOptions) -> boxwright.Source:
    """The data set at its folder or at its table."""
    root = path.parent if path.is_file() else path
    if not (root / FILE).is_file():
        raise boxwright.AnnotationError(root / FILE, "", "there is no such file")
    return boxwright.Source(root=root, scan=lambda context: _records(root, context))


def write(dataset: boxwright.Dataset, options: StripsOptions, context: boxwright.WriteContext) -> None:
    """Write the table, and bring the images along."""
    with context.open(FILE) as file:
        if options.header:
            file.write(f"{HEADER}\n")
        for record in dataset:
            file.writelines(_lines(record, context))
            context.place(record, f"{PICTURES}/{record.path}")


def sniff(path: Path) -> bool:
    """Whether there is a table of this name."""
    return path.name == FILE if path.is_file() else (path / FILE).is_file()


def _records(root: Path, context: boxwright.ReadContext) -> Iterator[boxwright.ImageRecord]:
    for name, rows in groupby(_rows(root / FILE), key=lambda row: row[1][0]):
        record = _record(root, name, list(rows), context)
        if record is not None:
            yield record


def _rows(path: Path) -> Iterator[Row]:
    """The rows with their numbers, without the header and empty lines."""
    with open(path, "rb") as file:
        number = 0
        while line := file.readline(MOST_CHARACTERS):
            number += 1
            with boxwright.reading(path, number):
                text = line.decode().rstrip("\r\n")
                columns = text.split("\t")
                if len(columns) not in (1, COLUMNS):
                    raise ValueError(f"expected 1 or {COLUMNS} columns, found {len(columns)}")
            if text and text != HEADER:
                yield number, columns


def _record(
    root: Path, name: str, rows: list[Row], context: boxwright.ReadContext
) -> boxwright.ImageRecord | None:
    first = rows[0][0]
    with boxwright.reading(FILE, first):
        # Checks the name before anything is opened.
        record = boxwright.ImageRecord(path=name, width=None, height=None)
    if context.repeated(name, None, FILE, first):
        return None
    picture = root / PICTURES / record.path
    image = boxwright.ImageFile(picture) if picture.is_file() else None
    frame = context.frame(image, path=FILE, missing=f"no image {name}", missing_where=str(first))
    if frame is None:
        return None
    boxes = [
        frame.box(columns[-1], _edges(columns, number), where=number)
        for number, columns in rows
        if len(columns) == COLUMNS
    ]
    return boxwright.ImageRecord(
        path=name,
        width=frame.width,
        height=frame.height,
        boxes=tuple(box for box in boxes if box is not None),
        file=image,
    )


def _edges(columns: list[str], number: int) -> tuple[float, float, float, float]:
    with boxwright.reading(FILE, number):
        left, top, right, bottom = map(float, itemgetter(1, 2, 3, 4)(columns))
        if not all(abs(edge) < float("inf") for edge in (left, top, right, bottom)):
            raise ValueError(f"{columns[1:5]} are no finite numbers")
    return left, top, right, bottom


def _lines(record: boxwright.ImageRecord, context: boxwright.WriteContext) -> Iterator[str]:
    for text in (record.path, *(box.label for box in record.boxes)):
        if not text.isprintable() or "\t" in text:
            context.refuse(record, f"{text!r} holds a character that no row can")
    if not record.boxes:
        yield f"{record.path}\n"
    for box in record.boxes:
        yield "\t".join((record.path, *map(repr, box.edges), box.label)) + "\n"


ADAPTER = boxwright.Adapter(
    name="strips",
    summary="strips (a table for all images)",
    source="https://example.org/strips",
    options=StripsOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset({"path"}),
)


@boxwright.hookimpl
def register_adapters() -> list[boxwright.Adapter]:
    """Offer strips to boxwright."""
    return [ADAPTER]
