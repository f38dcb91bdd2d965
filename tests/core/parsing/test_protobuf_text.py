"""protobuf's text format: what it states, and that strange escapes raise no warning."""

import pytest
from google.protobuf.text_format import ParseError

from boxwright.core.parsing.protobuf_text import parse
from boxwright.core.tfrecord.proto import message

ITEM = "object_detection.protos.StringIntLabelMapItem"


def test_a_text_fills_a_message():
    item = parse("id: 3 name: 'cat'", message(ITEM)())
    assert (item.id, item.name) == (3, "cat")


def test_a_stray_backslash_stays_without_a_warning():
    assert parse(r"name: 'a\ b'", message(ITEM)()).name == r"a\ b"


def test_an_unknown_field_is_passed_over_only_where_that_is_asked_for():
    assert parse("id: 3 frequency: RARE", message(ITEM)(), unknown_fields=True).id == 3
    with pytest.raises(ParseError):
        parse("id: 3 frequency: RARE", message(ITEM)())
