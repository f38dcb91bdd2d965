"""Rows that wait: all come back, and nothing is left behind."""

from pathlib import Path

from boxwright.core.row_spool import RowSpool


def test_rows_come_back_in_order_and_leave_no_file(tmp_path: Path):
    with RowSpool(tmp_path) as rows:
        rows.add("1", "é \u2028")
        rows.add("a", "")
        assert list(rows) == [["1", "é \u2028"], ["a", ""]]
        assert list(tmp_path.iterdir()) == []
