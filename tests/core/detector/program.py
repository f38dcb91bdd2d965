"""`boxwright` as a process of its own, as a user starts it."""

import os
import subprocess
import sys
from pathlib import Path


def command(*arguments: object) -> list[str]:
    """The command line `boxwright ARGUMENTS`."""
    return [sys.executable, "-m", "boxwright.cli", *map(str, arguments)]


def environment() -> dict[str, str]:
    """For such a process: modules are found where these are."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def boxwright(*arguments: object, folder: Path) -> str:
    """What `boxwright ARGUMENTS` prints, started in a folder; it must end well, and without a warning."""
    done = subprocess.run(
        command(*arguments), cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stderr, done.stderr
    return done.stdout
