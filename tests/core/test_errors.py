"""Errors: place, fact, then a way out, in our words."""

import pickle
import tracemalloc
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from boxwright.core.errors import (
    AnnotationError,
    BoxwrightError,
    OptionError,
    WriteError,
    facts,
    located,
    nearest,
    reading,
    relative,
)
from boxwright.core.schema import Box


@pytest.mark.parametrize(
    "error, text",
    [
        (BoxwrightError("the fact"), "the fact"),
        (OptionError("the fact", "the way out"), "the fact\n  hint: the way out"),
        (AnnotationError("a.txt", 3, "the fact"), "a.txt:3: the fact"),
        (AnnotationError("a.xml", "size", "the fact", "out"), "a.xml: size: the fact\n  hint: out"),
        (AnnotationError("a.xml", "", "the fact"), "a.xml: the fact"),
    ],
)
def test_an_error_tells_place_fact_and_hint(error: BoxwrightError, text: str):
    assert str(error) == text


@pytest.mark.parametrize(
    "error",
    [BoxwrightError("fact", "hint"), WriteError("fact"), AnnotationError(Path("a"), 3, "fact", "hint")],
)
def test_an_error_survives_the_way_from_a_worker(error: BoxwrightError):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and str(copy) == str(error)


def test_a_parsers_value_error_gets_its_place():
    with pytest.raises(AnnotationError) as caught, reading(Path("label_2/1.txt"), 3):
        raise ValueError("expected 15 columns; found 7")
    assert str(caught.value) == "label_2/1.txt:3: expected 15 columns; found 7"
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_what_pydantic_finds_gets_its_place_and_our_words():
    with pytest.raises(AnnotationError) as caught, reading("a.xml", "object[0]"):
        Box(label="", x_min=0, y_min=0, x_max=float("nan"), y_max=0)
    fact = "label = '': string should have at least 1 character; x_max = nan: input should be a finite number"
    assert str(caught.value) == f"a.xml: object[0]: {fact}"


@pytest.mark.parametrize("error", [KeyError("x"), OptionError("x"), AnnotationError("b", 1, "x")])
def test_other_errors_pass_as_they_are(error: Exception):
    with pytest.raises(type(error)) as caught, reading("a.txt", 3):
        raise error
    assert caught.value is error


class Model(BaseModel):
    name: str
    size: int = 0


def test_a_missing_value_is_told_without_pydantics_own_words():
    with pytest.raises(ValidationError) as caught:
        Box(x_min=0, y_min=0, x_max=1, y_max=1)  # type: ignore[call-arg]
    assert facts(caught.value) == "label: field required"


def test_a_long_value_is_cut():
    with pytest.raises(ValidationError) as caught:
        Model(name="a", size="x" * 1000)  # type: ignore[arg-type]
    fact = "input should be a valid integer, unable to parse string as an integer"
    assert facts(caught.value) == f"size = '{'x' * 59}…: {fact}"


@pytest.mark.parametrize(
    "where, text", [("3", "a:3"), ("3:left", "a:3:left"), ("size", "a: size"), ("", "a")]
)
def test_a_line_follows_its_file_directly_and_another_place_after_a_blank(where: str, text: str):
    assert located("a", where) == text


@pytest.mark.parametrize(
    "path, name",
    [
        ("/data/set/a/b.xml", "a/b.xml"),
        ("/data/other/b.xml", "/data/other/b.xml"),
        ("a/b.xml", "a/b.xml"),
        ("/data/set", "/data/set"),
    ],
)
def test_a_file_is_named_from_the_root_where_it_lies_below_it(path: str, name: str):
    assert relative(path, Path("/data/set")) == relative(Path(path), Path("/data/set")) == name


def test_an_error_made_relative_keeps_all_else():
    error = AnnotationError(Path("/data/set/a.txt"), 3, "the fact", "the way out").relative_to(
        Path("/data/set")
    )
    assert str(error) == "a.txt:3: the fact\n  hint: the way out"


def test_only_a_near_name_is_offered():
    assert nearest("kiti", ["coco", "kitti"]) == "; did you mean 'kitti'?"
    assert nearest("zzz", ["coco", "kitti"]) == ""


def test_a_name_of_megabytes_is_near_none_and_costs_nothing():
    name = "kitti" * 1_000_000
    tracemalloc.start()
    try:
        assert nearest(name, ["coco", "kitti"]) == ""
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
