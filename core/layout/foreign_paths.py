"""Paths as another computer, or another folder to start from, had them: what they mean below a root.

`/home/me/set/images/a.jpg`, `../train/images` and `data/obj/a.jpg` are found by the longest tail of them
that is there. Nothing outside of the root is ever looked at.
"""

import os
from pathlib import Path, PureWindowsPath
from posixpath import normpath

from boxwright.core.schema import unsafe_path

MOST_PARTS = 50  # of a path; each is looked up once


def below(root: Path, text: str) -> str | None:
    """What a path means below a root, relative to it, POSIX; None: nothing of this name is there."""
    if not text or "\0" in text:
        return None
    beginning = os.path.join(root, "")
    if unsafe_path(text) is None and os.path.exists(beginning + text):
        return normpath(text)
    path = PureWindowsPath(normpath(text.replace("\\", "/")))
    parts = [part for part in path.parts[bool(path.anchor) :] if part not in (".", "..")]
    tails = ("/".join(parts[start:]) for start in range(len(parts))) if len(parts) <= MOST_PARTS else ()
    return next((tail for tail in tails if os.path.exists(beginning + tail)), None)
