"""Boxes are paired as a person would pair them."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxwright.core.diff import box_changes as module
from boxwright.core.diff.box_changes import BoxChange, box_changes, same
from boxwright.core.schema import Box


def box(label: str, *edges: float) -> Box:
    return Box(label=label, x_min=edges[0], y_min=edges[1], x_max=edges[2], y_max=edges[3])


CAT, DOG = box("cat", 0, 0, 10, 10), box("dog", 0, 0, 10, 10)
_edge = st.integers(0, 6)
_boxes = st.lists(
    st.builds(
        lambda label, x, y, width, height: box(label, x, y, x + width, y + height),
        st.sampled_from(["cat", "dog"]),
        _edge,
        _edge,
        _edge,
        _edge,
    ),
    max_size=5,
)


def test_of_two_on_one_place_those_with_one_label_are_pairs():
    assert list(box_changes([CAT, DOG], [DOG, CAT], ())) == []


def test_below_half_of_the_union_they_are_two_objects():
    far = box("cat", 4, 0, 14, 10)  # 60 of 140 in common
    assert [change.kind for change in box_changes([CAT], [far], ())] == ["removed", "added"]
    near = box("cat", 3, 0, 13, 10)  # 70 of 130
    assert [change.kind for change in box_changes([CAT], [near], ())] == ["moved"]


def test_boxes_without_area_are_equal_where_their_edges_are():
    line = box("cat", 3, 0, 3, 10)
    assert list(box_changes([line], [line], ())) == []


@given(_boxes, _boxes)
def test_each_box_takes_part_once(old, new):
    changes = list(box_changes(old, new, ()))
    assert len(old) - len(new) == sum((c.old is not None) - (c.new is not None) for c in changes)
    assert all(change.old in old for change in changes if change.old)
    assert all(change.new in new for change in changes if change.new)


@given(_boxes)
def test_a_list_does_not_differ_from_itself_in_any_order(boxes):
    assert list(box_changes(boxes, boxes[::-1], ("difficult",))) == []


@given(_boxes, _boxes)
def test_the_way_back_has_as_many_changes(old, new):
    assert len(list(box_changes(old, new, ()))) == len(list(box_changes(new, old, ())))


@pytest.mark.parametrize(
    "old, new, equal",
    [
        (0.1, 0.1 + 1e-9, True),
        (0.1, 0.11, False),
        (((1.0, 2.0),), ((1.0, 2.0 + 1e-9),), True),
        ((1.0,), (1.0, 2.0), False),
        (None, 0.0, False),
        (None, None, True),
    ],
)
def test_numbers_are_equal_up_to_float32(old, new, equal):
    assert same(old, new) == equal


def test_a_box_that_was_moved_and_renamed_is_relabelled():
    assert BoxChange(CAT, box("dog", 1, 0, 11, 10), ("label", "edges")).kind == "relabelled"


def test_boxes_on_one_place_are_paired_with_what_they_were():
    easy, hard = replace(CAT, difficult=False), replace(CAT, difficult=True)
    moved = box("cat", 50, 50, 60, 60), box("cat", 51, 50, 61, 60)
    changes = list(box_changes([easy, hard, moved[0]], [hard, easy, moved[1]], ("difficult",)))
    assert [change.kind for change in changes] == ["moved"]


def test_a_crowd_is_compared_without_looking_at_every_pair(monkeypatch):
    calls = Counter()
    overlap = module._overlap
    monkeypatch.setattr(module, "_overlap", lambda *edges: calls.update("x") or overlap(*edges))
    crowd = [box("head", 20 * n, 0, 20 * n + 15, 15) for n in range(300)]
    shifted = [box("head", 20 * n + 1, 0, 20 * n + 16, 15) for n in range(300)]
    assert [change.kind for change in box_changes(crowd, shifted, ())] == ["moved"] * 300
    assert calls["x"] == 300


@given(_boxes, _boxes)
def test_no_pair_is_missed_for_lying_too_far_apart(old, new):
    each = {
        (i, j)
        for i, a in enumerate(old)
        for j, b in enumerate(new)
        if module._overlap(a.edges, b.edges) >= 0.5
    }
    found = module._candidates(dict(enumerate(old)), dict(enumerate(new)), ())
    assert {(i, j) for *_, i, j in found} == each
