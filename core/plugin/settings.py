"""The plugin files that a user has listed: in the configuration file, and in BOXWRIGHT_PLUGINS.

~/.config/boxwright/config.toml:   plugins = ["~/my_format.py"]
"""

import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boxwright.core.errors import OptionError, nearest

FILE, VARIABLE, PLUGINS = "config.toml", "BOXWRIGHT_PLUGINS", "plugins"
KEYS = (PLUGINS,)


@dataclass(frozen=True, slots=True)
class Listed:
    """A plugin file that a user has listed, and where."""

    path: Path
    place: str


def config_file() -> Path:
    """The user's configuration file, whether it is there or not."""
    # https://specifications.freedesktop.org/basedir-spec: a relative path is to be ignored.
    folder = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    return (folder if folder.is_absolute() else Path.home() / ".config") / "boxwright" / FILE


def listed_files() -> list[Listed]:
    """All plugin files of the configuration file and of BOXWRIGHT_PLUGINS, in order; raises OptionError."""
    return [*_in_file(config_file()), *_in_variable(os.environ.get(VARIABLE, ""))]


def _in_file(config: Path) -> Iterator[Listed]:
    text = _text(config)
    try:
        settings = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OptionError(f"{config}: is no TOML: {error}") from None
    for key in settings:
        if key not in KEYS:
            hint = f"the keys are {', '.join(KEYS)}"
            place = _place(config, text, f"^\\W*{re.escape(key)}")
            raise OptionError(f"{place}: unknown key {key!r}{nearest(key, KEYS)}", hint)
    for entry in _entries(settings.get(PLUGINS, []), _place(config, text, f"^\\W*{PLUGINS}")):
        place = _place(config, text, f"[\"']{re.escape(entry)}[\"']")
        yield Listed(config.parent / os.path.expanduser(entry), place)


def _text(config: Path) -> str:
    try:
        return config.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise OptionError(f"{config}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise OptionError(f"{config}: byte {error.start} is no UTF-8") from None


def _entries(stated: Any, place: str) -> list[str]:  # Any: TOML holds values of any type
    if not isinstance(stated, list) or not all(isinstance(entry, str) and entry for entry in stated):
        raise OptionError(f"{place}: {PLUGINS} is no list of files", f'as in {PLUGINS} = ["~/my_format.py"]')
    return stated


def _place(config: Path, text: str, pattern: str) -> str:
    """The first line with a pattern; without one (a name may be written with escapes) the file as a whole."""
    lines = enumerate(text.splitlines(), start=1)
    number = next((number for number, line in lines if re.search(pattern, line)), None)
    return str(config) if number is None else f"{config}:{number}"


def _in_variable(stated: str) -> Iterator[Listed]:
    for entry in filter(None, stated.split(os.pathsep)):
        path = Path(os.path.expanduser(entry))
        if not path.is_absolute():
            fact = f"{VARIABLE}: {entry} would be another file in every folder"
            raise OptionError(fact, "state the whole path: nothing is run for lying in a data set's folder")
        yield Listed(path, VARIABLE)
