"""Flags that must be stated: unknown ones are zeros to other tools."""

import pytest

from boxwright.core.parsing.zero_flags import flag_of, flag_text


@pytest.mark.parametrize("value", [None, 0, 1, 2])
def test_a_flag_comes_back_and_every_tool_reads_a_number(value: int | None):
    text = flag_text(value)
    assert flag_of(text, 2) == value
    assert int(text) == (value or 0)


@pytest.mark.parametrize("text", ["", "3", "-1", "1.0", "٣", "yes", "9" * 5000])
def test_what_is_no_flag_is_refused(text: str):
    with pytest.raises(ValueError, match="is no whole number from 0 to 2"):
        flag_of(text, 2)
