"""How the kit is called: which checks run, and what it says of mistakes in the call."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from boxwright.core.conformance import Limits, check, conformance
from boxwright.core.conformance.run import ANY, BOTH, CHECKS, READING, WRITING, checks_of
from boxwright.core.errors import OptionError
from tests.core.conformance.rows import RIGHT
from tests.core.conformance.wrong_rows import WRONG

WITHOUT = "import sys; sys.modules['hypothesis'] = None; import boxwright.core.conformance"


def test_what_an_adapter_cannot_do_is_not_checked():
    reader, writer = replace(RIGHT, write=None), replace(RIGHT, read=None, sniff=None)
    assert checks_of(RIGHT) == tuple(CHECKS)
    assert checks_of(reader) == (*ANY, *READING)
    assert checks_of(writer) == (*ANY, *WRITING)
    assert set(BOTH).isdisjoint({*checks_of(reader), *checks_of(writer)})


def test_a_writer_conforms():
    assert check(replace(RIGHT, read=None, sniff=None)) == []


def test_the_test_for_pytest_has_a_case_for_each_check():
    [mark] = conformance(RIGHT).pytestmark
    assert mark.args == ("name", tuple(CHECKS))


def test_the_test_for_pytest_fails_with_the_failure_alone():
    with pytest.raises(pytest.fail.Exception) as caught:
        conformance(WRONG["WritesOutside"])("target_only")
    assert str(caught.value) == (
        f"{WRONG['WritesOutside'].name} fails target_only: "
        "writing a plain record touches files outside of context.root\n"
        "  expected: new files below context.root, and nothing else changed\n"
        "  found: around/deep/log.txt is new\n"
        "  look at: write: files through context.open, context.write and context.place"
    )


def test_what_is_no_adapter_is_not_checked_further():
    assert [failure.check for failure in check(WRONG["Undescribed"])] == ["options"]


def test_limits_can_be_stated():
    limits = Limits(labels=("face",), sizes=((20, 10),), paths={"{:03}.jpg": None})
    assert check(RIGHT, limits, checks=["round_trip", "keeps", "negatives"]) == []


def test_an_unknown_check_is_an_error():
    with pytest.raises(OptionError) as caught:
        check(RIGHT, checks=["byte"])
    assert str(caught.value) == (f"no check 'byte'; did you mean 'bytes'?; checks are {', '.join(CHECKS)}")


def test_without_hypothesis_it_says_what_to_install(tmp_path: Path):
    python = subprocess.run([sys.executable, "-c", WITHOUT], cwd=tmp_path, capture_output=True, text=True)
    assert python.stderr.endswith(
        "BoxwrightError: boxwright.core.conformance makes its data with Hypothesis, which is not installed\n"
        "  hint: pip install 'boxwright[conformance]'\n"
    )


def test_the_how_to_describes_every_check_and_limit(root: Path):
    page = (root / "docs/how-to/prove-an-adapter.md").read_text(encoding="utf-8")
    names = [*CHECKS, *Limits.__dataclass_fields__]
    assert [name for name in names if f"| `{name}` |" not in page] == []
