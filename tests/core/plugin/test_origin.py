"""What is said of a broken plugin."""

import textwrap

import pytest

from boxwright.core.plugin.origin import BrokenPlugin, Origin, failure

POINTS = BrokenPlugin(
    name="points",
    plugin="my_points",
    origin=Origin(text="boxwright-points 1.0", owner="boxwright-points", remedy="update it"),
    facts=("summary '': expected one line of text", "keeps 3: expected a frozenset of fields"),
)


def test_a_broken_plugin_is_told_in_one_line_and_a_hint():
    assert str(POINTS) == (
        "plugin 'points' (boxwright-points 1.0) is broken: summary '': expected one line of text"
        " (and 1 more: boxwright adapters points)\n  hint: update it"
    )


@pytest.mark.parametrize(
    ("name", "answers"),
    [("points", True), ("my_points", True), ("boxwright-points:points", True), ("point", False)],
)
def test_a_broken_plugin_answers_to_its_names(name: str, answers: bool):
    assert POINTS.answers_to(name) == answers


def test_a_failure_names_the_line_of_the_plugin_that_was_reached_last():
    source = textwrap.dedent(
        """
        import json
        def load():
            return json.loads("{")
        load()
        """
    )
    with pytest.raises(ValueError) as caught:
        exec(compile(source, "/home/me/mine.py", "exec"), {})
    assert failure(caught.value) == (
        "/home/me/mine.py:4: JSONDecodeError: Expecting property name enclosed in double quotes: "
        "line 1 column 2 (char 1)"
    )


def test_a_file_that_is_no_python_is_told_with_its_line():
    with pytest.raises(SyntaxError) as caught:
        compile("a = 1\nb = = 2\n", "/home/me/mine.py", "exec")
    assert failure(caught.value) == "/home/me/mine.py:2: invalid syntax"
