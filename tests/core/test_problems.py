"""Problem codes, what is done about each, and what the user may say about it."""

from typing import get_args

import pytest

from boxwright.core.errors import OptionError
from boxwright.core.problems import RULES, Action, Policy, Problem


def problem(**fields: str) -> Problem:
    default = {
        "code": "box_empty",
        "path": "a.xml",
        "where": "object[1]",
        "message": "no area",
        "action": "skip",
    }
    return Problem(**{**default, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize("code", RULES)
def test_the_default_is_among_the_possible_actions(code: str):
    assert RULES[code].default in RULES[code].effects
    assert set(RULES[code].effects) <= set(get_args(Action)) - {"fail"}


@pytest.mark.parametrize(
    "code, default",
    [
        ("box_outside_image", "repair"),
        ("box_empty", "skip"),
        ("box_inverted", "skip"),
        ("duplicate_box", "keep"),
        ("derived_box", "repair"),
        ("degenerate_polygon", "skip"),
        ("invalid_vertex", "repair"),
        ("invalid_attribute", "repair"),
        ("size_mismatch", "repair"),
        ("exif_orientation", "keep"),
        ("image_format_mismatch", "repair"),
        ("image_renamed", "repair"),
        ("missing_image", "keep"),
        ("corrupt_image", "keep"),
        ("missing_annotation", "skip"),
        ("missing_field", "repair"),
        ("unsafe_path", "repair"),
        ("duplicate_image", "skip"),
        ("duplicate_id", "keep"),
        ("duplicate_category", "repair"),
        ("similar_labels", "keep"),
        ("unknown_image_id", "skip"),
        ("conflicting_sources", "repair"),
        ("unknown_group", "keep"),
        ("split_overlap", "keep"),
    ],
)
def test_nobody_said_anything_so_the_code_decides(code: str, default: Action):
    assert Policy().action(code) == default


def test_no_code_is_without_a_stated_default(request: pytest.FixtureRequest):
    stated = test_nobody_said_anything_so_the_code_decides.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {code for code, _ in stated} == set(RULES)


def test_an_adapter_may_have_another_default():
    assert Policy().action("missing_image", "skip") == "skip"


def test_strict_fails_on_everything_even_where_the_adapter_has_a_default():
    assert Policy(strict=True).action("missing_image", "skip") == "fail"


def test_what_the_user_says_of_one_code_counts_more_than_all_else():
    policy = Policy(strict=True, actions={"missing_image": "keep"})
    assert policy.action("missing_image", "skip") == "keep"
    assert policy.action("box_empty") == "fail"


@pytest.mark.parametrize("code", RULES)
def test_every_code_can_be_made_to_fail(code: str):
    assert Policy(actions={code: "fail"}).action(code) == "fail"


@pytest.mark.parametrize(
    "code, action, message",
    [
        ("box_emtpy", "skip", "no problem code 'box_emtpy'; did you mean 'box_empty'?"),
        ("xyz", "skip", f"no problem code 'xyz'\n  hint: there are {', '.join(RULES)}"),
        ("box_empty", "repair", "box_empty=repair: possible here: fail, skip, keep"),
        ("box_empty", "drop", "box_empty=drop: is no action; possible here: fail, skip, keep"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(code: str, action: Action, message: str):
    with pytest.raises(OptionError) as caught:
        Policy(actions={code: action})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "fields, text",
    [
        ({}, "a.xml: object[1]: box_empty: no area (box dropped)"),
        ({"where": "7"}, "a.xml:7: box_empty: no area (box dropped)"),
        ({"where": ""}, "a.xml: box_empty: no area (box dropped)"),
        ({"action": "keep"}, "a.xml: object[1]: box_empty: no area (kept)"),
    ],
)
def test_a_problem_says_where_what_and_what_was_done(fields: dict[str, str], text: str):
    assert str(problem(**fields)) == text
