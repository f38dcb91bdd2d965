"""Elements that no field holds, as attributes and back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from boxwright.core.errors import AnnotationError
from boxwright.core.frame import Frame
from boxwright.core.parsing.xml_attributes import attribute_lines, attributes
from boxwright.core.problems import Policy, Problem
from boxwright.core.reporter import Reporter
from boxwright.core.schema import Scalar


def read(text: str, problems: list[Problem]) -> dict[str, Scalar]:
    reporter = Reporter(root=Path("/"), policy=Policy(), sink=problems.append)
    return attributes(list(etree.fromstring(f"<a>{text}</a>")), "a/", Frame(reporter, "a.xml", None, None))


def test_elements_go_by_their_paths_and_those_of_cvat_by_their_names():
    named = "<attributes><attribute><name>is it</name><value>true</value></attribute></attributes>"
    text = f"<part><name>7</name></part><x><y>1.5</y></x><tag>a</tag><tag>b</tag><attributes/>{named}"
    expected = {"part[0]/name": 7, "x/y": 1.5, "tag[0]": "a", "tag[1]": "b", "is it": True}
    assert read(text, []) == expected


def test_the_first_of_two_with_one_name_counts():
    problems: list[Problem] = []
    named = "<attributes><attribute><name>age</name><value>3</value></attribute></attributes>"
    assert read(f"<age>4</age>{named}", problems) == {"age": 4}
    assert [(each.code, each.where) for each in problems] == [("invalid_attribute", "a/age")]


def test_parts_are_written_as_parts_where_none_is_left_out():
    lines = attribute_lines(0, {"part[0]/name": "thumb", "part[0]/bndbox/xmin": 2})
    assert (
        "".join(lines).replace("\t", "") == "<part><name>thumb</name><bndbox><xmin>2</xmin></bndbox></part>"
    )
    [first, *_] = attribute_lines(0, {"part[1]/name": "thumb"})
    assert first == "<attributes>"
    assert list(attribute_lines(0, {})) == []


KEYS = st.sampled_from(["a", " b/c ", "part[0]/name", "part[1]/bndbox/ymax", "part[01]/name", "attributes"])


@given(st.dictionaries(KEYS, st.integers() | st.booleans() | st.sampled_from(["7", "", " x ", "<&>"])))
def test_what_was_written_comes_back(values: dict[str, Scalar]):
    problems: list[Problem] = []
    assert read("".join(attribute_lines(1, values)), problems) == values and problems == []


def test_a_path_of_long_names_in_each_other_is_refused():
    names = [f"{'t' * 100}{number}" for number in range(4)]
    nested = "".join(f"<{name}>" for name in names), "".join(f"</{name}>" for name in reversed(names))
    with pytest.raises(AnnotationError) as caught:
        read("<b/>".join(nested), [])
    assert str(caught.value) == f"a.xml: a: '{'t' * 59}… is a path of over 400 characters"
