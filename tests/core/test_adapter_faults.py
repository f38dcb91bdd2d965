"""What is wrong with an adapter is told before it is used."""

import inspect
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel

from boxwright.core.adapter import Adapter
from boxwright.core.adapter_faults import TAKEN, faults
from boxwright.core.options import Options, reads, writes
from boxwright.core.read import read
from boxwright.core.write import write

WHOLE = Adapter(name="points", summary="Points", source="https://example.org")


class Undescribed(Options):
    hands: str = reads("four", "")
    plain: int = 3


class Taken(Options):
    strict: bool = reads(False, "whether")
    images: bool = reads(False, "an argument of write is free for reading")
    overwrite: bool = writes(False, "whether")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": "Points"}, "name 'Points': expected lower-case letters, digits and _, a letter first"),
        ({"name": 3}, "name 3: expected lower-case letters, digits and _, a letter first"),
        ({"name": "new"}, "name 'new': a word of the command line"),
        ({"summary": "two\nlines"}, r"summary 'two\nlines': expected one line of text"),
        ({"source": None}, "source None: expected one line of text"),
        (
            {"options": BaseModel},
            "options <class 'pydantic.main.BaseModel'>: expected a class derived from boxwright.Options",
        ),
        ({"options": {}}, "options {}: expected a class derived from boxwright.Options"),
        ({"sniff": True}, "sniff: True is no function"),
        ({"read": lambda path: None}, "read(path) is called as read(path, options) since boxwright 0.1.0"),
        (
            {"write": lambda dataset, path: None},
            "write(dataset, path) is called as write(dataset, options, context) since boxwright 0.1.0",
        ),
        ({"keeps": ["score"]}, "keeps ['score']: expected a frozenset of fields"),
        ({"keeps": {"scores"}}, "keeps 'scores': no such field; did you mean 'score'?"),
        ({"splits": ["val"]}, "splits ['val']: expected a dictionary of functions"),
        (
            {"splits": {"official": lambda: "val"}},
            "splits 'official': split() is called as split(record) since boxwright 0.1.0",
        ),
    ],
)
def test_a_fault_is_named(changes: dict[str, Any], fault: str):
    assert faults(replace(WHOLE, **changes)) == (fault,)


def test_options_without_use_or_description_are_faults():
    assert faults(replace(WHOLE, options=Undescribed)) == (
        "option hands: has no description",
        "option plain: made by neither boxwright.reads nor boxwright.writes",
    )


def test_options_named_like_an_argument_of_the_call_that_takes_them_are_faults():
    assert faults(replace(WHOLE, options=Taken)) == (
        "option strict: boxwright.read has an argument of this name",
        "option overwrite: boxwright.write has an argument of this name",
    )


def test_the_names_that_are_taken_are_the_arguments_of_read_and_write():
    for verb, function in (("read", read), ("write", write)):
        assert {*inspect.signature(function).parameters} - {"options"} == TAKEN[verb]


def test_a_function_may_take_more_where_it_has_defaults():
    more = {"read": lambda path, options, more=None: None, "write": lambda *_: None, "sniff": print}
    assert faults(replace(WHOLE, **more)) == ()


def test_what_is_no_adapter_is_told():
    assert faults("points") == ("'points' is no boxwright.Adapter",)
