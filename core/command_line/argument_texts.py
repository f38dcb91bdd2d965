"""What arguments say in one word: `a=b` pairs, `a,b` lists, numbers within bounds."""

import argparse
from collections.abc import Sequence

from boxwright.core.errors import OptionError
from boxwright.core.problems import Action


def pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """`a=b` texts as a dictionary; raises OptionError for one without a `=`."""
    for text in texts:
        if "=" not in text:
            raise OptionError(f"{option} {text}: needs a '=', as in {option} key=value")
    return dict((key, value) for key, _, value in (text.partition("=") for text in texts))


def actions(texts: Sequence[str]) -> dict[str, Action]:
    """`code=action` texts as a dictionary; raises OptionError for one without a `=`."""
    # Policy checks the actions' names, with the code they are for.
    return pairs(texts, "--on")  # type: ignore[return-value]


def names(text: str | None) -> tuple[str, ...] | None:
    """`a, b` as a tuple; None as it is."""
    return None if text is None else tuple(part.strip() for part in text.split(",") if part.strip())


def share(text: str) -> float:
    """A number from 0 to 1; raises ArgumentTypeError for anything else, NaN for one."""
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 1")
    return number


def count(text: str) -> int:
    """A whole number from 0; raises ArgumentTypeError for anything else."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is less than 0")
    return number
