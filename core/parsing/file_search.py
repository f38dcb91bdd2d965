"""Whether a file looks like a format: searched and not parsed, for it may hold a gigabyte."""

import mmap
import re
from pathlib import Path

JSON_OBJECT = re.compile(rb"(\xef\xbb\xbf)?\s*\{")
JSON_LIST = re.compile(rb"(\xef\xbb\xbf)?\s*\[")


def looks_like(path: Path, start: re.Pattern[bytes], *inside: re.Pattern[bytes]) -> bool:
    """Whether a file begins as `start` says and holds all the patterns; no for what is no file."""
    if not path.is_file() or not path.stat().st_size:
        return False  # opening a pipe would wait, and mmap refuses an empty file
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return bool(start.match(data)) and all(pattern.search(data) for pattern in inside)
