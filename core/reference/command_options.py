"""The arguments of a command as a Markdown table, from the parser that the command line uses."""

import argparse
from collections.abc import Iterator, Mapping

from boxwright.core.reference.docstring import escaped


def command_options(parser: argparse.ArgumentParser) -> Mapping[str, str]:
    """For each command its summary, its usage, and the table of its arguments."""
    commands = _commands(parser)
    summaries = {action.dest: action.help for action in commands._choices_actions}
    return {
        name: "\n".join(_lines(name, command, summaries.get(name) or ""))
        for name, command in commands.choices.items()
    }


# argparse has no public way to its commands, nor to the arguments of one.
def _commands(parser: argparse.ArgumentParser) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    [commands] = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return commands


def _lines(name: str, command: argparse.ArgumentParser, summary: str) -> Iterator[str]:
    arguments = [action for action in command._actions if not isinstance(action, argparse._HelpAction)]
    needed = [_usage(action) for action in arguments if _needed(action)]
    yield f"`{' '.join(['boxwright', name, *needed, *_one_of_each(command)])}`:"
    yield f"{escaped(summary)}.\n"
    if arguments:
        yield "| argument | what it does |\n| --- | --- |"
        yield from (f"| {_forms(action)} | {escaped(action.help or '')} |" for action in arguments)
    if command.epilog:
        yield f"\n{escaped(command.epilog[:1].upper() + command.epilog[1:])}."


def _one_of_each(command: argparse.ArgumentParser) -> Iterator[str]:
    """`(--model NAME | --config FILE)` for each group of which one has to be given."""
    for group in command._mutually_exclusive_groups:
        if group.required:
            yield f"({' | '.join(_usage(action) for action in group._group_actions)})"


def _needed(action: argparse.Action) -> bool:
    return action.required or not action.option_strings


def _usage(action: argparse.Action) -> str:
    if action.option_strings:
        return f"{action.option_strings[0]} {_value(action)}"
    return {"?": f"[{_value(action)}]", "+": f"{_value(action)}..."}.get(str(action.nargs), _value(action))


def _forms(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"`{_usage(action)}`"
    value = f" {_value(action)}" if action.nargs != 0 else ""
    return ", ".join(f"`{form}{value}`" for form in action.option_strings)


def _value(action: argparse.Action) -> str:
    if action.choices:
        return f"{{{','.join(map(str, action.choices))}}}"
    return str(action.metavar or action.dest.upper())
