"""The registered plugins: what their hooks offer, where they come from, and which of them are broken."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pluggy

from boxwright.core.adapter import Adapter
from boxwright.core.adapter_faults import called_wrongly, faults
from boxwright.core.numbers import shortened
from boxwright.core.plugin.origin import PROCESS_ORIGIN, BrokenPlugin, Origin, failure

PROJECT = "boxwright"  # pluggy's project name and the entry-point group
HOOK = "register_adapters"

hookspec = pluggy.HookspecMarker(PROJECT)


class Hooks:
    """The hooks that a plugin can implement."""

    @hookspec
    def register_adapters(self) -> list[Adapter]:  # type: ignore[empty-body]
        """Offer adapters: a list of Adapter values."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An adapter that a plugin offers."""

    adapter: Adapter
    origin: Origin

    @property
    def full_name(self) -> str:
        """A name that tells it from adapters of the same name: `boxwright-points:points`."""
        return f"{self.origin.owner}:{self.adapter.name}"


class Plugins(pluggy.PluginManager):
    """pluggy's manager, which also knows where plugins come from and keeps those that cannot be loaded."""

    def __init__(self) -> None:
        super().__init__(PROJECT)
        self.add_hookspecs(Hooks)
        self.origins: dict[str, Origin] = {}
        self.unloadable: dict[str, BrokenPlugin] = {}

    def load(self, name: str, origin: Origin, load: Callable[[], object], *, wanted: bool = False) -> None:
        """Register what `load` returns, or keep why it cannot be; what is there already stays as it is."""
        if self.has_plugin(name) or name in self.unloadable:
            return
        try:
            plugin = load()
            fact = hook_fault(plugin)
            if fact is None and not self.is_registered(plugin):
                self.register(plugin, name=name)
                self.origins[name] = origin
        except (Exception, SystemExit) as error:  # a stranger's module may fail in any way
            fact = failure(error)
        if fact is not None:
            short = short_name(name)
            self.unloadable[name] = BrokenPlugin(
                name=short, plugin=short, origin=origin, facts=(fact,), wanted=wanted
            )

    def offers(self) -> tuple[list[Offer], list[BrokenPlugin]]:
        """What all plugins offer: whole adapters, and what is broken."""
        whole: dict[str, Offer] = {}
        broken = list(self.unloadable.values())
        for hook in self.hook.register_adapters.get_hookimpls():
            origin, plugin = self.origins.get(hook.plugin_name, PROCESS_ORIGIN), short_name(hook.plugin_name)
            for adapter, facts in _offered(hook.function):
                offer = Offer(adapter, origin) if isinstance(adapter, Adapter) else None
                if offer and not facts and offer.full_name in whole:
                    facts = (f"{origin.text} offers two adapters of this name",)
                if offer and not facts:
                    whole[offer.full_name] = offer
                else:
                    name = _name(adapter, plugin)
                    broken.append(BrokenPlugin(name=name, plugin=plugin, origin=origin, facts=facts))
        return list(whole.values()), broken


def hook_fault(plugin: object) -> str | None:
    """Why a plugin can offer nothing, or None when its hook can be called."""
    function = getattr(plugin, HOOK, None)
    if function is None:
        return f"it has no function {HOOK}() that returns its adapters"
    if not hasattr(function, f"{PROJECT}_impl"):
        return f"its function {HOOK} is not marked with @boxwright.hookimpl"
    return called_wrongly(HOOK, function)


def _offered(hook: Callable[[], object]) -> Iterator[tuple[object, tuple[str, ...]]]:
    """Each thing that a hook returns, with what is wrong with it; None stands for the hook itself."""
    try:
        offered = hook()
    except (Exception, SystemExit) as error:  # as above
        yield None, (f"{HOOK}() failed: {failure(error)}",)
        return
    if not isinstance(offered, list | tuple):
        yield None, (f"{HOOK}() returned {shortened(offered)}, which is no list of adapters",)
        return
    yield from ((adapter, faults(adapter)) for adapter in offered)


def _name(adapter: object, plugin: str) -> str:
    stated = adapter.name if isinstance(adapter, Adapter) else None
    return stated if isinstance(stated, str) and stated else plugin


def short_name(plugin: str) -> str:
    """What users call a plugin: its entry point's name, its file's or module's without what is around it."""
    return Path(plugin).stem if plugin.endswith(".py") else plugin.rpartition(":")[2].rpartition(".")[2]
