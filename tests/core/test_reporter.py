"""Reporting: the policy decides, and files are named from the data set's root."""

from pathlib import Path

import pytest

from boxwright.core.errors import AnnotationError
from boxwright.core.problems import Action, Policy, Problem
from boxwright.core.reporter import Reporter


def reporter(
    labels: tuple[str, ...] | None = None, strict: bool = False, **actions: Action
) -> tuple[Reporter, list[Problem]]:
    found: list[Problem] = []
    policy = Policy(strict=strict, actions=actions)
    return Reporter(root=Path("/data"), policy=policy, sink=found.append, labels=labels), found


@pytest.mark.parametrize("path", ["/data/a/b.xml", Path("/data/a/b.xml"), "a/b.xml"])
def test_a_problem_reaches_the_sink_with_all_that_is_known(path: Path | str):
    there, found = reporter()
    assert there.problem("box_empty", path, 7, "no area") == "skip"
    assert found == [Problem(code="box_empty", path="a/b.xml", where="7", message="no area", action="skip")]


def test_the_users_action_counts_more_than_the_adapters_default():
    there, found = reporter(missing_image="keep")
    assert there.problem("missing_image", "a", "", "gone", "skip") == "keep"
    assert [problem.action for problem in found] == ["keep"]


def test_a_problem_that_fails_is_an_error_and_no_problem():
    there, found = reporter(strict=True)
    with pytest.raises(AnnotationError) as caught:
        there.problem("missing_image", "/data/a.xml", "filename", "no image 'a.jpg'", "skip")
    assert str(caught.value) == "a.xml: filename: missing_image: no image 'a.jpg'"
    assert found == []


@pytest.mark.parametrize("action", ["skip", "repair"])
def test_what_leaves_nothing_to_repair_is_skipped_and_says_so(action: Action):
    there, found = reporter(degenerate_polygon=action)
    there.drop("degenerate_polygon", "/data/a.mat", "polygons(1)", "2 vertices")
    assert [str(problem) for problem in found] == [
        "a.mat: polygons(1): degenerate_polygon: 2 vertices (object dropped)"
    ]


def test_what_leaves_nothing_can_be_an_error():
    there, found = reporter(strict=True)
    with pytest.raises(AnnotationError) as caught:
        there.drop("degenerate_polygon", "/data/a.mat", "polygons(1)", "2 vertices")
    assert str(caught.value) == "a.mat: polygons(1): degenerate_polygon: 2 vertices"
    assert found == []


def test_any_label_will_do_without_a_list():
    there, _ = reporter()
    there.check_label("anything", "a.xml", 3)


def test_a_label_outside_the_list_is_named_with_its_place():
    there, _ = reporter(labels=("cat", "dog"))
    there.check_label("cat", "/data/a.xml", 3)
    with pytest.raises(AnnotationError) as caught:
        there.check_label("bird", "/data/a.xml", 3)
    assert str(caught.value) == "a.xml:3: label 'bird' is not in the list cat, dog"
