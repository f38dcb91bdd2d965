"""What commands are added to."""

import argparse
from typing import TypeAlias

from boxwright.core.command_line.parser import Parser

# What add_subparsers returns has no public name in argparse.
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"
