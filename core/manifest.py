"""The manifest: what a finished target was made from, with which options, and what is in it.

It holds no time and no path of the target, so that the same conversion writes the same bytes.
"""

import json
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
    for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else ():
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(found, dict) and found.get("tool") == TOOL:
            return found
    return None


def write_manifest(folder: Path, name: str, content: Mapping[str, object]) -> None:
    """Write the manifest as the last file of a target."""
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (folder / manifest_name(name)).write_text(text + "\n", encoding="utf-8")


def differences(manifest: Mapping[str, object], plan: Mapping[str, object]) -> list[str]:
    """How two plans differ, one short text for each key: `source.options.hands: 'one' there, None wanted`."""
    found = dict(_flat({key: manifest.get(key) for key in PLAN_KEYS}))
    wanted = dict(_flat({key: plan.get(key) for key in PLAN_KEYS}))
    return [
        f"{key}: {found.get(key)!r} there, {wanted.get(key)!r} wanted"
        for key in dict.fromkeys((*found, *wanted))
        if found.get(key) != wanted.get(key)
    ]


def _flat(value: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _flat(inner, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", list(inner) if isinstance(inner, tuple) else inner
