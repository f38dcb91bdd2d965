"""Free values as text and back: flags, numbers and texts that keep their type."""

import re

from boxwright.core.numbers import finite
from boxwright.core.schema import Scalar

INTEGER = re.compile(r"0|-?[1-9]\d{0,3999}", re.ASCII)  # Python itself converts up to 4,300 digits


def scalar(text: str, stated: str | None = None) -> Scalar:
    """A text's value, of the type that it is the usual text of: `7` is a number, `007` a text.

    stated   the type's name, where the text alone would be taken for another
    """
    if stated == "str":
        return text
    if stated == "float" and text in ("inf", "-inf", "nan"):
        return float(text)
    if text in ("true", "false"):
        return text == "true"
    if INTEGER.fullmatch(text):
        return int(text)
    found = finite(text)
    return text if found is None or repr(found) != text else found


def scalar_text(value: Scalar) -> tuple[str, str | None]:
    """A value's text, and its type where that has to be stated for `scalar` to give the value back."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    read = scalar(text)
    same = type(read) is type(value) and read == value
    return text, None if same else type(value).__name__
