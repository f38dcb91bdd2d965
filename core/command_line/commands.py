"""What commands are added to."""

import argparse
from typing import TypeAlias

# What add_subparsers returns has no public name in argparse.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
