"""What a folder holds: every file's name and content, to see whether anything was changed."""

import hashlib
import os
from pathlib import Path


def snapshot(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder, by its name from there, in sorted order."""
    found = {
        os.path.relpath(os.path.join(place, name), folder): os.path.join(place, name)
        for place, _, names in os.walk(folder)
        for name in names
    }
    return {name: _digest(found[name]) for name in sorted(found)}


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def first_change(before: dict[str, str], after: dict[str, str]) -> str | None:
    """What differs between two snapshots, in words; None where nothing does."""
    for name in sorted({*before, *after}):
        if name not in after:
            return f"{name} is gone"
        if name not in before:
            return f"{name} is new"
        if before[name] != after[name]:
            return f"{name} has other bytes"
    return None
