"""Registered plugins: what is whole is offered, and what is broken says why."""

from collections.abc import Callable

import pytest

from boxwright.core.adapter import Adapter
from boxwright.core.errors import OptionError
from boxwright.core.plugin.origin import Origin
from boxwright.core.plugin.registry import Plugins, short_name
from boxwright.core.plugins import hookimpl

STRANGER = Origin(text="stranger 1.0", owner="stranger", remedy="update or uninstall stranger")
WHOLE = Adapter(name="points", summary="Points", source="nowhere")


def offering(offer: Callable[..., object]) -> object:
    """A plugin with this hook."""
    return type("Plugin", (), {"register_adapters": staticmethod(hookimpl(offer))})


def fails() -> list[Adapter]:
    raise KeyError("points")


def exits() -> object:
    raise SystemExit(3)


def refuses() -> object:
    raise OptionError("there is no such file")


def old(config):
    return []


def facts(plugin: object) -> list[tuple[str, ...]]:
    plugins = Plugins()
    plugins.load("stranger:points", STRANGER, lambda: plugin)
    _, broken = plugins.offers()
    return [found.facts for found in broken]


@pytest.mark.parametrize(
    ("plugin", "fact"),
    [
        (object(), "it has no function register_adapters() that returns its adapters"),
        (
            type("Plain", (), {"register_adapters": lambda: []}),
            "its function register_adapters is not marked with @boxwright.hookimpl",
        ),
        (
            offering(old),
            "register_adapters(config) is called as register_adapters() since boxwright 0.1.0",
        ),
        (
            offering(fails),
            f"register_adapters() failed: {__file__}:{fails.__code__.co_firstlineno + 1}: KeyError: 'points'",
        ),
        (offering(lambda: None), "register_adapters() returned None, which is no list of adapters"),
        (offering(lambda: [3]), "3 is no boxwright.Adapter"),
    ],
)
def test_a_plugin_that_offers_nothing_usable_says_why(plugin: object, fact: str):
    assert facts(plugin) == [(fact,)]


@pytest.mark.parametrize(
    ("load", "fact"),
    [
        (exits, f"{__file__}:{exits.__code__.co_firstlineno + 1}: SystemExit: 3"),
        (refuses, "there is no such file"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_says_why(load: Callable[[], object], fact: str):
    plugins = Plugins()
    plugins.load("stranger:points", STRANGER, load)
    plugins.load("stranger:points", STRANGER, load)
    assert [plugin.facts for plugin in plugins.offers()[1]] == [(fact,)]


def test_a_broken_adapter_leaves_the_others_of_its_plugin():
    plugins = Plugins()
    lines = Adapter(name="lines", summary="", source="nowhere")
    plugins.load("stranger:points", STRANGER, lambda: offering(lambda: [lines, WHOLE]))
    [offer], [broken] = plugins.offers()
    assert (offer.adapter, offer.full_name) == (WHOLE, "stranger:points")
    assert (broken.name, broken.plugin) == ("lines", "points")


def test_a_plugin_with_two_adapters_of_one_name_offers_the_first():
    plugins = Plugins()
    plugins.load("stranger:points", STRANGER, lambda: offering(lambda: [WHOLE, WHOLE]))
    [offer], [broken] = plugins.offers()
    assert offer.adapter is WHOLE and broken.facts == ("stranger 1.0 offers two adapters of this name",)


def test_a_module_that_two_entry_points_name_is_registered_once():
    plugins, plugin = Plugins(), offering(lambda: [WHOLE])
    plugins.load("stranger:points", STRANGER, lambda: plugin)
    plugins.load("stranger:again", STRANGER, lambda: plugin)
    assert [len(found) for found in plugins.offers()] == [1, 0]


def test_a_plugin_that_a_program_registers_itself_comes_from_it():
    plugins = Plugins()
    plugins.register(offering(lambda: [WHOLE]), name="mine")
    [offer], _ = plugins.offers()
    assert offer.origin.text == "registered by this program"


@pytest.mark.parametrize(
    ("plugin", "name"),
    [
        ("boxwright-points:points", "points"),
        ("boxwright.adapters.coco", "coco"),
        ("/home/me/my_format.py", "my_format"),
    ],
)
def test_a_plugin_is_called_by_the_short_of_its_name(plugin: str, name: str):
    assert short_name(plugin) == name
