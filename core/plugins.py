"""Finding adapters: the built-in ones and those of installed packages, through one pluggy hook."""

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

from boxwright.core.errors import BoxwrightError, OptionError, nearest

if TYPE_CHECKING:
    from boxwright.core.adapter import Adapter

PROJECT = "boxwright"  # pluggy's project name and the entry-point group

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

# Named as strings: core imports no adapter.
BUILT_IN = (
    "boxwright.adapters.coco",
    "boxwright.adapters.egohands",
    "boxwright.adapters.jsonl",
    "boxwright.adapters.kitti",
    "boxwright.adapters.pascal_voc",
    "boxwright.core.tfrecord.adapter",
)


class Hooks:
    """The hooks that a plugin can implement."""

    @hookspec
    def register_adapters(self) -> "list[Adapter]":  # type: ignore[empty-body]
        """Offer adapters: a list of Adapter values."""


@cache
def plugin_manager() -> pluggy.PluginManager:
    """The plugin manager with the built-in adapters and every installed package's registered."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    for module in BUILT_IN:
        manager.register(import_module(module), name=module)
    for point in entry_points(group=PROJECT):
        try:
            manager.load_setuptools_entrypoints(PROJECT, point.name)
        except Exception as error:  # a stranger's module may fail in any way
            raise BoxwrightError(
                f"plugin {point.name!r} ({point.value}) cannot be loaded: {error}",
                "update or uninstall its package",
            ) from error
    return manager


def adapters() -> "dict[str, Adapter]":
    """All adapters by name, in alphabetical order; raises BoxwrightError where two share a name."""
    found: dict[str, Adapter] = {}
    for offered in plugin_manager().hook.register_adapters():
        for adapter in offered:
            if adapter.name in found:
                raise BoxwrightError(
                    f"two adapters are named {adapter.name!r}", "uninstall one of the packages"
                )
            found[adapter.name] = adapter
    return dict(sorted(found.items()))


def adapter_named(name: str) -> "Adapter":
    """The adapter of this name; raises OptionError naming the nearest and all installed ones."""
    known = adapters()
    if name not in known:
        raise OptionError(
            f"no adapter named {name!r}{nearest(name, known) or ';'} Installed: {', '.join(known)}"
        )
    return known[name]


def sniffed(path: Path) -> "Adapter":
    """The one adapter that knows the data at `path`; raises OptionError where none or several do."""
    claims = [adapter for adapter in adapters().values() if _claims(adapter, path)]
    if len(claims) == 1:
        return claims[0]
    known = ", ".join(adapter.name for adapter in (claims or adapters().values()))
    if claims:
        raise OptionError(
            f"{path}: could be any of {known}", "say which with --from NAME (format=NAME in Python)"
        )
    raise OptionError(f"{path}: no adapter knows this data. Installed: {known}", _way_out(path))


def _way_out(path: Path) -> str:
    """What one may do with data that no adapter knows."""
    if path.suffix.lower() in (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar"):
        return "it is an archive: unpack it first"
    if path.is_dir() and not any(path.iterdir()):
        return "the folder is empty"
    return "is it the data set's root? --from NAME (format=NAME in Python) tells what is wrong with it"


def _claims(adapter: "Adapter", path: Path) -> bool:
    try:
        return adapter.sniff is not None and adapter.sniff(path)
    except Exception as error:  # as above
        raise BoxwrightError(
            f"adapter {adapter.name!r} failed to look at {path}: {error}",
            "--from NAME (format=NAME in Python) asks no adapter",
        ) from error
