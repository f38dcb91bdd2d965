"""Small text files: their lines, and what is refused."""

import os
from pathlib import Path

import pytest

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing.text_file import contents, lines

HINT = "\n  hint: KITTI files are plain text: save it as UTF-8"


@pytest.mark.parametrize(
    "data, expected",
    [
        (b"", []),
        (b"a\nb", ["a", "b"]),
        (b"a\nb\n", ["a", "b"]),
        (b"\xef\xbb\xbfa\r\n\r\n b\r", ["a", "", " b"]),
        ("a\u2028b\x0c\n".encode(), ["a\u2028b\x0c"]),
    ],
)
def test_lines_come_without_their_ends_and_a_byte_order_mark(
    tmp_path: Path, data: bytes, expected: list[str]
):
    (tmp_path / "a.txt").write_bytes(data)
    assert lines(tmp_path / "a.txt", 99, "KITTI") == expected


@pytest.mark.parametrize(
    "data, problem",
    [
        (b"a\n\xfc", f":2: byte 0xfc is no UTF-8{HINT}"),
        (b"\n\na\0", f":3: a NUL byte stands here: this is UTF-16, or no text{HINT}"),
        (b"123456789", ": is larger than 8 bytes: no text of KITTI's is"),
    ],
)
def test_what_is_no_small_text_is_refused_with_its_line(tmp_path: Path, data: bytes, problem: str):
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(AnnotationError) as caught:
        lines(path, 8, "KITTI")
    assert str(caught.value) == f"{path}{problem}"


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("nowhere")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "link"):
        with pytest.raises(AnnotationError) as caught:
            contents(path, 8, "8 bytes")
        assert str(caught.value) == f"{path}: is no file, or a link that leads nowhere"
