"""Finding adapters: by name and by looking, among built-in ones and strangers'."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from boxwright.core import plugins
from boxwright.core.adapter import Adapter
from boxwright.core.errors import OptionError, PluginWarning
from boxwright.core.plugin.origin import BUILT_IN_ORIGIN, Origin
from boxwright.core.plugin.registry import PROJECT, Plugins
from boxwright.core.plugins import (
    BUILT_IN,
    adapter_named,
    adapter_of,
    adapters,
    add_plugin_file,
    broken_plugins,
    hookimpl,
    sniffed,
)


def adapter(name: str, sniff: Callable[[Path], bool] | None = None) -> Adapter:
    return Adapter(name=name, summary="a test's", source="nowhere", sniff=sniff)


def package(name: str) -> Origin:
    return Origin(text=f"{name} 1.0", owner=name, remedy=f"update or uninstall {name}")


class Plugin:
    """What a package registers: a module, or anything with the hook."""

    def __init__(self, *offered: Adapter) -> None:
        self.offered = list(offered)

    @hookimpl
    def register_adapters(self) -> list[Adapter]:
        return self.offered


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Registers plugins in place of all that are installed; built-in ones, unless a package is named."""

    def register(*built_in: Plugin, **packages: Plugin) -> None:
        manager = Plugins()
        for number, plugin in enumerate(built_in):
            manager.load(f"module{number}", BUILT_IN_ORIGIN, lambda plugin=plugin: plugin)
        for name, plugin in packages.items():
            manager.load(f"{name}:{name}", package(name), lambda plugin=plugin: plugin)
        monkeypatch.setattr(plugins, "plugin_manager", lambda: manager)

    return register


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A plugin manager that is made anew in the test, and again after it; nothing is configured."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("BOXWRIGHT_PLUGINS", raising=False)
    plugins.plugin_manager.cache_clear()
    yield
    plugins.plugin_manager.cache_clear()


def yes(_: Path) -> bool:
    return True


def no(_: Path) -> bool:
    return False


def broken(_: Path) -> bool:
    raise IndexError("list index out of range")


def test_adapters_of_all_plugins_come_in_alphabetical_order(registered: Callable[..., None]):
    registered(Plugin(adapter("yolo"), adapter("coco")), Plugin(adapter("kitti")), Plugin())
    assert list(adapters()) == ["coco", "kitti", "yolo"]


def test_two_adapters_of_one_name_are_known_by_their_full_names(registered: Callable[..., None]):
    ours, theirs, kitti = adapter("coco"), adapter("coco"), adapter("kitti")
    registered(Plugin(ours, kitti), stranger=Plugin(theirs))
    assert list(adapters()) == ["boxwright:coco", "kitti", "stranger:coco"]
    assert adapter_named("boxwright:coco") is ours and adapter_named("stranger:coco") is theirs


def test_a_name_that_two_adapters_share_is_an_error_naming_their_packages(registered: Callable[..., None]):
    registered(Plugin(adapter("coco")), stranger=Plugin(adapter("coco")))
    with pytest.raises(OptionError) as caught:
        adapter_named("coco")
    assert str(caught.value) == (
        "2 adapters are named 'coco': built in, stranger 1.0\n  hint: say boxwright:coco or stranger:coco"
    )


def test_a_full_name_is_known_where_it_is_not_needed(registered: Callable[..., None]):
    points = adapter("points")
    registered(Plugin(adapter("coco")), stranger=Plugin(points))
    assert adapter_named("stranger:points") is points


def test_built_in_adapters_come_through_the_hook_under_their_modules_names():
    names = {name for name, _ in plugins.plugin_manager().list_name_plugin()}
    assert set(BUILT_IN) <= names
    assert {"coco", "egohands", "kitti", "pascal_voc", "tfrecord"} <= set(adapters())


@pytest.mark.parametrize("name", sorted(adapters()))
def test_an_installed_adapter_is_whole(name: str):
    assert adapter_of(adapters()[name]) is adapters()[name]


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


def test_an_adapter_that_is_broken_is_told_in_full_to_whoever_asks_for_it(registered: Callable[..., None]):
    points = Adapter(name="points", summary="", source="nowhere", keeps=frozenset({"dificult"}))
    registered(Plugin(adapter("coco")), stranger=Plugin(points))
    assert list(adapters()) == ["coco"]
    for name in ("points", "stranger", "stranger:points"):
        with pytest.raises(OptionError) as caught:
            adapter_named(name)
        assert str(caught.value) == (
            "plugin 'points' (stranger 1.0) is broken:\n"
            "  summary '': expected one line of text\n"
            "  keeps 'dificult': no such field; did you mean 'difficult'?\n"
            "  hint: update or uninstall stranger"
        )


def test_an_unknown_name_may_be_that_of_a_broken_plugin(registered: Callable[..., None]):
    registered(Plugin(adapter("coco")), stranger=Plugin(Adapter(name="points", summary="", source="x")))
    with pytest.raises(OptionError) as caught:
        adapter_named("lines")
    assert str(caught.value) == (
        "no adapter named 'lines'; Installed: coco\n"
        "  hint: of a broken plugin? boxwright adapters tells of points"
    )


def test_an_adapter_that_is_handed_over_is_taken_if_it_is_whole():
    mine = adapter("mine")
    assert adapter_of(mine) is mine
    with pytest.raises(OptionError) as caught:
        adapter_of(adapter("Mine!"))
    assert str(caught.value) == (
        "format: name 'Mine!': expected lower-case letters, digits and _, a letter first\n"
        "  hint: see boxwright.Adapter"
    )
    with pytest.raises(OptionError) as caught:
        adapter_of(Path("coco"))  # type: ignore[arg-type]
    assert caught.value.fact == "format: PosixPath('coco') is no boxwright.Adapter"


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


def test_the_data_sets_inside_a_folder_are_named(registered: Callable[..., None], tmp_path: Path):
    for name in ("cats", "dogs", "other", ".hidden"):
        (tmp_path / name).mkdir()
    registered(
        Plugin(
            adapter("coco", lambda path: path.name == "cats"),
            adapter("mine", broken),
            adapter("yolo", lambda path: path.name in ("cats", "dogs", ".hidden")),
        )
    )
    with pytest.raises(OptionError) as caught:
        sniffed(tmp_path)
    hint = "there are data sets inside, give the path of one: cats (coco or yolo), dogs (yolo)"
    assert caught.value.hint == hint


def test_a_data_set_behind_many_other_folders_is_found(registered: Callable[..., None], tmp_path: Path):
    for number in range(20):
        (tmp_path / f"a{number}").mkdir()
    (tmp_path / "cats").mkdir()
    registered(Plugin(adapter("coco", lambda path: path.name == "cats")))
    with pytest.raises(OptionError) as caught:
        sniffed(tmp_path)
    assert caught.value.hint == "there are data sets inside, give the path of one: cats (coco)"


def test_ten_data_sets_are_named_and_that_there_are_more(registered: Callable[..., None], tmp_path: Path):
    for number in range(11):
        (tmp_path / f"a{number}").mkdir()
    registered(Plugin(adapter("coco", lambda path: path != tmp_path)))
    with pytest.raises(OptionError, match=r"one: a0 \(coco\), a1 .* a8 \(coco\) and more$"):
        sniffed(tmp_path)


FAILED = (
    "adapter 'mine' (stranger 1.0) failed to look at data: "
    f"{__file__}:{broken.__code__.co_firstlineno + 1}: IndexError: list index out of range"
)


def test_an_adapter_that_breaks_while_looking_leaves_the_others_working(registered: Callable[..., None]):
    registered(Plugin(adapter("coco", yes)), stranger=Plugin(adapter("mine", broken)))
    with pytest.warns(PluginWarning) as warned:
        assert sniffed(Path("data")).name == "coco"
    assert [str(warning.message) for warning in warned] == [FAILED]


def test_an_adapter_that_breaks_while_looking_is_named_where_nobody_knows(registered: Callable[..., None]):
    registered(Plugin(adapter("coco", no)), stranger=Plugin(adapter("mine", broken)))
    with pytest.raises(OptionError) as caught:
        sniffed(Path("data"))
    assert caught.value.fact == f"data: no adapter knows this data. Installed: coco, mine; {FAILED}"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None) -> Iterator[Callable[..., None]]:
    """Puts a distribution that offers the module of its name on sys.path, as pip would."""
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda module, name="stranger": _install(tmp_path, name, module)
    for name in ("stranger", "other"):
        sys.modules.pop(name, None)


def _install(folder: Path, name: str, module: str) -> None:
    (folder / f"{name}.py").write_text(module)
    info = folder / f"{name}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[{PROJECT}]\nstrange = {name}\n")


STRANGE = """\
from boxwright import Adapter, hookimpl

@hookimpl
def register_adapters():
    return [Adapter(name='strange', summary='a stranger', source='nowhere')]
"""


def test_an_installed_package_adds_its_adapter(installed: Callable[..., None]):
    installed(STRANGE)
    assert adapter_named("strange").summary == "a stranger"
    assert plugins.offers()["strange"].origin.text == "stranger 1"


def test_two_packages_may_offer_adapters_of_one_name(installed: Callable[..., None]):
    installed(STRANGE)
    installed(STRANGE, "other")
    assert {"stranger:strange", "other:strange"} <= set(adapters())


def test_an_installed_package_that_cannot_be_imported_is_named_and_the_rest_works(
    installed: Callable[..., None], tmp_path: Path
):
    installed("\nimport module_that_is_nowhere\n")
    assert "coco" in adapters()
    [plugin] = broken_plugins()
    fact = f"{tmp_path}/stranger.py:2: ModuleNotFoundError: No module named 'module_that_is_nowhere'"
    assert str(plugin) == (
        f"plugin 'strange' (stranger 1) is broken: {fact}\n  hint: update or uninstall stranger"
    )


def test_a_file_of_an_installed_package_adds_nothing(installed: Callable[..., None], tmp_path: Path):
    installed(STRANGE)
    add_plugin_file(tmp_path / "stranger.py")
    assert plugins.offers()["strange"].origin.text == "stranger 1"


def test_a_plugin_file_adds_its_adapters_once(fresh: None, tmp_path: Path):
    file = tmp_path / "my_format.py"
    file.write_text(STRANGE)
    add_plugin_file(file)
    add_plugin_file(file)
    assert plugins.offers()["strange"].origin.text == str(file) and broken_plugins() == []


def test_listed_files_add_their_adapters(fresh: None, tmp_path: Path):
    (tmp_path / "my_format.py").write_text(STRANGE)
    config = tmp_path / "config" / "boxwright" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f'plugins = [\n  "{tmp_path}/my_format.py",\n  "~nobody_at_all/none.py",\n  "none.py"\n]\n'
    )
    assert "strange" in adapters()
    [unknown, missing] = broken_plugins()
    assert unknown.name == missing.name == "none"
    assert str(missing) == (
        f"plugin 'none' ({config.parent}/none.py) is broken: there is no such file\n"
        f"  hint: mend none.py, or take it out of {config}:4"
    )


def test_a_file_that_the_command_names_hides_what_has_its_name(fresh: None, tmp_path: Path):
    file = tmp_path / "my_jsonl.py"
    file.write_text(STRANGE.replace("strange", "jsonl"))
    add_plugin_file(file)
    assert plugins.offers()["jsonl"].origin.text == str(file)
    assert [name for name in adapters() if "jsonl" in name] == ["jsonl"]
