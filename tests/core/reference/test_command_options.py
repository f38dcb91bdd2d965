"""The arguments of a command as Markdown."""

import argparse

from boxwright.core.reference.command_options import command_options


def test_a_command_is_told_with_its_arguments():
    parser = argparse.ArgumentParser()
    command = parser.add_subparsers().add_parser("turn", help="turn images", epilog="how: at once")
    command.add_argument("source", metavar="SRC", help="a folder")
    command.add_argument("images", metavar="IMAGE", nargs="+", help="files")
    command.add_argument("--by", required=True, choices=("left", "right"), help="which way")
    command.add_argument("--name", "-n", metavar="N", help="a_name")
    command.add_argument("--dry", action="store_true", help="do nothing")
    either = command.add_mutually_exclusive_group(required=True)
    either.add_argument("--once", metavar="A")
    either.add_argument("--twice", metavar="B")
    assert command_options(parser) == {
        "turn": (
            "`boxwright turn SRC IMAGE... --by {left,right} (--once A | --twice B)`:\n"
            "turn images.\n"
            "\n"
            "| argument | what it does |\n"
            "| --- | --- |\n"
            "| `SRC` | a folder |\n"
            "| `IMAGE...` | files |\n"
            "| `--by {left,right}` | which way |\n"
            "| `--name N`, `-n N` | a\\_name |\n"
            "| `--dry` | do nothing |\n"
            "| `--once A` |  |\n"
            "| `--twice B` |  |\n"
            "\n"
            "How: at once."
        )
    }
