"""Lines of text files, one at a time."""

import pytest

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing.text_lines import byte_lines, text_lines

HINT = "save it as UTF-8"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.txt"


@pytest.mark.parametrize(
    "data, found",
    [
        (b"", []),
        (b"a\nb", [(1, "a"), (2, "b")]),
        (b"a\r\n\r\nb\r", [(1, "a"), (2, ""), (3, "b")]),
        (b"\xef\xbb\xbfa\n", [(1, "a")]),
        ("é\u2028x\n".encode(), [(1, "é\u2028x")]),
    ],
)
def test_lines_come_with_their_numbers_and_without_their_ends(path, data, found):
    path.write_bytes(data)
    assert list(text_lines(path, 10, HINT)) == found


@pytest.mark.parametrize(
    "data, problem",
    [
        (b"a\n12345678901\n", "2: is longer than 10 characters"),
        (b"a\nb\xe4\n", f"2: byte 0xe4 is no UTF-8\n  hint: {HINT}"),
        (b"a\nb\0", f"2: a NUL byte stands here: this is UTF-16, or no text\n  hint: {HINT}"),
    ],
)
def test_what_is_no_text_is_named_with_its_line_after_those_before_it(path, data, problem):
    path.write_bytes(data)
    lines = text_lines(path, 10, HINT)
    assert next(lines) == (1, "a")
    with pytest.raises(AnnotationError) as caught:
        next(lines)
    assert str(caught.value) == f"{path}:{problem}"


def test_lines_of_bytes_are_bounded_too(path):
    path.write_bytes(b"a\r\nbc\n12345678901")
    lines = byte_lines(path, 10)
    assert [next(lines), next(lines)] == [(1, b"a\r\n"), (2, b"bc\n")]
    with pytest.raises(AnnotationError) as caught:
        next(lines)
    assert str(caught.value) == f"{path}:3: is longer than 10 bytes"
