"""Which steps of a long job are finished, so that the same call goes on after the last of them."""

import hashlib
import json
from pathlib import Path
from typing import Any

from boxwright.core.whole_file import write_text


class FinishedSteps:
    """The finished steps of a job, by name, each with what is to be known of it; kept in a file.

    path      of the file
    settings  all that the results follow from, as JSON can hold it; steps of other settings do not count
    """

    def __init__(self, path: Path, settings: object) -> None:
        self._path = path
        self._digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
        self.done: dict[str, Any] = self._found()

    def finish(self, step: str, facts: object = None) -> None:
        """Note that a step is finished."""
        self.done[step] = facts
        text = json.dumps({"settings": self._digest, "done": self.done}, indent=2)
        write_text(self._path, f"{text}\n")

    def _found(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        same = isinstance(found, dict) and found.get("settings") == self._digest
        return dict(found["done"]) if same else {}
