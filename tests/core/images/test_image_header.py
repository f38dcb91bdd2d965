"""Headers of real images, made here with Pillow, and of images that somebody damaged."""

import io
import os
import struct
import sys
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from boxwright.core.images.image_file import ImageFile
from boxwright.core.images.image_header import (
    BLOCK,
    IMAGE_EXTENSIONS,
    MOST_STEPS,
    ImageHeader,
    format_of_name,
    header_of,
    read_header,
)

ORIENTATION = 274


def picture(mode: str = "RGB", size: tuple[int, int] = (31, 17)) -> Image.Image:
    gradient = Image.linear_gradient("L").resize(size)
    return gradient.convert("I").convert(mode) if mode == "I;16" else gradient.convert(mode)


def encoded(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    file = io.BytesIO()
    (image or picture()).save(file, kind, **options)
    return file.getvalue()


def header(data: bytes) -> ImageHeader:
    return read_header(io.BytesIO(data), len(data))


def refusal(data: bytes) -> str:
    with pytest.raises(ValueError) as caught:
        header(data)
    return str(caught.value)


def exif(orientation: int, order: str = "<", kind: str = "H", padding: int = 0) -> bytes:
    """An EXIF segment's body; `padding` bytes lie between its header and its one directory."""
    code = {"B": 1, "H": 3, "I": 4}[kind]
    entry = struct.pack(f"{order}HHI{kind}", ORIENTATION, code, 1, orientation).ljust(12, b"\0")
    magic = {"<": b"II*\0", ">": b"MM\0*"}[order]
    start = magic + struct.pack(order + "I", 8 + padding) + b"x" * padding
    return b"Exif\0\0" + start + struct.pack(order + "H", 1) + entry + b"\0\0\0\0"


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def frame(marker: int = 0xC0, width: int = 5, height: int = 7, components: int = 1) -> bytes:
    return segment(marker, struct.pack(">BHHB", 8, height, width, components) + b"\x01\x11\x00" * components)


def jpeg(*segments: bytes, end: bytes = b"\xff\xd9") -> bytes:
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34"
    return b"\xff\xd8" + b"".join(segments) + scan + end


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes, width: int = 5, height: int = 7) -> bytes:
    start = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + start + b"".join(chunks)


IDAT, IEND = chunk(b"IDAT", b"pixels"), chunk(b"IEND")


# Whole images


@pytest.mark.parametrize(
    "kind, mode, options",
    [
        ("JPEG", "RGB", {}),
        ("JPEG", "L", {}),
        ("JPEG", "CMYK", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "RGB", {"restart_marker_blocks": 1}),
        ("JPEG", "RGB", {"subsampling": 0, "optimize": True, "comment": b"\xff\xd9 in a comment"}),
        ("JPEG", "RGB", {"icc_profile": bytes(range(256)) * 1000}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "1", {}),
        ("PNG", "P", {}),
        ("PNG", "LA", {}),
        ("PNG", "I;16", {}),
        ("PNG", "RGB", {"icc_profile": os.urandom(20_000)}),
        ("GIF", "P", {}),
        ("BMP", "RGB", {}),
        ("BMP", "1", {}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("TIFF", "RGB", {}),
        ("TIFF", "I;16", {"compression": "tiff_lzw"}),
        ("PPM", "RGB", {}),
        ("PPM", "L", {}),
    ],
)
def test_format_and_size_are_those_of_the_file(kind: str, mode: str, options: dict[str, object]) -> None:
    data = encoded(kind, picture(mode), **options)
    assert header(data) == ImageHeader(kind.lower(), 31, 17, 1)


def test_an_image_that_fits_into_the_first_block_is_read_whole() -> None:
    data = encoded("JPEG", picture(size=(1, 1)))
    assert len(data) < BLOCK
    assert header(data) == ImageHeader("jpeg", 1, 1, 1)


@pytest.mark.parametrize("marker", [0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC9, 0xCA, 0xCB, 0xCF])
def test_every_kind_of_jpeg_frame_has_the_size(marker: int) -> None:
    assert header(jpeg(frame(marker))) == ImageHeader("jpeg", 5, 7, 1)


@pytest.mark.parametrize("marker", [0xC4, 0xC8, 0xCC])
def test_tables_whose_markers_lie_among_the_frames_have_no_size(marker: int) -> None:
    assert header(jpeg(segment(marker, b"\x08\x00\x01\x00\x01\x00"), frame())) == ImageHeader("jpeg", 5, 7, 1)


@pytest.mark.parametrize(
    "between",
    [
        b"\xff" * 10_000,  # fill bytes
        b"\xff\x01\xff\xd0",  # markers without a length
        b"stray \xff\x00 bytes",  # libjpeg skips them with a warning
        segment(0xE0, b"JFIF\0" + b"\xff\xd9" * 30_000),
        segment(0xE2, b"ICC_PROFILE\0" + b"\xff\xc0\xff\xda" * 16_000) * 20,
        segment(0xFE, b""),
        segment(0xE1, b"Exif"),
        segment(0xE1, b""),
    ],
)
def test_a_jpeg_frame_is_found_behind(between: bytes) -> None:
    start = segment(0xE0, b"JFIF\0")
    assert header(jpeg(start, between, frame(), between)) == ImageHeader("jpeg", 5, 7, 1)


@pytest.mark.parametrize(
    "trailer", [b"", b"\0" * 10_000, b"\xff" * 3_000_000, b"camera's own notes", encoded("JPEG")]
)
def test_bytes_behind_the_end_are_fine(trailer: bytes) -> None:
    for data in (encoded("JPEG"), encoded("PNG")):
        assert header(data + trailer).width == 31


def test_an_end_marker_may_lie_across_two_blocks() -> None:
    for padding in range(BLOCK - 4, BLOCK + 2):
        assert header(jpeg(frame(), end=b"x" * 9000 + b"\xff\xd9" + b"x" * padding)).width == 5
        assert header(png(chunk(b"IDAT", b"x" * 9000), IEND) + b"x" * padding).width == 5


def test_only_the_image_s_part_of_a_file_is_looked_at() -> None:
    first, second, third = encoded("PNG"), jpeg(frame()), encoded("WEBP")
    file = io.BytesIO(b"front" + first + second + third + jpeg(frame()))
    file.seek(5)
    assert read_header(file, len(first)) == ImageHeader("png", 31, 17, 1)
    file.seek(5 + len(first))
    assert read_header(file, len(second)) == ImageHeader("jpeg", 5, 7, 1)
    file.seek(5 + len(first))
    with pytest.raises(ValueError, match="end marker"):
        read_header(file, len(second) - 1)
    file.seek(5 + len(first) + len(second))
    assert read_header(file, len(third)) == ImageHeader("webp", 31, 17, 1)


def test_an_image_is_looked_at_where_it_lies(tmp_path: Path) -> None:
    first, second = encoded("PNG"), encoded("WEBP")
    path = tmp_path / "a.bin"
    path.write_bytes(first + second)
    assert header_of(ImageFile(path)) == ImageHeader("png", 31, 17, 1)
    assert header_of(ImageFile(path, len(first), len(second))) == ImageHeader("webp", 31, 17, 1)
    with pytest.raises(ValueError, match="PNG without an end marker"):
        header_of(ImageFile(path, 0, len(first) - 1))
    with pytest.raises(ValueError, match="is cut off"):
        header_of(ImageFile(path, len(first), len(second) + 1))
    with pytest.raises(FileNotFoundError):
        header_of(ImageFile(tmp_path / "gone.png"))


class CountingFile(io.BytesIO):
    """A file that knows how much was read from it."""

    sizes: tuple[int, ...] = ()

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.sizes = (*self.sizes, len(data))
        return data


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_two_blocks_of_a_big_image_are_read(kind: str) -> None:
    data = encoded(kind, Image.effect_noise((400, 400), 100))
    assert len(data) > 4 * BLOCK
    file = CountingFile(data)
    read_header(file, len(data))
    assert file.sizes == (BLOCK, BLOCK)


def test_jpeg_and_png_need_no_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    images = encoded("JPEG"), encoded("PNG")
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert [header(data).format for data in images] == ["jpeg", "png"]


# Orientation


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_read_in_both_byte_orders(orientation: int, order: str) -> None:
    body = exif(orientation, order)
    assert header(jpeg(segment(0xE1, body), frame())).orientation == orientation
    assert header(png(chunk(b"eXIf", body[6:]), IDAT, IEND)).orientation == orientation


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_orientation_is_what_pillow_wrote_and_the_size_is_the_stored_one(kind: str) -> None:
    tags = Image.Exif()
    tags[271], tags[ORIENTATION], tags[305] = "a camera", 6, "some software"
    assert header(encoded(kind, exif=tags)) == ImageHeader(kind.lower(), 31, 17, 6)


@pytest.mark.parametrize(
    "body, orientation",
    [
        (exif(6, kind="I"), 6),
        (exif(6, ">", kind="I"), 6),
        (exif(6, padding=50_000), 6),
        (exif(6) + b"\xff\xd8 thumbnail \xff\xd9" * 3000, 6),
        (exif(0), 1),
        (exif(9), 1),
        (exif(65535), 1),
        (exif(6, kind="B"), 1),
        (exif(6)[:-5], 1),
        (exif(6)[:15], 1),
        (exif(6)[:10], 1),
        (exif(6)[:6], 1),
        (exif(6).replace(b"II", b"IM"), 1),
        (exif(6).replace(b"\x08\0\0\0", b"\xff\xff\xff\xff"), 1),
        (exif(6).replace(b"\x01\0\0\0\x06", b"\x02\0\0\0\x06"), 1),
        (b"http://ns.adobe.com/xap/1.0/\0" + exif(6), 1),
    ],
)
def test_orientation_is_1_unless_valid(body: bytes, orientation: int) -> None:
    assert header(jpeg(segment(0xE1, body), frame())) == ImageHeader("jpeg", 5, 7, orientation)


def test_a_directory_that_claims_more_entries_than_there_are_is_read_as_far_as_it_goes() -> None:
    body = exif(6).replace(b"\x08\0\0\0\x01\0", b"\x08\0\0\0\xff\xff")
    assert header(jpeg(segment(0xE1, body), frame())).orientation == 6


def test_the_first_exif_segment_counts() -> None:
    first, second = segment(0xE1, exif(3)), segment(0xE1, exif(6))
    assert header(jpeg(first, frame(), second)).orientation == 3


def test_a_png_s_orientation_behind_the_pixels_is_not_looked_for() -> None:
    assert header(png(IDAT, chunk(b"eXIf", exif(6)[6:]), IEND)).orientation == 1


# Images that are none, or not whole


@pytest.mark.parametrize(
    "data, problem",
    [
        (b"", "is empty (0 bytes)"),
        (b"<!DOCTYPE html>", "is no image: starts with b'<!DO'"),
        (b"\xff\xd8", r"is no image: starts with b'\xff\xd8'"),
        (b"\x89PNG", r"is no image: starts with b'\x89PNG'"),
        (b"\0" * 5000, r"is no image: starts with b'\x00\x00\x00\x00'"),
        (jpeg(frame(), end=b""), "JPEG without an end marker (EOI): truncated?"),
        (jpeg(frame(), end=b"\xff"), "JPEG without an end marker (EOI): truncated?"),
        (
            jpeg(segment(0xE1, exif(6) + b"\xff\xd8\xff\xd9"), frame(), end=b""),
            "JPEG without an end marker (EOI): truncated?",
        ),
        (
            b"\xff\xd8" + frame() + b"\xff\xd9",
            "JPEG header damaged: it ends before the image data (SOS): truncated?",
        ),
        (
            jpeg(segment(0xE0, b"x" * 60_000), frame())[:70],
            "JPEG header damaged: it ends before the image data (SOS): truncated?",
        ),
        (jpeg(), "JPEG header damaged: no frame header (SOF) before the image data (SOS)"),
        (
            jpeg(b"\xff\xd9\0\0", frame()),
            "JPEG header damaged: end marker (EOI) before the image data (SOS)",
        ),
        (jpeg(frame(), frame()), "JPEG header damaged: two frame headers (SOF)"),
        (jpeg(b"\xff\xe0\0\0", frame()), "JPEG header damaged: a segment of 0 bytes at byte 2"),
        (jpeg(b"\xff\xe0\0\1", frame()), "JPEG header damaged: a segment of 1 bytes at byte 2"),
        (jpeg(frame(), b"\xff\xd8"), "JPEG header damaged: marker FFD8 at byte 15"),
        (jpeg(b"\xff\x4f", frame()), "JPEG header damaged: marker FF4F at byte 2"),
        (jpeg(frame(components=0)), "JPEG header damaged: a frame header (SOF) of 8 bytes"),
        (jpeg(segment(0xC0, b"\x08")), "JPEG header damaged: a frame header (SOF) of 3 bytes"),
        (jpeg(segment(0xC0, b"\x08\0\7\0\5\3")), "JPEG header damaged: a frame header (SOF) of 8 bytes"),
        (
            jpeg(b"\xff\x01" * MOST_STEPS, frame()),
            "JPEG header damaged: no image data (SOS) within 100000 markers",
        ),
        (jpeg(frame(width=0)), "a width of 0"),
        (jpeg(frame(height=0)), "a height of 0"),
        (jpeg(frame(width=65535, height=65535)), "65535 x 65535 pixels, more than 2**31"),
        (png(IDAT), "PNG without an end marker (IEND): truncated?"),
        (png(IDAT, IEND)[:-1], "PNG without an end marker (IEND): truncated?"),
        (png(chunk(b"tEXt", b"IEND" + IEND), IDAT), "PNG without an end marker (IEND): truncated?"),
        (png()[:20], "PNG header damaged: it ends inside its first chunk: truncated?"),
        (png(), "PNG header damaged: it ends before the image data (IDAT): truncated?"),
        (
            png(chunk(b"iCCP", b"x" * 9000), IDAT, IEND)[:5000],
            "PNG header damaged: it ends before the image data (IDAT): truncated?",
        ),
        (png(IEND), "PNG header damaged: end marker (IEND) before the image data (IDAT)"),
        (
            png(IDAT, IEND).replace(b"IHDR", b"CgBI"),
            "PNG header damaged: its first chunk is b'CgBI' of 13 bytes, not IHDR of 13",
        ),
        (
            png(IDAT, IEND).replace(b"\0\0\0\5", b"\0\0\1\5"),
            "PNG header damaged: the checksum of IHDR is wrong",
        ),
        (png(chunk(b"te\0t"), IDAT, IEND), r"PNG header damaged: a chunk named b'te\x00t' at byte 33"),
        (
            png(chunk(b"tEXt") * MOST_STEPS, IDAT, IEND),
            "PNG header damaged: no image data (IDAT) within 100000 chunks",
        ),
        (png(IDAT, IEND, width=0), "a width of 0"),
        (png(IDAT, IEND, height=0), "a height of 0"),
        (png(IDAT, IEND, width=2**31 - 1, height=2), "2147483647 x 2 pixels, more than 2**31"),
    ],
)
def test_what_is_wrong_is_said(data: bytes, problem: str) -> None:
    assert refusal(data) == problem


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF"])
def test_a_header_that_pillow_does_not_take_is_named_by_its_format(kind: str) -> None:
    assert refusal(encoded(kind)[:16]).startswith(f"{kind} header unreadable: ")


def test_a_file_that_is_shorter_than_announced_is_cut_off() -> None:
    data = encoded("PNG")
    with pytest.raises(ValueError) as caught:
        read_header(io.BytesIO(data), len(data) + BLOCK)
    assert str(caught.value) == f"is cut off: its {len(data) + BLOCK} bytes reach beyond the file's end"


class FailingFile(io.BytesIO):
    """A file on a disk that fails behind the first block."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if offset > BLOCK:
            raise OSError(5, "Input/output error")
        return super().seek(offset, whence)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_failing_disk_is_no_damaged_image(kind: str) -> None:
    data = encoded(kind, Image.effect_noise((400, 400), 100))
    with pytest.raises(OSError, match="Input/output error"):
        read_header(FailingFile(data), len(data))


def test_a_big_image_that_pillow_would_warn_of_is_only_a_header() -> None:
    data = bytearray(encoded("BMP"))
    data[18:26] = struct.pack("<ii", 40_000, 40_000)
    assert header(bytes(data)) == ImageHeader("bmp", 40_000, 40_000, 1)
    data[18:26] = struct.pack("<ii", 100_000, 100_000)
    assert refusal(bytes(data)) == "100000 x 100000 pixels, more than 2**31"


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff" * 10_000_000,
        b"\xff\xd8\xff\xfe" + b"\0\2\xff\xfe" * 2_000_000,
        jpeg(frame(), end=b"\xff\0" * 5_000_000),
        png(chunk(b"tEXt") * 500_000),
        png(chunk(b"IDAT", b"\0\0\0\0IEND" * 1_000_000)),
        b"GIF89a\x05\0\x05\0\0\0\0!\xfe" + b"\1x" * 5_000_000,
        b"P6 #" + b"x" * 10_000_000,
    ],
    ids=["fill bytes", "small segments", "no EOI", "small chunks", "no IEND", "gif comment", "ppm comment"],
)
def test_a_hostile_header_is_refused_soon(data: bytes) -> None:
    start = time.process_time()
    refusal(data)
    assert time.process_time() - start < 2


# Anything else


def _samples() -> list[bytes]:
    tags = Image.Exif()
    tags[ORIENTATION] = 6
    small = picture(size=(9, 8))
    gif = encoded("GIF", small.convert("P"), save_all=True, append_images=[small.rotate(90)])
    plain = [encoded(kind, small) for kind in ("BMP", "JPEG", "PNG", "TIFF", "WEBP", "PPM", "JPEG2000")]
    tagged = [encoded(kind, small, exif=tags) for kind in ("JPEG", "PNG", "TIFF", "WEBP")]
    return [gif, *plain, *tagged, jpeg(segment(0xE1, exif(6, ">")), frame()), png(IDAT, IEND)]


SAMPLES = _samples()


@st.composite
def damaged_images(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SAMPLES)))
    # Headers are small, so half of the changes are made in the first 64 bytes.
    places = st.integers(0, min(64, len(data)) - 1) | st.integers(0, len(data) - 1)
    for place, value in draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=6)):
        data[place] = value
    kept = draw(st.just(len(data)) | st.integers(0, len(data)))
    return bytes(data[:kept])


def _is_read_or_refused(data: bytes) -> None:
    start = time.process_time()
    try:
        found = header(data)
    except ValueError as error:
        assert str(error)
    else:
        assert found.width > 0 and found.height > 0 and 1 <= found.orientation <= 8
    assert time.process_time() - start < 2


@settings(max_examples=500)
@given(damaged_images())
def test_a_damaged_image_is_read_or_refused_with_a_value_error(data: bytes) -> None:
    _is_read_or_refused(data)


@settings(max_examples=500)
@given(
    st.sampled_from(
        [b"\xff\xd8\xff", png(), png() + b"\0\0\0\x40eXIf", b"\xff\xd8\xff\xe1\0\x40Exif\0\0II*\0"]
    ),
    st.lists(
        st.binary(max_size=20) | st.sampled_from([b"\xff", b"\0\0", b"\0\2", IDAT, frame()]), max_size=9
    ),
)
def test_any_bytes_behind_a_signature_are_read_or_refused_with_a_value_error(
    start: bytes, rest: list[bytes]
) -> None:
    _is_read_or_refused(start + b"".join(rest))


@settings(max_examples=200)
@given(st.sampled_from([jpeg(segment(0xE1, exif(6)), frame(width=300)), encoded("PNG")]), st.data())
def test_a_jpeg_or_png_cut_anywhere_is_refused(data: bytes, draws: st.DataObject) -> None:
    refusal(data[: draws.draw(st.integers(0, len(data) - 1))])


# Real photos


def test_real_photos_are_read_as_pillow_reads_them(real_data: Path) -> None:
    photos = [path for path in sorted(real_data.rglob("*")) if path.suffix.lower() in IMAGE_EXTENSIONS]
    assert photos
    for path in photos:
        with path.open("rb") as file, Image.open(path) as opened:
            orientation = opened.getexif().get(ORIENTATION, 1)
            # Pillow calls a JPEG with several pictures MPO.
            name = {"MPO": "jpeg"}.get(str(opened.format), str(opened.format).lower())
            expected = ImageHeader(name, *opened.size, orientation if 1 <= orientation <= 8 else 1)
            assert read_header(file, path.stat().st_size) == expected, path


# Names


@pytest.mark.parametrize(
    "name, expected",
    [
        ("a.jpg", "jpeg"),
        ("a.JPEG", "jpeg"),
        ("a.jpe", "jpeg"),
        ("folder.png/a.Png", "png"),
        ("a.b.tif", "tiff"),
        ("a.webp", "webp"),
        ("a.png.txt", None),
        ("folder.png/a", None),
        (".png", None),
        ("png", None),
        ("", None),
        ("a.", None),
    ],
)
def test_the_extension_claims_a_format(name: str, expected: str | None) -> None:
    assert format_of_name(name) == expected


def test_the_extensions_are_those_that_claim_a_format() -> None:
    assert {".jpg", ".jpeg", ".jpe", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff"} <= IMAGE_EXTENSIONS
    assert all(format_of_name(f"a{extension}") for extension in IMAGE_EXTENSIONS)
