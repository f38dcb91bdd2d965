import numpy as np
import pytest

from boxwright.core.html_report.heat_map import AT_ONCE, CELLS, HeatMaps, middle_share


def test_a_box_heats_the_cells_that_it_touches():
    maps = HeatMaps()
    maps.add(0, (0, 0, 1.5 / CELLS, 2 / CELLS))
    [grid] = maps.maps()
    assert grid[:2, :2].tolist() == [[1, 1], [1, 1]] and grid.sum() == 4


@pytest.mark.parametrize("edges", [(1, 1, 1, 1), (-0.5, -0.5, 0.01, 0.01), (0.5, 0.5, 0.5, 0.5)])
def test_a_box_on_the_rim_or_without_area_heats_one_cell(edges):
    maps = HeatMaps()
    maps.add(0, edges)
    assert maps.maps().sum() == 1


def test_each_label_has_its_own_map():
    maps = HeatMaps()
    maps.add(2, (0, 0, 1, 1))
    assert maps.maps().sum(axis=(1, 2)).tolist() == [0, 0, CELLS * CELLS]


def test_many_boxes_are_as_many_drawn_one_by_one():
    random = np.random.default_rng(0)
    edges = np.sort(random.random((AT_ONCE + 100, 2, 2)), axis=1).reshape(-1, 4)
    maps, wanted = HeatMaps(), np.zeros((CELLS, CELLS), int)
    for x_min, y_min, x_max, y_max in edges.tolist():
        maps.add(0, (x_min, y_min, x_max, y_max))
        left, top = int(x_min * CELLS), int(y_min * CELLS)
        wanted[top : int(np.ceil(y_max * CELLS)), left : int(np.ceil(x_max * CELLS))] += 1
    assert (maps.maps()[0] == wanted).all()


def test_the_middle_ninth_of_an_even_map_holds_a_ninth():
    assert middle_share(np.ones((CELLS, CELLS), np.int64)) == pytest.approx(1 / 9)
    assert middle_share(np.zeros((CELLS, CELLS), np.int64)) == 0
