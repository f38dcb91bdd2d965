"""A download under way: `archive.part` and, beside it, where it came from and of which version it is.

Both outlive the process, so that another one goes on; the name `archive` means that all of it is there.
"""

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from boxwright.core.fetch.response import Version
from boxwright.core.whole_file import write_text


class PartFile:
    """The files of one download, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.part, self.whole = folder / "archive.part", folder / "archive"
        self._origin = folder / "origin.json"
        folder.mkdir(parents=True, exist_ok=True)

    def url(self) -> str | None:
        """Where the bytes came from; None: there are none, or nobody knows."""
        return self._stated().get("url") if self.part.exists() or self.whole.exists() else None

    def version(self) -> Version:
        """The version of the file that the bytes are of."""
        stated = self._stated()
        return Version(**{key: stated.get(key) for key in ("etag", "modified", "memento")})

    def size(self, url: str) -> int:
        """How many bytes have come from this address."""
        return self.part.stat().st_size if self.url() == url and self.part.exists() else 0

    def position(self, url: str) -> int:
        """How many of them can be continued: 0 where nobody could tell whether the rest fits."""
        return 0 if self.version() == Version() else self.size(url)

    def complete(self, url: str) -> bool:
        """Whether all that this address announced has come."""
        return self._stated().get("total") == self.size(url) > 0

    def opened(self, start: int, url: str, version: Version, total: int | None) -> BinaryIO:
        """The part, to go on with at byte `start`; at 0 it begins anew, with this origin."""
        if start:
            file = open(self.part, "r+b")  # noqa: SIM115 (the caller closes it)
            file.truncate(start)
            file.seek(start)
            return file
        self.clear()
        begun = open(self.part, "wb")  # noqa: SIM115 (as above)
        write_text(self._origin, json.dumps({"url": url, "total": total, **asdict(version)}))
        return begun

    def finish(self) -> Path:
        """Give the complete download its name."""
        os.replace(self.part, self.whole)
        return self.whole

    def clear(self) -> None:
        """Forget what has come."""
        for path in (self.part, self.whole, self._origin):
            path.unlink(missing_ok=True)

    def leave(self) -> None:
        """Remove the folder where it holds nothing to go on with."""
        if self.url() is None:
            shutil.rmtree(self._origin.parent)

    def _stated(self) -> dict[str, Any]:  # JSON
        try:
            found = json.loads(self._origin.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
