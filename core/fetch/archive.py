"""What is in a zip or a tar, one member after another, without trusting any of it.

Nothing is written here. A tar is read once, front to back, for a compressed one cannot be searched.
"""

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO, TypeAlias

ZIP_MAGIC, GZIP_MAGIC = b"PK\x03\x04", b"\x1f\x8b"
TAR_MAGIC, TAR_MAGIC_AT = b"ustar", 257  # POSIX.1-1988, and GNU's
ENCRYPTED = 0x1  # of a zip member's flags, APPNOTE.TXT 4.4.4
ZIP_END, ZIP_END_BYTES, ZIP_COMMENT = b"PK\x05\x06", 22, 0xFFFF  # APPNOTE.TXT 4.3.16
# Bytes of a zip's table of contents, or of one name in a tar. EgoHands' 4,850 members need about 0.5 MB.
MOST_TABLE, MOST_HEADER = 64 * 2**20, 2**20

Readable: TypeAlias = BinaryIO | gzip.GzipFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file or folder of an archive, as the archive states it.

    fault   why it is neither a plain file nor a folder; None: it is one
    size    bytes that it has when unpacked
    open    its content, until the next member is asked for
    """

    name: str
    folder: bool
    size: int
    fault: str | None
    open: Callable[[], IO[bytes]]


def looks_like_an_archive(head: bytes) -> bool:
    """Whether a file that begins so is a zip, a tar.gz or a tar."""
    return head.startswith((ZIP_MAGIC, GZIP_MAGIC)) or _is_tar(head)


def members(path: Path) -> Iterator[Member]:
    """The members in the archive's order; raises ValueError, or what zipfile, tarfile and zlib raise."""
    with open(path, "rb") as file:
        head = file.read(tarfile.BLOCKSIZE)
        file.seek(0)
        if head.startswith(GZIP_MAGIC):
            with gzip.open(file) as content:
                yield from _tar_members(content)
        elif _is_tar(head):
            yield from _tar_members(file)
        else:
            _check_table(file)
            yield from _zip_members(file)


def _is_tar(head: bytes) -> bool:
    return head[TAR_MAGIC_AT : TAR_MAGIC_AT + len(TAR_MAGIC)] == TAR_MAGIC


def _check_table(file: BinaryIO) -> None:
    """Refuse a zip whose table of contents is huge: zipfile reads all of it into memory."""
    length = file.seek(0, io.SEEK_END)
    file.seek(max(0, length - ZIP_END_BYTES - ZIP_COMMENT))
    tail = file.read()
    at = tail.rfind(ZIP_END)
    size = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
    if size > MOST_TABLE:
        raise ValueError(f"its table of contents has {size} bytes")


def _zip_members(file: BinaryIO) -> Iterator[Member]:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            yield Member(
                name=info.filename,
                folder=info.is_dir(),
                size=info.file_size,
                fault=_zip_fault(info),
                open=partial(archive.open, info),
            )


def _zip_fault(info: zipfile.ZipInfo) -> str | None:
    if info.flag_bits & ENCRYPTED:
        return "is encrypted"
    kind = stat.S_IFMT(info.external_attr >> 16)  # 0 where no Unix wrote the zip
    if stat.S_ISLNK(kind):
        return "is a symbolic link"
    return None if kind in (0, stat.S_IFREG, stat.S_IFDIR) else "is neither a file nor a folder"


def _tar_members(content: Readable) -> Iterator[Member]:
    with tarfile.open(fileobj=_Cautious(content), mode="r:") as archive:
        name = "its beginning"
        while (info := archive.next()) is not None:
            name = info.name
            yield Member(
                name=name,
                folder=info.isdir(),
                size=info.size,
                fault=_tar_fault(info),
                open=partial(_opened, archive, info),
            )
        _check_end(content, archive.offset, name)


def _opened(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    found = archive.extractfile(info)
    if found is None:  # a plain file always has content
        raise ValueError(f"{info.name} has no content")
    return found


def _tar_fault(info: tarfile.TarInfo) -> str | None:
    if info.issym() or info.islnk():
        return f"is a link to {info.linkname!r}"
    if not (info.isfile() or info.isdir()) or info.issparse():
        return "is neither a plain file nor a folder"
    try:
        tarfile.data_filter(info, "/nowhere")
    except tarfile.FilterError as error:
        return f"is unsafe: {error}"
    return None


def _check_end(content: Readable, offset: int, last: str) -> None:
    """Read to the end: tarfile takes a damaged header for it, and a gzip has its checksum there."""
    content.seek(offset)
    if content.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        raise ValueError(f"it is damaged or cut off after {last!r}")
    left = MOST_TABLE  # GNU tar fills up with 10 kB of zeros
    while left > 0 and (block := content.read(tarfile.RECORDSIZE)):
        left -= len(block)
    if left <= 0:
        raise ValueError(f"it goes on for more than {MOST_TABLE} bytes after its end")


class _Cautious(io.RawIOBase):
    """A file that allows no long read: tarfile reads names into memory, whatever length they claim."""

    def __init__(self, file: Readable) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MOST_HEADER:
            raise ValueError(f"a header that needs {size} bytes")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()
