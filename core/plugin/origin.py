"""Where a plugin comes from, and what is said of one that is broken."""

import os
import traceback
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

from boxwright.core.errors import BoxwrightError


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a plugin comes from.

    text    for people: `built in`, `boxwright-points 0.1.0`, `/home/me/my_format.py`
    owner   what tells its adapters from others of one name, as in `boxwright-points:points`
    remedy  what to do when the plugin is broken
    named   whether the command that is running names it: its adapters go before others of their names
    """

    text: str
    owner: str
    remedy: str
    named: bool = False


BUILT_IN_ORIGIN = Origin(text="built in", owner="boxwright", remedy="install boxwright anew")
# A plugin that some Python code has registered itself.
PROCESS_ORIGIN = Origin(text="registered by this program", owner="program", remedy="mend the plugin")


def package_origin(point: EntryPoint) -> Origin:
    """The installed package that an entry point is of."""
    package = point.dist
    if package is None:
        return Origin(text=point.value, owner=point.name, remedy="uninstall its package")
    return Origin(
        text=f"{package.name} {package.version}",
        owner=package.name,
        remedy=f"update or uninstall {package.name}",
    )


def file_origin(path: Path, listed: str | None) -> Origin:
    """A single file; `listed` is the place that names it, None for the command that is running."""
    remedy = f"mend {path.name}" if listed is None else f"mend {path.name}, or take it out of {listed}"
    return Origin(text=str(path), owner=str(path), remedy=remedy, named=listed is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenPlugin:
    """A plugin, or one of its adapters, that cannot be used.

    name    the adapter's name where there is one, else the plugin's
    plugin  the name of the entry point, or of the file without its extension
    facts   all that is wrong with it
    wanted  whether the command that is running names it
    """

    name: str
    plugin: str
    origin: Origin
    facts: tuple[str, ...]
    wanted: bool = False

    def __str__(self) -> str:
        more = len(self.facts) - 1
        others = f" (and {more} more: boxwright adapters {self.name})" if more else ""
        return f"{self._title} {self.facts[0]}{others}\n  hint: {self.origin.remedy}"

    def answers_to(self, name: str) -> bool:
        """Whether somebody who asks for this name means it."""
        return name in (self.name, self.plugin, f"{self.origin.owner}:{self.name}")

    def in_full(self) -> str:
        """All that is wrong with it."""
        return (
            f"{self._title} {self.facts[0]}"
            if len(self.facts) == 1
            else "\n  ".join((self._title, *self.facts))
        )

    @property
    def _title(self) -> str:
        return f"plugin {self.name!r} ({self.origin.text}) is broken:"


def failure(error: BaseException) -> str:
    """What went wrong inside a plugin, with the line of it that was reached last."""
    if isinstance(error, BoxwrightError):
        return error.fact
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}: {error.msg}"
    return f"{_reached(error)}{type(error).__name__}: {error}"


def _reached(error: BaseException) -> str:
    """The last line that is neither ours nor Python's own, as `/home/me/my_format.py:12: `."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename[0] != "<" and not _of_others(frame.filename):
            return f"{frame.filename}:{frame.lineno}: "
    return ""


def _of_others(file: str) -> bool:
    ours, pythons = (os.path.join(os.path.dirname(module), "") for module in (__file__, os.__file__))
    return file.startswith(ours) or (file.startswith(pythons) and "site-packages" not in file)
