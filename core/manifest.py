"""The manifest: what a finished target was made from, with which options, and what is in it.

It holds no time and no path of the target, so that the same conversion writes the same bytes.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SUFFIX = "_manifest.json"
TOOL = "boxwright"

# What a plan states; a finished target made by another plan is never taken for this one's.
PLAN_KEYS = ("tool", "version", "source", "target", "seed")


def manifest_name(name: str) -> str:
    """The manifest's file name for a data set's name."""
    return f"{name}{SUFFIX}"


def manifest_in(folder: Path) -> dict[str, Any] | None:
    """The manifest in a folder, or None where there is none of ours."""
    # Not Path.is_dir, which raises an error about a folder that may not be looked into.
    for path in sorted(folder.glob(f"*{SUFFIX}")) if os.path.isdir(folder) else ():
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(found, dict) and found.get("tool") == TOOL:
            return found
    return None


def write_manifest(folder: Path, name: str, content: Mapping[str, object]) -> None:
    """Write the manifest as the last file of a target; it counts the files that are there before it."""
    text = json.dumps({**content, "files": stored(folder)}, indent=2, ensure_ascii=False)
    (folder / manifest_name(name)).write_text(text + "\n", encoding="utf-8")


def stored(folder: Path) -> dict[str, int]:
    """How many files a target holds, and their bytes: without its manifest and without hidden ones."""
    sizes = [
        os.stat(os.path.join(place, name)).st_size
        for place, _, names in os.walk(folder)
        for name in names
        if not name.startswith(".") and not name.endswith(SUFFIX)
    ]
    return {"count": len(sizes), "bytes": sum(sizes)}


def differences(manifest: Mapping[str, object], plan: Mapping[str, object]) -> list[str]:
    """How two plans differ, one short text for each key: `source.options.hands: 'one' there, None wanted`."""
    found = dict(_flat({key: manifest.get(key) for key in PLAN_KEYS}))
    wanted = dict(_flat({key: plan.get(key) for key in PLAN_KEYS}))
    changed = [key for key in dict.fromkeys((*found, *wanted)) if found.get(key) != wanted.get(key)]
    return [_difference(key, found.get(key), wanted.get(key)) for key in changed]


def _difference(key: str, found: object, wanted: object) -> str:
    if key.startswith("source.") and key.endswith(".fingerprint"):
        name = key.removeprefix("source.").removeprefix("sets.").removesuffix("fingerprint").rstrip(".")
        return f"the source {name} has changed" if name else "the source has changed"
    return f"{key}: {found!r} there, {wanted!r} wanted"


def _flat(value: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _flat(inner, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", list(inner) if isinstance(inner, tuple) else inner
