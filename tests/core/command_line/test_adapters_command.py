"""`boxwright adapters`: the list, one adapter in full, and new ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from boxwright.cli import main
from boxwright.core import plugins

MINE = """\
import boxwright

@boxwright.hookimpl
def register_adapters():
    names = {"mine": "Mine", "yours": ""}
    return [boxwright.Adapter(name=key, summary=text, source="a test") for key, text in names.items()]
"""


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("BOXWRIGHT_PLUGINS", raising=False)
    plugins.plugin_manager.cache_clear()
    yield
    plugins.plugin_manager.cache_clear()


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A plugin file with an adapter that is whole, and one without a summary."""
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    return path


def test_the_list_says_where_adapters_come_from_and_what_is_broken(mine, capsys):
    assert main(["adapters", "--plugin", str(mine)]) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0] == "built in:" and lines[1].startswith("coco  ")
    assert told.out.endswith(
        f"\n{mine}:\nmine                   Mine\nbroken, see boxwright adapters NAME:\n"
        + "\n".join(textwrapped(f"yours       {mine}: summary '': expected one line of text"))
        + "\n"
    )
    assert told.err == ""


def textwrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, 80, subsequent_indent=" " * 12, break_long_words=False)


def test_one_adapter_says_where_it_comes_from(mine, capsys):
    assert main(["--plugin", str(mine), "adapters", "mine"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"comes from: {mine}"


def test_a_broken_adapter_is_told_in_full(mine, capsys):
    assert main(["adapters", "yours", "--plugin", str(mine)]) == 2
    assert capsys.readouterr().err == (
        f"boxwright: plugin 'yours' ({mine}) is broken: summary '': expected one line of text\n"
        "  hint: mend mine.py\n"
    )


def test_new_writes_a_package_and_says_how_to_go_on(tmp_path, capsys):
    assert main(["adapters", "new", "my_format", "--out", str(tmp_path)]) == 0
    folder = tmp_path / "boxwright-my_format"
    assert capsys.readouterr().out == (
        f"{folder}: a package that reads and writes my_format\n"
        "  README.md\n"
        "  boxwright_my_format.py\n"
        "  pyproject.toml\n"
        "  sample/images/empty.png\n"
        "  sample/images/night/street.png\n"
        "  sample/images/street.png\n"
        "  sample/my_format.txt\n"
        "  tests/test_boxwright_my_format.py\n"
        "go on with:\n"
        f"  cd {folder}\n"
        "  boxwright --plugin boxwright_my_format.py inspect sample\n"
        '  pip install -e ".[test]" && pytest\n'
        "and change the three places that boxwright_my_format.py marks\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["new"], "adapters new: a name is missing\n  hint: boxwright adapters new my_format"),
        (["kitti", "coco"], "adapters kitti coco: only `new` and `check` take more"),
        (["kitti", "--out", "x"], "adapters kitti --out x: only `new` and `check` take more"),
    ],
)
def test_arguments_that_make_no_sense_together_are_told(capsys, arguments, message):
    assert main(["adapters", *arguments]) == 2
    assert capsys.readouterr().err == f"boxwright: {message}\n"


def test_check_tells_what_a_format_of_ours_has_passed(capsys):
    assert main(["adapters", "check", "jsonl"]) == 0
    first, *others = capsys.readouterr().out.splitlines()
    assert first == "jsonl: passed all 19 checks"
    assert "round_trip" in others[0] and max(map(len, others)) <= 80


def test_check_names_the_fault_of_a_plugin(tmp_path, capsys):
    # Reads anything as a data set without images.
    (tmp_path / "greedy.py").write_text(
        "import boxwright\n"
        "ADAPTER = boxwright.Adapter(name='greedy', summary='all', source='none', sniff=lambda path: True,\n"
        "    read=lambda path, options: boxwright.Source(root=path, scan=lambda context: iter(())))\n"
        "@boxwright.hookimpl\n"
        "def register_adapters():\n"
        "    return [ADAPTER]\n"
    )
    (tmp_path / "sample").mkdir()
    plugin, sample = str(tmp_path / "greedy.py"), str(tmp_path / "sample")
    assert main(["adapters", "check", "greedy", "--plugin", plugin, "--sample", sample]) == 1
    out = capsys.readouterr().out
    assert "sniffing: " in out
    assert out.splitlines()[-1].startswith("greedy: ")
