"""MATLAB files of v5 to v7: scipy reads and writes them, and is shown only what is safe to read.

scipy.io.loadmat believes what a file announces. Measured with scipy 1.17: 300 bytes that announce a cell
array of 1 x 100,000,000 inside a struct take 0.8 GB, such a text 1.4 GB; a million empty cells, 8 MB, take
0.2 GB; numbers of an unknown type, and cells that lie 200,000 deep, crash the process. So the one variable
that is wanted is copied, inflated with a limit, and its tags are walked once in the order in which scipy
reads them. Values, types, byte order and text are scipy's.

Source: MathWorks, "MAT-File Format", https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf
"""

import math
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple, TypeAlias

from boxwright.core.errors import AnnotationError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]  # Any: a MATLAB array holds numbers, text, cells or structs

HEADER = 128  # bytes: text, the version, and the byte order
LEVEL_5 = 0x0100
HDF5 = b"\x89HDF\r\n\x1a\n"
RESAVE = "load it in MATLAB and save it again with save('{name}', '{variable}', '-v7')"

MATRIX, COMPRESSED = 14, 15
CELLS, STRUCT, TEXT, OPAQUE = 1, 2, 4, 17
NUMBERS = range(6, 16)  # mxDOUBLE … mxUINT64
OTHERS = {3: "an object", 5: "a sparse matrix", 16: "a function", OPAQUE: "an object"}
NUMBER_SIZES = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8}  # miINT8 … miUINT64, in bytes
TEXT_TYPES = frozenset({1, 2, 4, 16, 17, 18})  # bytes, 16-bit units and the three UTFs

MOST_VARIABLES = 1000  # in one file; EgoHands' have one each
MOST_DEPTH = 10  # of arrays in each other; EgoHands' metadata has three
MOST_DIMENSIONS = 32  # scipy's own limit
MOST_FIELDS = 100  # of one struct: scipy compares each name with all before it
NAME_LENGTH = 64  # MATLAB's names have up to 63 characters and a NUL
ARRAY_COST = 500  # bytes: what an array takes besides its values, and 10 microseconds
BLOCK = 1 << 14  # bytes inflated at once; zlib makes at most 1,032 bytes of one
IN_MEMORY = 1 << 22  # bytes; a longer variable is copied to disk, so that memory holds scipy's arrays only


def load(path: Path, variable: str, most_bytes: int) -> "Array":
    """Read one variable.

    most_bytes   what the variable may have when inflated, and about what scipy may take for it
    raises       ValueError with the fact, AnnotationError where there is a way out
    """
    try:
        with open(path, "rb") as file, SpooledTemporaryFile(IN_MEMORY) as copy:
            order = _byte_order(file.read(HEADER), path, variable)
            mark = {"<": b"IM", ">": b"MI"}[order]
            copy.write(b"MATLAB 5.0".ljust(HEADER - 4) + struct.pack(order + "H", LEVEL_5) + mark)
            _copy(file, copy, order, variable, most_bytes)
            copy.seek(HEADER)
            _Walk(copy, order, most_bytes).variable()
            copy.seek(0)
            return _loaded(copy, order, variable)
    except zlib.error:
        raise ValueError("is damaged: its compressed data cannot be inflated") from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None


def rows(value: "Array", fields: Sequence[str]) -> "list[dict[str, Array]]":
    """The elements of a struct array in MATLAB's order, whether it lies or stands; none of an empty array.

    raises   ValueError where it is no struct, or lacks one of the fields
    """
    if value.size == 0:
        return []
    names = value.dtype.names
    if names is None:
        raise ValueError(f"{described(value)}, expected a struct")
    missing = [field for field in fields if field not in names]
    if missing:
        word = "field" if len(missing) == 1 else "fields"
        raise ValueError(f"{word} {', '.join(missing)} missing; found {', '.join(names)}")
    return [{name: row[name] for name in names} for row in value.ravel(order="F")]


def number(value: "Array") -> float:
    """The number in an array of one."""
    if value.size != 1 or described(value) != "numbers":
        raise ValueError(f"{shape(value)} {described(value)}, expected one number")
    return float(value.item())


def text(value: "Array") -> str:
    """The text in an array of one row of it, or of none."""
    if value.size > 1 or described(value) != "text":
        raise ValueError(f"{shape(value)} {described(value)}, expected one text")
    return str(value.item()) if value.size else ""


def described(value: "Array") -> str:
    """What an array holds, for a message."""
    if value.dtype.names is not None:
        return "a struct"
    return {"O": "a cell array", "U": "text", "c": "complex numbers"}.get(value.dtype.kind, "numbers")


def shape(value: "Array") -> str:
    """An array's dimensions, for a message."""
    return " x ".join(map(str, value.shape))


def struct_array(fields: Sequence[str], values: Sequence[tuple[object, ...]]) -> "NDArray[np.void]":
    """A (1, values) array that is saved as a struct."""
    import numpy as np

    made = np.empty((1, len(values)), dtype=[(field, "O") for field in fields])
    for index, row in enumerate(values):
        made[0, index] = row
    return made


def save(path: Path, variable: str, value: "Array") -> None:
    """Write a file of one variable, the same bytes each time."""
    from scipy.io import savemat

    savemat(str(path), {variable: value})
    with open(path, "r+b") as file:
        file.write(b"MATLAB 5.0 MAT-file, written by boxwright".ljust(116))  # scipy puts the date here


def _byte_order(head: bytes, path: Path, variable: str) -> str:
    hint = RESAVE.format(name=path.name, variable=variable)
    if not head:
        raise AnnotationError(path, "", "is empty (0 bytes)")
    if head.startswith((HDF5, b"MATLAB 7.3")):
        raise AnnotationError(path, "", "is a MATLAB v7.3 file (HDF5); v5 to v7 can be read", hint)
    order = {b"IM": "<", b"MI": ">"}.get(head[126:])
    if order is not None:
        return order
    if all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in head):
        if head.startswith(b"version https://git-lfs"):
            raise AnnotationError(path, "", "is Git LFS's pointer to the file", "git lfs pull fetches it")
        raise AnnotationError(path, "", "is a text file; MATLAB v5 to v7 can be read", hint)
    fact = f"is no MATLAB file of v5 to v7: it starts with {head[:8]!r}"
    raise AnnotationError(path, "", fact, hint)


def _copy(file: IO[bytes], copy: IO[bytes], order: str, variable: str, most_bytes: int) -> None:
    """Append the variable to the copy, inflated."""
    names: list[str] = []
    length = os.fstat(file.fileno()).st_size
    while length - file.tell() >= 8 and len(names) < MOST_VARIABLES:
        start = file.tell()
        kind, size = struct.unpack(order + "II", file.read(8))
        if start + 8 + size > length:
            raise ValueError(f"is cut off: {size} bytes announced at byte {start}, the file has {length}")
        blocks = _inflated(file, size) if kind == COMPRESSED else _plain(file, start, size)
        block = next(blocks, b"")
        names.append(_Walk(BytesIO(block), order, most_bytes).name())
        if names[-1] == variable:
            while block:
                copy.write(block)
                if copy.tell() - HEADER > most_bytes:
                    raise ValueError(f"has more than {most_bytes} bytes, the most that is read")
                block = next(blocks, b"")
            return
        file.seek(start + 8 + size)
    raise ValueError(f"no variable {variable!r}; found {', '.join(filter(None, names[:10])) or 'none'}")


def _plain(file: IO[bytes], start: int, size: int) -> Iterator[bytes]:
    file.seek(start)
    for done in range(0, size + 8, BLOCK):
        yield file.read(min(BLOCK, size + 8 - done))


def _inflated(file: IO[bytes], size: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj()
    for done in range(0, size, BLOCK):
        if block := inflater.decompress(file.read(min(BLOCK, size - done))):
            yield block
        if inflater.eof:
            return
    raise ValueError("is cut off inside its compressed data")


class _Header(NamedTuple):
    """What an array says of itself before its values; parts 2: complex numbers."""

    kind: int
    parts: int
    values: int
    name: str


class _Walk:
    """Reads the tags of a variable as scipy does, and refuses what would crash scipy or fill the memory.

    Like scipy it does not care how long a nested array says it is: both go from one tag to the next.
    """

    def __init__(self, file: IO[bytes], order: str, most_bytes: int) -> None:
        self.file, self.order, self.left = file, order, most_bytes
        self.words = struct.Struct(order + "II")

    def variable(self) -> None:
        self.array()
        if self.file.tell() - 8 >= self.file.seek(0, os.SEEK_END):  # 7 bytes of padding may be missing
            raise ValueError("is cut off inside an array")

    def name(self) -> str:
        kind, size = self.two()
        return self.header().name if kind == MATRIX and size else ""

    def array(self, depth: int = 1) -> None:
        kind, size = self.two()
        if kind != MATRIX:
            raise ValueError("is damaged: no array where one belongs")
        self.spend(ARRAY_COST)
        if size == 0:  # an element without content is MATLAB's []
            return
        header = self.header()
        if header.kind in NUMBERS:
            for _ in range(header.parts):
                self.numbers(header)
        elif header.kind == TEXT:
            self.text(header)
        elif header.kind in (CELLS, STRUCT):
            self.arrays(header, depth)
        else:
            other = OTHERS.get(header.kind, f"an array of class {header.kind}")
            raise ValueError(f"holds {other}; numbers, text, cells and structs can be read")

    def header(self) -> _Header:
        self.two()
        flags, _ = self.two()
        kind, parts = flags & 0xFF, 2 if flags & 0x800 else 1
        data = self.element(4 * MOST_DIMENSIONS)[2] if kind != OPAQUE else b""  # which has no dimensions
        dims = struct.unpack_from(f"{self.order}{len(data) // 4}i", data)
        if kind != OPAQUE and (len(dims) < 2 or min(dims) < 0):  # scipy crashes on text without dimensions
            raise ValueError(f"is damaged: an array of {' x '.join(map(str, dims)) or 'no dimensions'}")
        return _Header(kind, parts, math.prod(dims), self.element(2 * NAME_LENGTH)[2].decode("latin-1"))

    def numbers(self, header: _Header) -> None:
        kind, size, _ = self.element()
        if kind not in NUMBER_SIZES:
            raise ValueError(f"is damaged: numbers of unknown type {kind}")
        if size != header.values * NUMBER_SIZES[kind]:
            raise ValueError(f"is damaged: {header.values} numbers in {size} bytes")
        self.spend(size if header.parts == 1 else 16 * header.values)  # complex128 whatever was stored

    def text(self, header: _Header) -> None:
        kind, size, _ = self.element()
        if kind not in TEXT_TYPES or header.values > size:
            raise ValueError(f"is damaged: {header.values} characters of type {kind} in {size} bytes")
        self.spend(8 * size)  # NumPy's characters have 4 bytes, and a string is made first

    def arrays(self, header: _Header, depth: int) -> None:
        if depth == MOST_DEPTH:
            raise ValueError(f"holds arrays more than {MOST_DEPTH} deep in each other")
        each = self.fields() if header.kind == STRUCT else 1
        self.spend(8 * header.values)  # a pointer for each
        for _ in range(header.values * each):
            self.array(depth + 1)

    def fields(self) -> int:
        """How many names a struct has, each NUL-padded to the same width."""
        width = int.from_bytes(self.element(4)[2], "little" if self.order == "<" else "big", signed=True)
        _, size, _ = self.element()
        if not 0 < width <= NAME_LENGTH or size > MOST_FIELDS * width:
            raise ValueError(f"is damaged: {size} bytes of field names, {width} for each")
        return size // width

    def element(self, most: int = 0) -> tuple[int, int, bytes]:
        """A data element's type, its size, and up to `most` bytes of its content."""
        kind, size = self.two()
        padding = -size % 8
        if kind >> 16:  # up to 4 bytes stand inside the tag
            kind, size, padding = kind & 0xFFFF, kind >> 16, max(0, 4 - (kind >> 16))
            self.file.seek(-4, os.SEEK_CUR)
        content = self.file.read(min(size, most))
        self.file.seek(size - len(content) + padding, os.SEEK_CUR)
        return kind, size, content

    def two(self) -> tuple[int, int]:
        data = self.file.read(8)
        if len(data) < 8:
            raise ValueError("is cut off inside an array")
        first, second = self.words.unpack(data)
        return first, second

    def spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise ValueError("announces more arrays, text or numbers than are read")


def _loaded(copy: IO[bytes], order: str, variable: str) -> "Array":
    from scipy.io import loadmat

    codec = {"<": "utf-16-le", ">": "utf-16-be"}[order]  # scipy's default looks at every second byte alone
    try:
        # scipy-stubs 1.17 know neither open files nor the codec.
        found = loadmat(copy, variable_names=[variable], uint16_codec=codec)  # type: ignore[arg-type, call-arg]
        value: Array = found[variable]
    except Exception as error:  # what is left: UnboundLocalError, TypeError, OSError and more
        raise ValueError(f"is damaged: scipy cannot read it ({error})") from None
    return value
