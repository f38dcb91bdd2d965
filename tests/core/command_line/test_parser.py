"""What is told about arguments that cannot be parsed."""

import pytest

from boxwright.cli import _parser, main

COMMANDS = (
    "commands are adapters, inspect, diff, convert, merge, split, fetch, retrain, train, eval, export, "
    "detect, demo"
)


@pytest.mark.parametrize(
    ("line", "fact", "hint"),
    [
        ("convrt a b --to coco", "no command 'convrt'; did you mean 'convert'?", COMMANDS),
        ("x a", "no command 'x'", COMMANDS),
        (
            "convert a b --to coco --spilt x",
            "no option '--spilt'; did you mean '--split'?",
            "boxwright convert --help",
        ),
        ("convert a b --tto=coco", "no option '--tto'; did you mean '--to'?", "boxwright convert --help"),
        ("--plugn x.py adapters", "no option '--plugn'; did you mean '--plugin'?", "boxwright --help"),
        (
            "convert a b --to coco --images cop",
            "--images: no choice 'cop'; did you mean 'copy'?",
            "choices are copy, link, none",
        ),
        ("convert a", "the following arguments are required: DST, --to", "boxwright convert --help"),
        (
            "convert a b --to coco --seed x",
            "argument --seed: invalid int value: 'x'",
            "boxwright convert --help",
        ),
        ("inspect a b c", "unexpected arguments: b c", "boxwright inspect --help"),
        ("inspect -x a", "unexpected arguments: -x", "boxwright inspect --help"),
        ("inspect -- --json --jsn", "unexpected arguments: --jsn", "boxwright inspect --help"),
        ("", "the following arguments are required: COMMAND", "boxwright --help"),
    ],
)
def test_what_cannot_be_parsed_is_told_with_the_nearest_name_and_a_way_out(line, fact, hint, capsys):
    assert main(line.split()) == 2
    assert capsys.readouterr().err == f"boxwright: {fact}\n  hint: {hint}\n"


@pytest.mark.parametrize("line", ["--plug a.py inspect a --js", "inspect --on=box_empty=skip a --json"])
def test_the_start_of_an_options_name_and_a_value_behind_a_sign_will_do(line):
    assert _parser().parse_args(line.split()).json


def test_help_ends_well(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["convert", "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: boxwright convert [-h] --to F")
