"""Options of adapters: unknown names and wrong values are told with what is possible."""

from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field, ValidationError

from boxwright.core.errors import OptionError
from boxwright.core.options import NoOptions, Options, names, parse, plain, reads, writes


class Given(Options):
    images: Path | None = reads(None, "folder of the images")
    hands: Literal["one", "four"] = reads("four", "how many classes")
    min_height: float = writes(0.0, "least height")
    neither: int = Field(0, description="a stranger's field that says no use", json_schema_extra={"x": 1})


def test_reading_and_writing_have_their_own_options():
    assert names(Given, "read") == ("images", "hands")
    assert names(Given, "write") == ("min_height",)
    assert names(NoOptions, "read") == ()


def test_text_from_a_command_line_becomes_a_value():
    assert parse("x", Given, "write", {"min_height": "2.5"}).min_height == 2.5
    assert parse("x", Given, "read", {"images": "a/b"}).images == Path("a/b")
    assert parse("x", Given, "read", {}).hands == "four"


@pytest.mark.parametrize(
    "use, given, message",
    [
        ("write", {"min_hight": 1}, "min_hight: unknown; options are min_height; did you mean 'min_height'?"),
        ("read", {"zzz": 1}, "zzz: unknown; options are images, hands"),
        ("write", {"hands": "one"}, "hands: unknown; options are min_height"),
        ("read", {"hands": "two"}, "hands = 'two': input should be 'one' or 'four'"),
        (
            "write",
            {"min_height": "high"},
            "min_height = 'high': input should be a valid number, unable to parse string as a number",
        ),
    ],
)
def test_a_wrong_option_is_named(use: Literal["read", "write"], given: dict[str, object], message: str):
    with pytest.raises(OptionError) as caught:
        parse("egohands", Given, use, given)
    assert str(caught.value) == f"egohands option {message}"


def test_an_adapter_without_options_says_so():
    with pytest.raises(OptionError) as caught:
        parse("kitti", NoOptions, "read", {"hands": "one"})
    assert str(caught.value) == "kitti option hands: unknown; it has none for this"


def test_options_are_frozen_and_take_no_unknown_name():
    with pytest.raises(ValidationError):
        Given().hands = "one"
    with pytest.raises(ValidationError):
        Given(hadns="one")  # type: ignore[call-arg]


def test_plain_values_are_what_json_holds():
    given = {"images": Path("a/b"), "only": ("x", Path("y")), "size": 0.5, "none": None}
    assert plain(given) == {"images": "b", "only": ["x", "y"], "size": 0.5, "none": None}
