"""Rows brought together by a key: streamed where they stand together."""

from collections.abc import Iterator

from boxwright.core.parsing.row_groups import brought_together


def test_rows_that_stand_together_are_streamed():
    read: list[int] = []

    def rows() -> Iterator[tuple[str, int]]:
        for number, key in enumerate("aab"):
            read.append(number)
            yield key, number

    groups = brought_together(rows)
    assert next(groups) == ("a", [0, 1])
    assert read == [0, 1, 2, 0, 1, 2] and list(groups) == [("b", [2])]


def test_rows_that_stand_apart_come_together_in_the_order_of_the_first():
    assert list(brought_together(lambda: iter([("b", 1), ("a", 2), ("b", 3)]))) == [("b", [1, 3]), ("a", [2])]
