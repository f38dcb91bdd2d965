"""Rows of CSV files as strangers write them, and rows that any reader gives back.

A value with a comma, a quote or blanks at its ends stands in quotes (RFC 4180); blanks around other
values say nothing. Spreadsheets separate by semicolons or tabs, too.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing.text_lines import text_lines

DELIMITERS = (",", ";", "\t", "|")
MOST_CHARACTERS = 1 << 20  # of a line; Python's own limit of a cell is 128 KB
NEEDS_QUOTES = re.compile(r'[",]|^\s|\s$')
HINT = "save it as CSV, UTF-8"
CUT_HINT = "a quote is not closed: was it copied whole?"


def rows(path: Path, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the number of its (last) line; raises AnnotationError."""
    lines = (line.rstrip(" ") + "\n" for _, line in text_lines(path, MOST_CHARACTERS, HINT))
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for cells in reader:
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        hint = CUT_HINT if "end of data" in str(error) else None
        raise AnnotationError(path, reader.line_num, f"is no valid CSV: {error}", hint) from None


def delimiter_of(path: Path, known: Callable[[list[str]], bool]) -> str | None:
    """The delimiter that gives a first row which the caller knows; None where none does."""
    return next((each for each in DELIMITERS if known(_first_row(path, each))), None)


def row_text(cells: Iterable[str]) -> str:
    """A line with cells that `rows` gives back; they hold no control characters."""
    return ",".join(map(_cell, cells)) + "\n"


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if NEEDS_QUOTES.search(text) else text


def _first_row(path: Path, delimiter: str) -> list[str]:
    try:
        return next(rows(path, delimiter), (0, []))[1]
    except AnnotationError:
        return []
