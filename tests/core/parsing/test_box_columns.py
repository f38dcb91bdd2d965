"""Which columns of a table hold what."""

import pytest

from boxwright.core.parsing.box_columns import columns_of


def test_every_column_that_is_not_asked_for_is_another():
    columns = columns_of(["Unnamed: 0", "Image ID", "label", "x1", "y1", "x2", "y2", "set", "score"])
    assert (columns.image, columns.label, columns.edges, columns.split) == (1, 2, (3, 4, 5, 6), 7)
    assert columns.others == {"score": 8} and not columns.sized


def test_two_corners_counted_from_0_are_not_taken_for_one_counted_from_1():
    assert columns_of(["path", "class", "x0", "y0", "x1", "y1"]).edges == (2, 3, 4, 5)


@pytest.mark.parametrize("row", [["a.jpg", "1", "2", "3", "4", "cat"], ["a.jpg", "", "", "", "", ""]])
def test_six_cells_without_names_are_keras_retinanets(row):
    assert columns_of(row).edges == (1, 2, 3, 4)


@pytest.mark.parametrize(
    "row",
    [
        [],
        ["filename", "xmin", "ymin", "xmax", "ymax"],
        ["ImageID", "Source", "LabelName", "Confidence", "XMin", "XMax", "YMin", "YMax"],
        ["a.jpg", "1", "2", "3", "four", "cat"],
        ["a.jpg", "1", "2", "3", "4", ""],
        ["cat", "0"],
    ],
)
def test_other_tables_are_none_of_boxes(row):
    assert columns_of(row) is None
