"""YAML: text as it is, lines of keys, hostile documents, and scalars that any reader gives back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing.yaml_document import Document, mapping, quoted


def test_scalars_stay_the_text_that_they_are(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("a: no\nb: [007, '', ~]\nc:\n  d: 1.0\ne: # nothing\nf: 'null'\n")
    values = {"a": "no", "b": ["007", "", ""], "c": {"d": "1.0"}, "e": "", "f": "null"}
    lines = {"a": 1, "b": 2, "c": 3, "e": 5, "f": 6}
    assert mapping(tmp_path / "a.yaml", "YOLO") == Document(values, lines)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a.yaml: expected YAML with a `key: value` a line"),
        ("- a", "a.yaml: expected YAML with a `key: value` a line"),
        ("a: 1\nb: [", "a.yaml:3: is no YAML: did not find expected node content"),
        ("a: &x [1]\nb: *x", "a.yaml:2: *x: aliases are not read; write the value out"),
        ("[" * 100_000, "a.yaml:1: lists and mappings are nested more than 20 deep"),
        ("? [a]\n: b", "a.yaml:1: a key is text; found a list or a mapping"),
    ],
)  # fmt: skip
def test_what_is_no_mapping_is_named(tmp_path: Path, text: str, problem: str):
    (tmp_path / "a.yaml").write_text(f"{text}\n" if text else "")
    with pytest.raises(AnnotationError) as caught:
        mapping(tmp_path / "a.yaml", "YOLO")
    assert str(caught.value.relative_to(tmp_path)) == problem


def test_a_control_character_is_named(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("a: \x01\n")
    with pytest.raises(AnnotationError, match="is no YAML: unacceptable character"):
        mapping(tmp_path / "a.yaml", "YOLO")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_a_written_scalar_reads_back_here_and_in_pyyaml(tmp_path_factory: pytest.TempPathFactory, text: str):
    import yaml

    path = tmp_path_factory.getbasetemp() / "quoted.yaml"
    path.write_text(f"a: {quoted(text)}\n", encoding="utf-8")
    assert yaml.safe_load(path.read_text(encoding="utf-8")) == {"a": text}
    assert mapping(path, "YOLO").values == {"a": text}


def test_what_is_no_text_cannot_be_written():
    with pytest.raises(ValueError, match="is no text that UTF-8 can hold"):
        quoted("\ud800")
