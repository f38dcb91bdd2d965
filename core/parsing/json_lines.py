"""JSON lines: a value a line, each line bounded, so that a file of any length takes the memory of one."""

from collections.abc import Iterator
from pathlib import Path

from boxwright.core.parsing.json_document import Json, parsed
from boxwright.core.parsing.text_lines import byte_lines

MOST_BYTES = 4 << 20  # of a line: 20,000 boxes, or an outline of 200,000 vertices


def json_lines(path: Path) -> Iterator[tuple[int, Json]]:
    """The value of each line that is not blank, with the line's number; raises AnnotationError.

    Lines end with a line feed and with nothing else: U+2028 and the like stand in strings as they are.
    """
    for number, line in byte_lines(path, MOST_BYTES):
        if not line.isspace():
            yield number, parsed(line.rstrip(b"\r\n"), path, number)
