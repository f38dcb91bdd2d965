"""The files that users list: where they stand, and what is told of mistakes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from boxwright.core.errors import OptionError
from boxwright.core.plugin.settings import Listed, config_file, listed_files


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Writes the configuration file."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("BOXWRIGHT_PLUGINS", raising=False)
    (tmp_path / "boxwright").mkdir()

    def write(text: str) -> Path:
        path = tmp_path / "boxwright" / "config.toml"
        path.write_bytes(text.encode("latin-1"))
        return path

    return write


def test_files_are_found_from_home_from_the_configuration_and_by_their_whole_path(config, monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    path = config('# mine\nplugins = [\n  "~/a.py",\n  "b.py", "/c.py",\n]\n')
    assert listed_files() == [
        Listed(Path("/home/me/a.py"), f"{path}:3"),
        Listed(path.parent / "b.py", f"{path}:4"),
        Listed(Path("/c.py"), f"{path}:4"),
    ]


def test_without_a_configuration_nothing_is_listed(config, monkeypatch):
    assert listed_files() == []
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/me")
    assert config_file() == Path("/home/me/.config/boxwright/config.toml")


def test_files_of_the_environment_come_last(config, monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("BOXWRIGHT_PLUGINS", "~/a.py:/b.py:")
    config('plugins = ["/c.py"]')
    assert [file.path for file in listed_files()] == [Path("/c.py"), Path("/home/me/a.py"), Path("/b.py")]


def test_a_file_of_the_environment_never_depends_on_the_folder_that_one_is_in(config, monkeypatch):
    monkeypatch.setenv("BOXWRIGHT_PLUGINS", "my_format.py")
    with pytest.raises(OptionError) as caught:
        listed_files()
    assert str(caught.value) == (
        "BOXWRIGHT_PLUGINS: my_format.py would be another file in every folder\n"
        "  hint: state the whole path: nothing is run for lying in a data set's folder"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nplugin = []", ":2: unknown key 'plugin'; did you mean 'plugins'?\n  hint: the keys are plugins"),
        ("plugins = 3", ':1: plugins is no list of files\n  hint: as in plugins = ["~/my_format.py"]'),
        ("plugins = [3]", ':1: plugins is no list of files\n  hint: as in plugins = ["~/my_format.py"]'),
        ("plugins = [", ": is no TOML: Invalid value (at end of document)"),
        ("\nplugins: a", ": is no TOML: Expected '=' after a key in a key/value pair (at line 2, column 8)"),
        ("# \xe4", ": byte 2 is no UTF-8"),
    ],
)
def test_a_configuration_that_cannot_be_understood_is_an_error_with_its_place(config, text, message):
    path = config(text)
    with pytest.raises(OptionError) as caught:
        listed_files()
    assert str(caught.value) == f"{path}{message}"
