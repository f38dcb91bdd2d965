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
    return (name for name, _ in _entries(os.fspath(root), "", extensions, ()))


def statuses(*roots: Path) -> Iterator[tuple[str, str, os.stat_result]]:
    """The same names in each root, with the paths and the sizes and times of the files.

    roots   folders, or single files, which have their own name
    """
    for root in roots:
        if root.is_file():
            yield root.name, str(root), os.stat(root)
        else:
            for name, entry in _entries(os.fspath(root), "", None, ()):
                yield name, entry.path, entry.stat()


def _entries(
    folder: str, prefix: str, extensions: Collection[str] | None, above: tuple[tuple[int, int], ...]
) -> "Iterator[tuple[str, os.DirEntry[str]]]":
    status = os.stat(folder)
    identity = status.st_dev, status.st_ino
    if identity in above:  # a link back to a folder that it lies in
        return
    with os.scandir(folder) as entries:
        found = {entry.name: entry for entry in entries if not is_junk(entry.name)}
    for name in sorted(found):
        entry = found[name]
        if _leads_to(entry.is_dir):
            yield from _entries(entry.path, f"{prefix}{name}/", extensions, (*above, identity))
        elif extensions is not None and _extension(name) not in extensions:
            continue
        elif _leads_to(entry.is_file):  # no pipe, which would block, and no link that leads nowhere
            yield prefix + name, entry


def _extension(name: str) -> str:
    """In lower case with its dot; of a name without one something that no extension is.

    A third of what os.path.splitext costs, and the same where names that begin with a dot are junk.
    """
    return name[name.rfind(".") :].lower()


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
        kinds.add(_extension(name) in IMAGE_EXTENSIONS)
        if len(kinds) == 2:
            return True
    return False


def fingerprint(
    *roots: Path,
    passed_over: tuple[type[OSError], ...] = (),
    on_file: Callable[[str, str, os.stat_result], None] = lambda name, path, status: None,
) -> str:
    """SHA-256 over a source: names and sizes of all files, and the content of the annotations.

    roots         folders, or single files
    passed_over   what may keep a file from being read: it counts by name and size then
    on_file       gets what `statuses` gives, each before the file's content is read
    Images and TFRecords count by name and size alone: hashing them would cost as much as the conversion.
    """
    digest = hashlib.sha256()
    for name, path, status in statuses(*roots):
        on_file(name, path, status)
        digest.update(f"{name}\0{status.st_size}\0".encode("utf-8", "surrogateescape"))
        if _extension(name) not in BULKY_EXTENSIONS and ".tfrecord" not in name:
            with suppress(*passed_over):
                digest.update(_content_digest(path))
    return digest.hexdigest()


def _content_digest(path: str) -> bytes:
    # Not hashlib.file_digest, which sets up 256 KB, nor a file object: most files are some lines of text.
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_RDONLY)
    try:
        while block := os.read(descriptor, BLOCK):
            digest.update(block)
    finally:
        os.close(descriptor)
    return digest.digest()
