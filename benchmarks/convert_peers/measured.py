"""Measures a conversion inside the process that makes it, after all imports."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

Conversion = Callable[[Path, Path], object]


def measure(conversions: dict[str, Conversion]) -> None:
    """Make the conversion that the command line names, `voc coco SOURCE TARGET`, and print what it needed.

    Prints a line of JSON: CPU seconds (user and system, threads and ended children too), peak memory in MB.
    """
    before = sum(os.times()[:4])
    conversions[f"{sys.argv[1]} {sys.argv[2]}"](Path(sys.argv[3]), Path(sys.argv[4]))
    print(json.dumps({"inside": sum(os.times()[:4]) - before, "memory": _peak()}))


def _peak() -> float:
    """Most memory that this program held, from Linux; getrusage would count the parent's at the fork, too."""
    [line] = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
