"""protobuf's text format, as label maps and pipeline configs have it, parsed without a warning."""

import warnings
from typing import Any

from google.protobuf import text_format


def parse(text: str, message: Any, *, unknown_fields: bool = False) -> Any:
    """Fill an empty message with what a text states, and return it.

    message          Any: classes that protobuf makes at run time have no static type
    unknown_fields   whether fields that the message lacks are passed over
    raises           text_format.ParseError, UnicodeDecodeError for a text that is no UTF-8, RecursionError
    """
    # protobuf leaves escapes to Python's codec, which keeps a stray backslash, but with a DeprecationWarning.
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        return text_format.Parse(text, message, allow_unknown_field=unknown_fields)
