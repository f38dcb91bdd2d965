"""Flags that a format demands even where nothing is known: `-0` is 0 to every tool, and unknown to us."""

import re

UNKNOWN = "-0"
NUMBER = re.compile(r"\d{1,9}", re.ASCII)


def flag_text(value: int | None) -> str:
    """A flag or level as text; None: unknown."""
    return UNKNOWN if value is None else str(value)


def flag_of(text: str, most: int) -> int | None:
    """The flag in a text, None for an unknown one; raises ValueError for what is none from 0 to `most`."""
    if text == UNKNOWN:
        return None
    if not NUMBER.fullmatch(text) or int(text) > most:
        raise ValueError(f"{text!r} is no whole number from 0 to {most}")
    return int(text)
