"""The files of a source folder: in one order on every file system, without what systems leave behind."""

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from boxwright.core.images.image_header import IMAGE_EXTENSIONS

JUNK_FILES = frozenset({"Thumbs.db", "desktop.ini"})
JUNK_FOLDERS = frozenset({"__MACOSX"})

# Fingerprints hash the text of annotations; these are too big to be read twice and count by name and size.
BULKY_EXTENSIONS = IMAGE_EXTENSIONS | {".tfrecord", ".bin", ".zip", ".mp4", ".avi"}

BLOCK = 1 << 16  # bytes that are hashed at a time


def is_junk(name: str) -> bool:
    """Whether a file or folder is an operating system's own: hidden, `._x`, `Thumbs.db`, `__MACOSX`."""
    return name.startswith(".") or name in JUNK_FILES or name in JUNK_FOLDERS


def files(root: Path, extensions: Collection[str] | None = None) -> Iterator[Path]:
    """Every file below `root`, folder by folder in sorted order, without junk.

    extensions   lower case with their dot; None: all files
    Links are followed, but not back to a folder that they lie in.
    """
    return (root / name for name in names(root, extensions))


def names(root: Path, extensions: Collection[str] | None = None) -> Iterator[str]:
    """The names of the same files relative to `root`, POSIX: a path costs more than finding its file."""
    return _names(os.fspath(root), "", extensions, ())


def _names(
    folder: str, prefix: str, extensions: Collection[str] | None, above: tuple[tuple[int, int], ...]
) -> Iterator[str]:
    status = os.stat(folder)
    identity = status.st_dev, status.st_ino
    if identity in above:  # a link back to a folder that it lies in
        return
    with os.scandir(folder) as entries:
        found = {entry.name: entry for entry in entries if not is_junk(entry.name)}
    for name in sorted(found):
        if _leads_to(found[name].is_dir):
            yield from _names(found[name].path, f"{prefix}{name}/", extensions, (*above, identity))
        elif extensions is not None and os.path.splitext(name)[1].lower() not in extensions:
            continue
        elif _leads_to(found[name].is_file):  # no pipe, which would block, and no link that leads nowhere
            yield prefix + name


def _leads_to(kind: Callable[[], bool]) -> bool:
    try:
        return kind()
    except OSError:  # a link to itself
        return False


def folders(root: Path) -> list[Path]:
    """The folders directly in `root`, sorted, without junk; links to folders are some."""
    with os.scandir(root) as entries:
        found = [entry.path for entry in entries if not is_junk(entry.name) and _leads_to(entry.is_dir)]
    return [Path(path) for path in sorted(found)]


def folder_named(root: Path, names: Iterable[str]) -> Path | None:
    """The folder directly in `root` with the first of these names, given in lower case, that any has."""
    found = {folder.name.casefold(): folder for folder in folders(root)} if root.is_dir() else {}
    return next((found[name] for name in names if name in found), None)


def extensions(folder: Path) -> set[str]:
    """The extensions of what lies directly in a folder, in lower case with their dot, without junk."""
    with os.scandir(folder) as entries:
        return {os.path.splitext(entry.name)[1].lower() for entry in entries if not is_junk(entry.name)}


def holds_images_and_more(path: Path) -> bool:
    """Whether a folder holds an image and another file, at any depth: annotations with their images."""
    kinds: set[bool] = set()
    for name in names(path) if path.is_dir() else ():
        kinds.add(os.path.splitext(name)[1].lower() in IMAGE_EXTENSIONS)
        if len(kinds) == 2:
            return True
    return False


def fingerprint(*roots: Path, passed_over: tuple[type[OSError], ...] = ()) -> str:
    """SHA-256 over a source: names and sizes of all files, and the content of the annotations.

    roots         folders, or single files
    passed_over   what may keep a file from being read: it counts by name and size then
    Images and TFRecords count by name and size alone: hashing them would cost as much as the conversion.
    """
    digest = hashlib.sha256()
    for root in roots:
        folder, found = (root.parent, [root.name]) if root.is_file() else (root, names(root))
        for name in found:
            path = os.path.join(folder, name)
            digest.update(f"{name}\0{os.stat(path).st_size}\0".encode("utf-8", "surrogateescape"))
            if os.path.splitext(name)[1].lower() not in BULKY_EXTENSIONS and ".tfrecord" not in name:
                with suppress(*passed_over):
                    digest.update(_content_digest(path))
    return digest.hexdigest()


def _content_digest(path: str) -> bytes:
    # Not hashlib.file_digest, which sets up a buffer of 256 KB: most files are some lines of text.
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.digest()
