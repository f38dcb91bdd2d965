"""Writes an installable package that reads and writes a format of its own: a beginning for an adapter.

template/ holds its files. NAME stands for the format's name, in them and in what they are called; files whose
name ends in .template are text, all others are copied as they are.
"""

from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from boxwright.core.adapter_faults import NAME, RESERVED
from boxwright.core.errors import OptionError, WriteError
from boxwright.core.plugins import offers

TEXT = ".template"


@dataclass(frozen=True, slots=True)
class NewPackage:
    """A package that has been written; as text, what to do with it."""

    name: str
    folder: Path
    files: tuple[str, ...]

    def __str__(self) -> str:
        module = f"boxwright_{self.name}.py"
        return "\n".join(
            [
                f"{self.folder}: a package that reads and writes {self.name}",
                *(f"  {file}" for file in self.files),
                "go on with:",
                f"  cd {self.folder}",
                f"  boxwright --plugin {module} inspect sample",
                '  pip install -e ".[test]" && pytest',
                f"and change the three places that {module} marks",
            ]
        )


def new_package(name: str, parent: Path) -> NewPackage:
    """Write the package of a format into the folder `boxwright-NAME` in `parent`, which must not be there.

    raises   OptionError for a name that cannot be or is taken, WriteError for a folder that is
    """
    _check(name)
    folder = parent / f"boxwright-{name}"
    if folder.exists():
        raise WriteError(f"{folder} is there already", "choose another name or another --out")
    texts = _texts(files("boxwright.core.scaffold") / "template", "", name)
    for file, content in texts.items():
        place = folder / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return NewPackage(name, folder, tuple(sorted(texts)))


def _check(name: str) -> None:
    if not NAME.fullmatch(name) or name in RESERVED:
        hint = "lower-case letters, digits and _, a letter first: my_format"
        raise OptionError(f"{name!r} cannot be the name of a format", hint)
    for offer in offers().values():
        if offer.adapter.name == name:
            fact = f"there is a format named {name!r} already: {offer.origin.text}"
            raise OptionError(fact, f"see boxwright adapters {name}, or choose another name")


def _texts(folder: Traversable, prefix: str, name: str) -> dict[str, bytes]:
    """The files of the package by name."""
    found: dict[str, bytes] = {}
    for entry in folder.iterdir():
        place = prefix + entry.name.replace("NAME", name)
        if entry.is_dir():
            found |= _texts(entry, f"{place}/", name)
        elif place.endswith(TEXT):
            found[place.removesuffix(TEXT)] = _filled(entry.read_text("utf-8"), name).encode()
        else:
            found[place] = entry.read_bytes()
    return found


def _filled(text: str, name: str) -> str:
    """A template's text for one format."""
    class_name = "".join(part.capitalize() for part in name.split("_"))
    text = text.replace("NAME", name).replace("NameOptions", f"{class_name}Options")
    return text.replace("VERSION", version("boxwright"))
