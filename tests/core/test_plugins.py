"""Finding adapters: by name and by looking, among built-in ones and strangers'."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pluggy
import pytest

from boxwright.core import plugins
from boxwright.core.adapter import Adapter
from boxwright.core.errors import BoxwrightError, OptionError
from boxwright.core.plugins import BUILT_IN, PROJECT, Hooks, adapter_named, adapters, hookimpl, sniffed


def adapter(name: str, sniff: Callable[[Path], bool] | None = None) -> Adapter:
    return Adapter(name=name, summary="a test's", source="nowhere", sniff=sniff)


class Plugin:
    """What a package registers: a module, or anything with the hook."""

    def __init__(self, *offered: Adapter) -> None:
        self.offered = list(offered)

    @hookimpl
    def register_adapters(self) -> list[Adapter]:
        return self.offered


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Registers plugins in place of all that are installed."""

    def register(*offered: Plugin) -> None:
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(Hooks)
        for plugin in offered:
            manager.register(plugin)
        monkeypatch.setattr(plugins, "plugin_manager", lambda: manager)

    return register


@pytest.fixture
def fresh() -> Iterator[None]:
    """A plugin manager that is made anew in the test, and again after it."""
    plugins.plugin_manager.cache_clear()
    yield
    plugins.plugin_manager.cache_clear()


def yes(_: Path) -> bool:
    return True


def no(_: Path) -> bool:
    return False


def test_adapters_of_all_plugins_come_in_alphabetical_order(registered: Callable[..., None]):
    registered(Plugin(adapter("yolo"), adapter("coco")), Plugin(adapter("kitti")), Plugin())
    assert list(adapters()) == ["coco", "kitti", "yolo"]


def test_two_adapters_of_one_name_are_an_error(registered: Callable[..., None]):
    registered(Plugin(adapter("coco")), Plugin(adapter("coco")))
    with pytest.raises(BoxwrightError) as caught:
        adapters()
    assert str(caught.value) == "two adapters are named 'coco'\n  hint: uninstall one of the packages"


def test_built_in_adapters_come_through_the_hook_under_their_modules_names():
    names = {name for name, _ in plugins.plugin_manager().list_name_plugin()}
    assert set(BUILT_IN) <= names
    assert {"coco", "egohands", "kitti", "pascal_voc", "tfrecord"} <= set(adapters())


@pytest.mark.parametrize(
    "name, message",
    [
        ("kiti", "no adapter named 'kiti'; did you mean 'kitti'? Installed: coco, kitti"),
        ("yolo", "no adapter named 'yolo'; Installed: coco, kitti"),
        ("", "no adapter named ''; Installed: coco, kitti"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_and_all(
    registered: Callable[..., None], name: str, message: str
):
    registered(Plugin(adapter("kitti"), adapter("coco")))
    assert adapter_named("kitti").name == "kitti"
    with pytest.raises(OptionError) as caught:
        adapter_named(name)
    assert str(caught.value) == message


def test_the_one_that_knows_the_data_is_taken(registered: Callable[..., None]):
    asked: list[Path] = []
    registered(
        Plugin(adapter("coco", no), adapter("kitti", lambda path: not asked.append(path)), adapter("writer"))
    )
    assert sniffed(Path("data")).name == "kitti" and asked == [Path("data")]


def test_data_that_several_know_is_an_error_naming_them(registered: Callable[..., None]):
    registered(Plugin(adapter("kitti", yes), adapter("coco", yes), adapter("yolo", no)))
    with pytest.raises(OptionError) as caught:
        sniffed(Path("data"))
    hint = "say which with --from NAME (format=NAME in Python)"
    assert str(caught.value) == f"data: could be any of coco, kitti\n  hint: {hint}"


def test_data_that_nobody_knows_is_an_error_naming_all(registered: Callable[..., None]):
    registered(Plugin(adapter("kitti", no), adapter("coco", no), adapter("writer")))
    with pytest.raises(OptionError) as caught:
        sniffed(Path("data"))
    hint = "is it the data set's root? --from NAME (format=NAME in Python) tells what is wrong with it"
    fact = "data: no adapter knows this data. Installed: coco, kitti, writer"
    assert str(caught.value) == f"{fact}\n  hint: {hint}"


def test_an_adapter_that_breaks_while_looking_is_named(registered: Callable[..., None]):
    def broken(path: Path) -> bool:
        raise IndexError("list index out of range")

    registered(Plugin(adapter("coco", no), adapter("mine", broken)))
    with pytest.raises(BoxwrightError) as caught:
        sniffed(Path("data"))
    fact = "adapter 'mine' failed to look at data: list index out of range"
    assert str(caught.value) == f"{fact}\n  hint: --from NAME (format=NAME in Python) asks no adapter"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None) -> Iterator[Callable[[str], None]]:
    """Puts a distribution that offers the module `stranger` on sys.path, as pip would."""
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda module: _install(tmp_path, module)
    sys.modules.pop("stranger", None)


def _install(folder: Path, module: str) -> None:
    (folder / "stranger.py").write_text(module)
    info = folder / "stranger-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[{PROJECT}]\nstrange = stranger\n")


def test_an_installed_package_adds_its_adapter(package: Callable[[str], None]):
    package(
        "from boxwright import Adapter, hookimpl\n"
        "@hookimpl\n"
        "def register_adapters():\n"
        "    return [Adapter(name='strange', summary='a stranger', source='nowhere')]\n",
    )
    assert adapter_named("strange").summary == "a stranger"


def test_an_installed_package_that_cannot_be_imported_is_named(package: Callable[[str], None]):
    package("import module_that_is_nowhere\n")
    with pytest.raises(BoxwrightError) as caught:
        adapters()
    fact = "plugin 'strange' (stranger) cannot be loaded: No module named 'module_that_is_nowhere'"
    assert str(caught.value) == f"{fact}\n  hint: update or uninstall its package"
