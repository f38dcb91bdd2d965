"""The command line: parse, call one function, print, exit.

Exit codes: 0 done, 1 `diff` found a difference, 2 the data, the options or the target do not allow it,
130 interrupted (Ctrl-C), 143 terminated (SIGTERM).
"""

import sys
from collections.abc import Sequence
from importlib.metadata import version
from io import TextIOWrapper

from boxwright.core.command_line.adapters_command import add_adapters
from boxwright.core.command_line.conversion_commands import add_conversion_commands
from boxwright.core.command_line.demo_command import add_demo
from boxwright.core.command_line.detector_commands import add_detector_commands
from boxwright.core.command_line.fetch_command import add_fetch
from boxwright.core.command_line.inspection_commands import add_inspection_commands
from boxwright.core.command_line.parser import Parser
from boxwright.core.command_line.plugin_option import BEFORE, add_plugin_option, plugin_warnings
from boxwright.core.command_line.retrain_command import add_retrain
from boxwright.core.command_line.termination import INTERRUPTED, TERMINATED, Terminated, terminable
from boxwright.core.errors import BoxwrightError

DONE = 0
FAILED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run boxwright with these arguments, or those of the process; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that lacks a letter gets its code; a file or a pipe gets each line at once, too.
            stream.reconfigure(errors="backslashreplace", line_buffering=True)
    try:
        parsed = _parser().parse_args(arguments)
        with terminable(), plugin_warnings():
            return parsed.run(parsed) or DONE
    except BoxwrightError as error:
        print(f"boxwright: {error}", file=sys.stderr)
        return FAILED
    except Terminated:
        print("boxwright: terminated; run the same command again to finish", file=sys.stderr)
        return TERMINATED
    except KeyboardInterrupt:
        print("boxwright: interrupted; run the same command again to finish", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has left, `| head` for one
        sys.stderr.close()
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"boxwright: {place}{error.strerror or error}", file=sys.stderr)
        return FAILED
    return DONE


def _parser() -> Parser:
    parser = Parser(prog="boxwright", description="Any box-annotated data set to TFRecords and a detector.")
    parser.add_argument("--version", action="version", version=f"boxwright {version('boxwright')}")
    add_plugin_option(parser, BEFORE)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add_adapters(commands)
    add_inspection_commands(commands)
    add_conversion_commands(commands)
    add_fetch(commands)
    add_retrain(commands)
    add_detector_commands(commands)
    add_demo(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
