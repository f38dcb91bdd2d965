"""Numbers within bounds, refused before anything is loaded."""

import pytest

from boxwright.cli import main


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("detect run a.jpg --threshold 2", "argument --threshold: 2 is not from 0 to 1"),
        ("detect run a.jpg --threshold=-0.1", "argument --threshold: -0.1 is not from 0 to 1"),
        ("detect run a.jpg --threshold nan", "argument --threshold: nan is not from 0 to 1"),
        ("detect run a.jpg --threshold half", "argument --threshold: invalid share value: 'half'"),
        ("eval run --bootstrap -5", "argument --bootstrap: -5 is less than 0"),
    ],
)
def test_a_number_out_of_its_bounds_is_refused(line: str, fact: str, capsys: pytest.CaptureFixture[str]):
    assert main(line.split()) == 2
    command = line.partition(" ")[0]
    assert capsys.readouterr().err == f"boxwright: {fact}\n  hint: boxwright {command} --help\n"
