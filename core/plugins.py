"""Finding adapters: built-in ones, of installed packages and of single files, all through one pluggy hook.

A plugin that is broken is told by name, and the others work.
"""

import warnings
from collections import Counter
from collections.abc import Iterator
from functools import cache, partial
from importlib import import_module
from importlib.metadata import entry_points
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import pluggy

from boxwright.core.adapter import Adapter
from boxwright.core.adapter_faults import faults
from boxwright.core.errors import OptionError, PluginWarning, nearest
from boxwright.core.layout.source_files import folders
from boxwright.core.plugin.origin import (
    BUILT_IN_ORIGIN,
    PROCESS_ORIGIN,
    BrokenPlugin,
    Origin,
    failure,
    file_origin,
    package_origin,
)
from boxwright.core.plugin.registry import PROJECT, Offer, Plugins
from boxwright.core.plugin.settings import listed_files
from boxwright.core.plugin.single_file import module_of_file

hookimpl = pluggy.HookimplMarker(PROJECT)

Format: TypeAlias = str | Adapter  # how callers name a format: its adapter's name, or the adapter itself

MOST_LOOKED_INTO = 100  # folders below one that holds no data set itself
MOST_NAMED = 10  # data sets in them

# Named as strings: core imports no adapter.
BUILT_IN = (
    "boxwright.adapters.coco",
    "boxwright.adapters.create_ml",
    "boxwright.adapters.crowd_human",
    "boxwright.adapters.csv_table",
    "boxwright.adapters.cvat",
    "boxwright.adapters.egohands",
    "boxwright.adapters.jsonl",
    "boxwright.adapters.kitti",
    "boxwright.adapters.label_me",
    "boxwright.adapters.open_images",
    "boxwright.adapters.pascal_voc",
    "boxwright.adapters.via",
    "boxwright.adapters.wider_face",
    "boxwright.adapters.yolo",
    "boxwright.core.tfrecord.adapter",
)


@cache
def plugin_manager() -> Plugins:
    """The plugins of boxwright, of every installed package, and of the files that the user has listed."""
    manager = Plugins()
    for module in BUILT_IN:
        manager.load(module, BUILT_IN_ORIGIN, partial(import_module, module))
    for point in entry_points(group=PROJECT):
        origin = package_origin(point)
        manager.load(f"{origin.owner}:{point.name}", origin, point.load)
    for file in listed_files():
        _load_file(manager, file.path, file.place)
    return manager


def add_plugin_file(path: Path) -> None:
    """Take in the adapters of a single Python file, which runs it; a broken one is among `broken_plugins`."""
    _load_file(plugin_manager(), path, None)


def _load_file(manager: Plugins, path: Path, listed: str | None) -> None:
    path = path.resolve()
    if any(_file_of(plugin) == path for plugin in manager.get_plugins()):
        return  # of a package that is installed in place, as its author has it
    load = partial(module_of_file, path)
    manager.load(str(path), file_origin(path, listed), load, wanted=listed is None)


def _file_of(plugin: object) -> Path | None:
    file = getattr(plugin, "__file__", None)
    return Path(file).resolve() if isinstance(file, str) else None


def adapters() -> dict[str, Adapter]:
    """All adapters by name, in alphabetical order; where two share a name, by their full names.

    Those of a file that the command names (`--plugin`) hide others of their names.
    """
    return {name: offer.adapter for name, offer in offers().items()}


def offers() -> dict[str, Offer]:
    """The same with the plugins that they come from."""
    found = _without_hidden(plugin_manager().offers()[0])
    count = Counter(offer.adapter.name for offer in found)
    named = {
        offer.adapter.name if count[offer.adapter.name] == 1 else offer.full_name: offer for offer in found
    }
    return dict(sorted(named.items()))


def _without_hidden(offers: list[Offer]) -> list[Offer]:
    """Without adapters whose names those of a file have that the command itself names."""
    named = {offer.adapter.name for offer in offers if offer.origin.named}
    return [offer for offer in offers if offer.origin.named or offer.adapter.name not in named]


def origin_of(adapter: Adapter) -> Origin:
    """Where an adapter comes from; one that was handed over is the running program's."""
    return next((offer.origin for offer in offers().values() if offer.adapter is adapter), PROCESS_ORIGIN)


def broken_plugins() -> list[BrokenPlugin]:
    """All plugins, and adapters of plugins, that cannot be used."""
    return plugin_manager().offers()[1]


def adapter_of(format: Format) -> Adapter:
    """The adapter that a caller names, or hands over; raises OptionError for none, or one that is broken."""
    if isinstance(format, str):
        return adapter_named(format)
    if found := faults(format):
        raise OptionError(f"format: {'; '.join(found)}", "see boxwright.Adapter")
    return format


def adapter_named(name: str) -> Adapter:
    """The adapter of this name, or full name; raises OptionError naming the nearest one and all."""
    known = adapters()
    if name in known:
        return known[name]
    for offer in offers().values():
        if name == offer.full_name:
            return offer.adapter
    raise _not_found(name, list(known))


def _not_found(name: str, known: list[str]) -> OptionError:
    broken = broken_plugins()
    for plugin in broken:
        if plugin.answers_to(name):
            return OptionError(plugin.in_full(), plugin.origin.remedy)
    if same := [offer for offer in offers().values() if offer.adapter.name == name]:
        owners = ", ".join(offer.origin.text for offer in same)
        names = " or ".join(offer.full_name for offer in same)
        return OptionError(f"{len(same)} adapters are named {name!r}: {owners}", f"say {names}")
    fact = f"no adapter named {name!r}{nearest(name, known) or ';'} Installed: {', '.join(known)}"
    others = ", ".join(dict.fromkeys(plugin.name for plugin in broken))
    return OptionError(fact, f"of a broken plugin? boxwright adapters tells of {others}" if others else None)


def sniffed(path: Path) -> Adapter:
    """The one adapter that knows the data at `path`; raises OptionError where none or several do.

    An adapter that breaks while looking knows nothing, and is told in a PluginWarning.
    """
    found, failed = adapters(), list[str]()
    claims = {name: adapter for name, adapter in found.items() if _claims(name, adapter, path, failed)}
    if len(claims) > 1:
        fact = f"{path}: could be any of {', '.join(claims)}"
        raise OptionError(fact, "say which with --from NAME (format=NAME in Python)")
    if not claims:
        known = f"{path}: no adapter knows this data. Installed: {', '.join(found)}"
        raise OptionError("; ".join([known, *failed]), _way_out(path))
    for fact in failed:
        warnings.warn(fact, PluginWarning, stacklevel=2)
    return next(iter(claims.values()))


def _claims(name: str, adapter: Adapter, path: Path, failed: list[str]) -> bool:
    try:
        return adapter.sniff is not None and bool(adapter.sniff(path))
    except Exception as error:  # a stranger's function may fail in any way
        origin = offers()[name].origin.text
        failed.append(f"adapter {name!r} ({origin}) failed to look at {path}: {failure(error)}")
        return False


def _way_out(path: Path) -> str:
    """What one may do with data that no adapter knows."""
    if path.suffix.lower() in (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar"):
        return "it is an archive: unpack it first"
    if path.is_dir() and not any(path.iterdir()):
        return "the folder is empty"
    if below := list(islice(_data_sets_below(path), MOST_NAMED + 1)):
        more = " and more" if len(below) > MOST_NAMED else ""
        return f"there are data sets inside, give the path of one: {', '.join(below[:MOST_NAMED])}{more}"
    return "is it the data set's root? --from NAME (format=NAME in Python) tells what is wrong with it"


def _data_sets_below(path: Path) -> Iterator[str]:
    """The folders directly in a folder whose data an adapter knows: `raccoon (pascal_voc)`."""
    for folder in islice(folders(path), MOST_LOOKED_INTO) if path.is_dir() else ():
        claims = [name for name, adapter in adapters().items() if _claims(name, adapter, folder, [])]
        if claims:
            yield f"{folder.name} ({' or '.join(claims)})"
