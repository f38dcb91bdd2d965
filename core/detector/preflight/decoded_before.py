"""Which record files were found good, so that a run that goes on does not decode all images again."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from boxwright.core.whole_file import write_text

NAME = "preflight.json"  # in the run's directory


def decoded_before(run_dir: Path, paths: Iterable[str]) -> bool:
    """Whether these very files, by size and time of change, were found good in this run."""
    try:
        known = json.loads((run_dir / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(known == {"good": _states(paths)})


def remember(run_dir: Path, paths: Iterable[str]) -> None:
    """Note that these files are good."""
    run_dir.mkdir(parents=True, exist_ok=True)
    write_text(run_dir / NAME, json.dumps({"good": _states(paths)}, indent=2) + "\n")


def _states(paths: Iterable[str]) -> dict[str, list[int]]:
    states = {os.path.abspath(path): os.stat(path) for path in paths}
    return {path: [state.st_size, state.st_mtime_ns] for path, state in sorted(states.items())}
