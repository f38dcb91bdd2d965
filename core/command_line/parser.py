"""argparse with our errors: the fact, the nearest name that is known, and a way out."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any, NoReturn

from boxwright.core.errors import OptionError, nearest

NO_MORE_OPTIONS = "--"


class Parser(argparse.ArgumentParser):
    """Raises OptionError where argparse would print its usage and exit; the commands' parsers do, too."""

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found."""
        raise OptionError(message, f"{self.prog} --help")

    # The signature is argparse's, and so is Any.
    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parse; an option that is none is an error here, where the command is known that it was for."""
        given = list(sys.argv[1:] if args is None else args)
        self._check_options(given)
        parsed, rest = super().parse_known_args(given, namespace)
        if rest:
            self.error(f"unexpected arguments: {' '.join(rest)}")
        return parsed, rest

    def _check_options(self, given: Sequence[str]) -> None:
        # Before argparse, to which the value of a misspelt option is one more argument.
        known = [option for option in self._option_string_actions if option.startswith("--")]
        for option in _options(self._before_command(given)):
            if not any(name.startswith(option) for name in known):  # the start of a name will do
                self.error(f"no option {option!r}{nearest(option, known)}")

    def _before_command(self, given: Sequence[str]) -> Iterator[str]:
        """The words that are for this parser; none where a command is awaited and none is there."""
        of_commands = (action for action in self._actions if isinstance(action, argparse._SubParsersAction))
        names = {name for action in of_commands for name in action.choices}
        if not names or not names.isdisjoint(given):
            yield from takewhile(lambda word: word not in names, given)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        known = list(action.choices)
        place, what = (
            (f"{action.option_strings[0]}: ", "choice") if action.option_strings else ("", "command")
        )
        fact = f"{place}no {what} {value!r}{nearest(value, known)}"
        raise OptionError(fact, f"{what}s are {', '.join(known)}")


def _options(words: Iterator[str]) -> Iterator[str]:
    """The words that argparse takes for long options, without their values."""
    for word in takewhile(lambda word: word != NO_MORE_OPTIONS, words):
        name = word.partition("=")[0]
        if name.startswith("--") and " " not in name:
            yield name
