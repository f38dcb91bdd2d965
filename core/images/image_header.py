"""An image's size, format and EXIF orientation, from its first and last bytes.

Reading a data set looks at every image once, so no pixel is decoded and, for JPEG and PNG, two blocks of the
file are usually all that is read. Those two are parsed here; Pillow, imported when needed, reads the others.

Sources: JPEG  ITU-T T.81, annex B, https://www.w3.org/Graphics/JPEG/itu-t81.pdf
         PNG   third edition, https://www.w3.org/TR/png-3/
         EXIF  CIPA DC-008, section 4.6; TIFF 6.0, section 2 "TIFF Structure"
"""

import io
import os
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, TYPE_CHECKING, BinaryIO, NamedTuple

from boxwright.core.images.image_file import ImageFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from PIL import ImageFile as PillowFile

    PillowOpener = Callable[[IO[bytes], str | bytes], PillowFile.ImageFile]

BLOCK = 4096  # bytes read at once: the header of a JPEG without thumbnail or colour profile has about 600
SEARCH_BLOCK = 1 << 20  # bytes read at once when the end marker is not in the last BLOCK
MOST_STEPS = 100_000  # markers or chunks before the pixels: real files have dozens, hostile ones cost 0.1 s
MOST_READS = 256  # blocks of 8 KB that Pillow may ask for; it reads some headers byte by byte
MOST_PIXELS = 2**31  # more than a signed 32-bit index counts; no decoder takes them

JPEG_MAGIC = b"\xff\xd8\xff"
JPEG_STANDALONE = frozenset({0x00, 0x01, *range(0xD0, 0xD8)})  # FF00 is stray data; TEM, RSTn: no length
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0-15; DHT, JPG and DAC lie among them
JPEG_EOI, JPEG_SOS, JPEG_APP1 = 0xD9, 0xDA, 0xE1
JPEG_END = b"\xff\xd9"
JPEG_EXIF = b"Exif\0\0"
JPEG_MARKER = struct.Struct(">BBH")
JPEG_FRAME = struct.Struct(">xHHB")

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
PNG_START = struct.Struct(">8xI4sII5xI")
PNG_CHUNK = struct.Struct(">I4s")

TIFF_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
TIFF_WIDTH, TIFF_HEIGHT, TIFF_ORIENTATION = 256, 257, 274
TIFF_INTEGERS = {3: "H", 4: "I"}  # SHORT as the standard asks; some writers use LONG

# Those with a signature that noise does not match by chance. HEIF is there once a plugin has registered it.
PILLOW_FORMATS = ("BMP", "GIF", "WEBP", "TIFF", "PPM", "JPEG2000", "AVIF", "HEIF")

_EXTENSIONS = {
    "avif": ".avif .avifs",
    "bmp": ".bmp .dib",
    "gif": ".gif",
    "heif": ".heic .heif .hif",
    "jpeg": ".jpg .jpeg .jpe .jfif",
    "jpeg2000": ".jp2 .j2k .jpf .jpx .j2c .jpc",
    "png": ".png .apng",
    "ppm": ".ppm .pgm .pbm .pnm",
    "tiff": ".tif .tiff",
    "webp": ".webp",
}
_FORMATS = {extension: name for name, extensions in _EXTENSIONS.items() for extension in extensions.split()}
IMAGE_EXTENSIONS: frozenset[str] = frozenset(_FORMATS)


class ImageHeader(NamedTuple):
    """What an image says about itself.

    format          lower case: 'jpeg', 'png', 'gif', 'bmp', 'webp', 'tiff', 'ppm', 'jpeg2000', 'avif'
    width, height   of the stored pixels, before any EXIF rotation
    orientation     EXIF 1 to 8; 1 when absent or invalid
    """

    format: str
    width: int
    height: int
    orientation: int


def format_of_name(name: str) -> str | None:
    """The format that a file name's extension claims, or None if it is no image's."""
    return _FORMATS.get(os.path.splitext(name)[1].lower())


def read_header(file: BinaryIO, length: int) -> ImageHeader:
    """The header of the image that starts where `file` is positioned.

    length   bytes of the image, which may be a part of a bigger file: nothing beyond them is read
    raises   ValueError with the fact, for anything that is not a whole image as far as its two ends tell
    """

    def read(size: int, offset: int) -> bytes:
        file.seek(offset)
        return file.read(size)

    return _header(_ImageBytes(read, file.tell(), length))


def header_of(image: ImageFile) -> ImageHeader:
    """The header of an image where it lies; raises what `read_header` raises, and OSError."""
    # No file object: it would cost as much as the reads.
    descriptor = os.open(image.path, os.O_RDONLY)
    try:
        length = os.fstat(descriptor).st_size if image.length is None else image.length
        return _header(_ImageBytes(partial(os.pread, descriptor), image.offset, length))
    finally:
        os.close(descriptor)


def _header(image: "_ImageBytes") -> ImageHeader:
    if image.length <= 0:
        raise ValueError("is empty (0 bytes)")
    magic = image.at(0, len(PNG_MAGIC))
    if magic.startswith(JPEG_MAGIC):
        return _checked(_jpeg(image))
    if magic == PNG_MAGIC:
        return _checked(_png(image))
    return _checked(_with_pillow(image))


def _checked(header: ImageHeader) -> ImageHeader:
    if header.width <= 0:
        raise ValueError(f"a width of {header.width}")
    if header.height <= 0:  # A JPEG may give its height after the first scan (DNL); decoders refuse that too.
        raise ValueError(f"a height of {header.height}")
    if header.width * header.height > MOST_PIXELS:
        raise ValueError(f"{header.width} x {header.height} pixels, more than 2**31")
    return header


class _ImageBytes:
    """Random access to the bytes of one image, with the last block kept.

    read    gives a number of bytes from an offset in the file
    start   the image's first byte there
    """

    __slots__ = ("_block", "_offset", "_read", "_start", "length")

    def __init__(self, read: Callable[[int, int], bytes], start: int, length: int) -> None:
        self._read, self._start, self.length = read, start, length
        self._block, self._offset = b"", 0

    def at(self, offset: int, size: int) -> bytes:
        """The `size` bytes from the image's byte `offset`; fewer only where the image ends."""
        begin = offset - self._offset
        if begin < 0 or begin + size > len(self._block):
            size = min(size, self.length - offset)
            if size <= 0:
                return b""
            if begin < 0 or begin + size > len(self._block):
                self._load(offset, min(max(size, BLOCK), self.length - offset))
                begin = 0
        return self._block[begin : begin + size]

    def _load(self, offset: int, size: int) -> None:
        self._block, self._offset = self._read(size, self._start + offset), offset
        if len(self._block) < size:
            raise ValueError(f"is cut off: its {self.length} bytes reach beyond the file's end")

    def contains(self, marker: bytes, after: int) -> bool:
        """Whether `marker` is somewhere from byte `after` to the end; found fast where it is near the end."""
        end, size = self.length, BLOCK
        while end - after >= len(marker):
            begin = max(after, end - size)
            if self.at(begin, end - begin).rfind(marker) >= 0:
                return True
            if begin == after:
                return False
            end, size = begin + len(marker) - 1, SEARCH_BLOCK
        return False


def _jpeg(image: _ImageBytes) -> ImageHeader:
    frame: tuple[int, int] | None = None
    orientation = scan = 0
    for marker, begin, end in _jpeg_segments(image):
        if marker in JPEG_FRAMES:
            if frame:
                raise ValueError("JPEG header damaged: two frame headers (SOF)")
            frame = _jpeg_frame(image.at(begin, min(JPEG_FRAME.size, end - begin)), end - begin)
        elif marker == JPEG_APP1 and not orientation and image.at(begin, len(JPEG_EXIF)) == JPEG_EXIF:
            orientation = _exif_orientation(image, begin + len(JPEG_EXIF), end)
        scan = end
    if frame is None:
        raise ValueError("JPEG header damaged: no frame header (SOF) before the image data (SOS)")
    # Only what follows the scan's header counts: a thumbnail in the EXIF segment has its own end marker.
    if not image.contains(JPEG_END, after=scan):
        raise ValueError("JPEG without an end marker (EOI): truncated?")
    width, height = frame
    return ImageHeader("jpeg", width, height, orientation or 1)


def _jpeg_segments(image: _ImageBytes) -> Iterator[tuple[int, int, int]]:
    """Marker, first byte of the body and byte behind it, for each segment until the first SOS, included."""
    position = 2
    for _ in range(MOST_STEPS):
        start = image.at(position, JPEG_MARKER.size)
        if len(start) < JPEG_MARKER.size:
            raise ValueError("JPEG header damaged: it ends before the image data (SOS): truncated?")
        prefix, marker, size = JPEG_MARKER.unpack(start)
        if prefix != 0xFF or marker == 0xFF:  # stray bytes, which libjpeg and Pillow skip too; fill bytes
            position += 1
        elif marker in JPEG_STANDALONE:
            position += 2
        elif marker < 0xC0 or marker == 0xD8:
            raise ValueError(f"JPEG header damaged: marker FF{marker:02X} at byte {position}")
        elif marker == JPEG_EOI:
            raise ValueError("JPEG header damaged: end marker (EOI) before the image data (SOS)")
        elif size < 2:  # The size counts its own two bytes.
            raise ValueError(f"JPEG header damaged: a segment of {size} bytes at byte {position}")
        else:
            begin, position = position + 4, position + 2 + size
            yield marker, begin, position
            if marker == JPEG_SOS:
                return
    raise ValueError(f"JPEG header damaged: no image data (SOS) within {MOST_STEPS} markers")


def _jpeg_frame(body: bytes, size: int) -> tuple[int, int]:
    """Width and height from a frame header (T.81, B.2.2): precision, height, width, components of 3 bytes."""
    if len(body) == JPEG_FRAME.size:
        height, width, components = JPEG_FRAME.unpack(body)
        if components and size == JPEG_FRAME.size + 3 * components:
            return width, height
    raise ValueError(f"JPEG header damaged: a frame header (SOF) of {size + 2} bytes")


def _png(image: _ImageBytes) -> ImageHeader:
    start = image.at(0, PNG_START.size)
    if len(start) < PNG_START.size:
        raise ValueError("PNG header damaged: it ends inside its first chunk: truncated?")
    size, kind, width, height, checksum = PNG_START.unpack(start)
    if kind != b"IHDR" or size != 13:
        raise ValueError(f"PNG header damaged: its first chunk is {kind!r} of {size} bytes, not IHDR of 13")
    if zlib.crc32(start[12:29]) != checksum:
        raise ValueError("PNG header damaged: the checksum of IHDR is wrong")
    orientation, data = _png_orientation(image)
    if not image.contains(PNG_END, after=data):
        raise ValueError("PNG without an end marker (IEND): truncated?")
    return ImageHeader("png", width, height, orientation)


def _png_orientation(image: _ImageBytes) -> tuple[int, int]:
    """The orientation, and the byte of the first IDAT; a late eXIf chunk is rare and would cost a walk."""
    orientation, position = 0, PNG_START.size
    for _ in range(MOST_STEPS):
        start = image.at(position, PNG_CHUNK.size)
        if len(start) < PNG_CHUNK.size:
            raise ValueError("PNG header damaged: it ends before the image data (IDAT): truncated?")
        size, kind = PNG_CHUNK.unpack(start)
        if kind == b"IDAT":
            return orientation or 1, position
        if kind == b"IEND":
            raise ValueError("PNG header damaged: end marker (IEND) before the image data (IDAT)")
        if not kind.isalpha():
            raise ValueError(f"PNG header damaged: a chunk named {kind!r} at byte {position}")
        if kind == b"eXIf" and not orientation:
            orientation = _exif_orientation(image, position + 8, position + 8 + size)
        position += 12 + size
    raise ValueError(f"PNG header damaged: no image data (IDAT) within {MOST_STEPS} chunks")


def _exif_orientation(image: _ImageBytes, begin: int, end: int) -> int:
    """The orientation, 1 to 8, from the TIFF structure at bytes begin to end; 1 where it has no valid one."""
    start = image.at(begin, min(8, end - begin))
    order = TIFF_ORDERS.get(start[:4])
    if order is None or len(start) < 8:
        return 1
    directory = begin + int(struct.unpack(order + "I", start[4:])[0])
    count = image.at(directory, 2) if directory + 2 <= end else b""
    if len(count) < 2:
        return 1
    size = min(12 * struct.unpack(order + "H", count)[0], end - directory - 2)
    entries = image.at(directory + 2, size)
    for entry in range(0, len(entries) - 11, 12):
        tag, kind, values = struct.unpack_from(order + "HHI", entries, entry)
        if tag == TIFF_ORIENTATION:
            if kind not in TIFF_INTEGERS or values != 1:
                return 1
            (value,) = struct.unpack_from(order + TIFF_INTEGERS[kind], entries, entry + 8)
            return value if 1 <= value <= 8 else 1
    return 1


def _with_pillow(image: _ImageBytes) -> ImageHeader:
    """The header of any other format, by Pillow's openers themselves: `Image.open` refuses big images."""
    from PIL import Image

    Image.init()
    magic = image.at(0, 16)
    damage: ValueError | None = None
    for name in PILLOW_FORMATS:
        opener, accepts = Image.OPEN.get(name, (None, None))
        accepted = accepts(magic) if accepts else False
        if isinstance(accepted, str):
            raise ValueError(f"{name} cannot be read: {accepted}")
        if opener and accepted:
            try:
                return _opened(name, opener, image)
            except ValueError as error:  # AVIF and HEIF share a signature, so the next one may take it.
                damage = error
    raise damage or ValueError(f"is no image: starts with {magic[:4]!r}")


def _opened(name: str, opener: "PillowOpener", image: _ImageBytes) -> ImageHeader:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # big images, unreadable EXIF: neither changes the header
            opened = opener(io.BufferedReader(_Stream(image)), "")
            tags = getattr(opened, "tag_v2", None)  # A TIFF's `size` is turned by its orientation.
            width, height = (tags[TIFF_WIDTH], tags[TIFF_HEIGHT]) if tags else opened.size
            return ImageHeader(name.lower(), width, height, _pillow_orientation(opened))
    except OSError as error:
        if error.errno is not None:  # the disk's failure, not the image's
            raise
        raise ValueError(f"{name} header unreadable: {error}") from None
    except Exception as error:  # Openers meet hostile bytes with whatever comes: SyntaxError, IndexError, ...
        raise ValueError(f"{name} header unreadable: {error}") from None


def _pillow_orientation(opened: "PillowFile.ImageFile") -> int:
    try:
        value = opened.getexif().get(TIFF_ORIENTATION)
    except Exception:  # as above; an image whose EXIF is broken is still an image
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


class _Stream(io.RawIOBase):
    """The image's bytes as a file of their own, since Pillow seeks from a file's start."""

    def __init__(self, image: _ImageBytes) -> None:
        self._image, self._position, self._reads = image, 0, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._image.length}[whence]
        if base + offset < 0:
            raise ValueError(f"a position of {base + offset}")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        self._reads += 1
        if self._reads > MOST_READS:
            raise ValueError(f"it is not over after {MOST_READS} blocks")
        view = memoryview(buffer).cast("B")
        data = self._image.at(self._position, len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def readall(self) -> bytes:
        data = self._image.at(self._position, self._image.length)
        self._position += len(data)
        return data
