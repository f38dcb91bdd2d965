"""Values of one kind: what stands there instead is told with its place."""

from pathlib import Path

import pytest

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing.json_values import list_at, object_at, text_at


@pytest.mark.parametrize(
    ("read", "value", "fact"),
    [
        (object_at, [1], "expected an object; found [1]"),
        (object_at, None, "is missing"),
        (list_at, {"a": 1}, "expected a list; found {'a': 1}"),
        (text_at, 3, "expected text; found 3"),
        (text_at, "", "expected text; found ''"),
    ],
)
def test_another_kind_is_refused(read, value, fact):
    with pytest.raises(AnnotationError) as caught:
        read(value, Path("a.json"), "[0].b")
    assert str(caught.value) == f"a.json: [0].b: {fact}"
    assert object_at({}, Path("a.json"), "") == {}
