"""Rows of CSV files: dirt that says nothing, and rows that come back."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing.csv_rows import delimiter_of, row_text, rows

UNENDED = "is no valid CSV: unexpected end of data\n  hint: a quote is not closed: was it copied whole?"


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "a.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_byte_order_marks_line_ends_and_blanks_say_nothing(table):
    path = table(b'\xef\xbb\xbfa, b ,c  \r\n\r\n,,\n1," 2 ",3')
    assert list(rows(path)) == [(1, ["a", "b ", "c"]), (4, ["1", " 2 ", "3"])]


@pytest.mark.parametrize("text", ["a;b,c;d\n", '"a";"b,c";"d"\n', "a\tb,c\td\n", "a|b,c|d\n"])
def test_the_delimiter_is_the_one_that_gives_what_is_known(table, text):
    assert delimiter_of(table(text), lambda first: first == ["a", "b,c", "d"]) in (";", "\t", "|")
    assert delimiter_of(table(text), lambda first: first == ["x"]) is None


def test_a_quote_that_never_ends_is_refused(table):
    with pytest.raises(AnnotationError) as caught:
        list(rows(table('a\n"b\nc\n')))
    assert str(caught.value).endswith(f"a.csv:3: {UNENDED}")


# No control characters, and one cell at least that is not empty: a blank row says nothing.
_cells = st.lists(st.text(st.characters(exclude_categories=("C", "Zl", "Zp"))), min_size=1).filter(any)


@settings(suppress_health_check=list(HealthCheck))
@given(st.lists(_cells, max_size=4))
def test_what_is_written_comes_back(table, written):
    assert [cells for _, cells in rows(table("".join(map(row_text, written))))] == written
