"""Expected failures. Each says the place, the fact and, where there is one, the way out."""

import difflib
import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from boxwright.core.numbers import shortened

LONGEST_NAME = 1000  # characters that a known name is looked for in: a longer one is no slip of the pen


class BoxwrightError(Exception):
    """Any failure that is not a bug of ours; the command line prints it and exits with 2."""

    def __init__(self, fact: str, hint: str | None = None) -> None:
        self.fact, self.hint = fact, hint
        super().__init__(fact)

    def __str__(self) -> str:
        return self.fact if self.hint is None else f"{self.fact}\n  hint: {self.hint}"


class OptionError(BoxwrightError):
    """An option, an adapter's name or an argument that does not fit."""


class WriteError(BoxwrightError):
    """A record that the target format cannot hold, or a target that cannot be written."""


class PluginWarning(UserWarning):
    """A plugin that failed, while others did what was wanted."""


class AnnotationError(BoxwrightError):
    """Data that cannot be understood: going on would invent data.

    path and where name the place; path is made relative to the data set's root where that is known.
    """

    def __init__(self, path: Path | str, where: str | int, fact: str, hint: str | None = None) -> None:
        super().__init__(fact, hint)
        self.path, self.where = path, str(where)

    def __str__(self) -> str:
        text = f"{located(str(self.path), self.where)}: {self.fact}"
        return text if self.hint is None else f"{text}\n  hint: {self.hint}"

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.path, self.where, self.fact, self.hint)

    def relative_to(self, root: Path) -> "AnnotationError":
        """The same error with its file named relative to the data set's root."""
        return AnnotationError(relative(self.path, root), self.where, self.fact, self.hint)


@contextmanager
def reading(path: Path | str, where: str | int = "") -> Generator[None]:
    """Turn a ValueError of a parser into an AnnotationError that names the file and the place in it."""
    try:
        yield
    except ValidationError as error:
        raise AnnotationError(path, where, facts(error)) from None
    except ValueError as error:
        raise AnnotationError(path, where, str(error)) from None


def located(path: str, where: str) -> str:
    """A place as text: `label_2/000007.txt:3`, `Annotations/1.xml: size`, or the file alone."""
    if not where:
        return path
    return f"{path}:{where}" if where[0].isdigit() else f"{path}: {where}"


def relative(path: Path | str, root: Path) -> str:
    """A file's name relative to a root, POSIX; as it is where it lies elsewhere or is the root itself."""
    # Not pathlib, which costs fifteen times as much: every image and every problem asks.
    name, above = str(path), f"{str(root).rstrip(os.sep)}{os.sep}"
    return name[len(above) :] if name.startswith(above) else name


def facts(error: ValidationError) -> str:
    """What pydantic found, in our words: `x_min = nan: input should be a finite number`."""
    return "; ".join(_fact(item["loc"], item["msg"], _value(item)) for item in error.errors())


def _value(item: ErrorDetails) -> str | None:
    if item["type"] == "missing":
        return None
    # A path that is cut cannot be looked up.
    return str(item["input"]) if item["type"].startswith("path_") else shortened(item["input"])


def _fact(place: tuple[int | str, ...], message: str, value: str | None) -> str:
    text = message.removeprefix("Value error, ")
    if not place:
        return text
    stated = "" if value is None else f" = {value}"
    return f"{'.'.join(map(str, place))}{stated}: {text[0].lower()}{text[1:]}"


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'kitti'?` when a known name is near, else nothing."""
    match = difflib.get_close_matches(name[:LONGEST_NAME], list(known), n=1)
    return f"; did you mean {match[0]!r}?" if match else ""
