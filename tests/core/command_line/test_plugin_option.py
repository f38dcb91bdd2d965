"""Plugin files on the command line, as users meet them; each command is a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

PLUGIN = """\
from pathlib import Path

import boxwright


def read(path, options):
    def scan(context):
        frame = context.frame(boxwright.ImageFile(path / "a.png"), path="a.png")
        yield boxwright.ImageRecord(path="a.png", width=frame.width, height=frame.height)

    return boxwright.Source(root=path, scan=scan)


ADAPTER = boxwright.Adapter(
    name="single",
    summary="One image",
    source="a test",
    sniff=lambda path: (path / "single.txt").is_file(),
    read=read,
)


@boxwright.hookimpl
def register_adapters():
    return [ADAPTER]
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user's home with a plugin file, and a data set beside it."""
    home = tmp_path / "home"
    (home / ".config" / "boxwright").mkdir(parents=True)
    (home / "mine.py").write_text(PLUGIN)
    data = tmp_path / "data"
    data.mkdir()
    (data / "single.txt").touch()
    Image.new("RGB", (64, 48)).save(data / "a.png")
    return home


@pytest.fixture
def run(home: Path, tmp_path: Path) -> Run:
    """Runs the installed command in the folder of the data."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), **variables}
        command = [str(Path(sys.executable).with_name("boxwright")), *arguments]
        return subprocess.run(
            command, cwd=tmp_path / "data", env=environment, capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.parametrize(
    "arguments",
    [
        ("--plugin", "~/mine.py", "inspect", "."),
        ("inspect", ".", "--from", "single", "--plugin", "~/mine.py"),
    ],
)
def test_a_plugin_file_may_stand_before_the_command_or_behind_it(run: Run, home: Path, arguments):
    done = run(*(word.replace("~", str(home)) for word in arguments))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(". (single): 1 images, 0 boxes\n")


def test_a_listed_plugin_file_is_found_without_being_named(run: Run, home: Path):
    (home / ".config/boxwright/config.toml").write_text('plugins = ["~/mine.py"]\n')
    assert run("inspect", ".").stdout.startswith(". (single): 1 images")


def test_a_plugin_file_of_the_environment_converts(run: Run, home: Path, tmp_path: Path):
    done = run("convert", ".", str(tmp_path / "out"), "--to", "coco", BOXWRIGHT_PLUGINS=str(home / "mine.py"))
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_in_a_data_folder_is_run(run: Run, home: Path, tmp_path: Path):
    data, ran = tmp_path / "data", tmp_path / "ran"
    code = f"open({str(ran)!r}, 'a').write(__file__)\n"
    for name in (
        "single.py",
        "my_format.py",
        "conftest.py",
        "boxwright_single.py",
        "tomllib.py",
        "pluggy.py",
    ):
        (data / name).write_text(code)
    (data / "boxwright").mkdir()
    for config in ("config.toml", "boxwright/config.toml"):
        (data / config).write_text('plugins = ["my_format.py", "single.py"]\n')
    info = data / "stranger-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[boxwright]\nsingle = single\n")
    for config_home in ("", "."):
        done = run("inspect", ".", XDG_CONFIG_HOME=config_home)
        assert done.returncode == 2 and "no adapter knows this data" in done.stderr
    assert not ran.exists()


def test_a_broken_plugin_is_told_and_the_rest_works(run: Run, home: Path, tmp_path: Path):
    (home / "broken.py").write_text("import nowhere\n")
    config = home / ".config/boxwright/config.toml"
    config.write_text('plugins = ["~/mine.py", "~/broken.py"]\n')
    done = run("inspect", ".")
    assert done.returncode == 0 and done.stdout.startswith(". (single)")
    assert done.stderr == (
        f"boxwright: plugin 'broken' ({home}/broken.py) is broken: {home}/broken.py:1: "
        "ModuleNotFoundError: No module named 'nowhere'\n"
        f"  hint: mend broken.py, or take it out of {config}:1\n"
    )


def test_a_broken_plugin_that_the_command_names_is_an_error(run: Run, home: Path):
    (home / "broken.py").write_text("def f(:\n")
    done = run("inspect", ".", "--plugin", str(home / "broken.py"))
    assert done.returncode == 2
    assert done.stderr == (
        f"boxwright: plugin 'broken' ({home}/broken.py) is broken: {home}/broken.py:1: invalid syntax\n"
        "  hint: mend broken.py\n"
    )


@pytest.mark.parametrize("option", ["--from", "--to"])
def test_a_broken_plugin_whose_format_the_command_names_is_told_once(run: Run, home: Path, option: str):
    (home / "broken.py").write_text("import nowhere\n")
    variables = {"BOXWRIGHT_PLUGINS": str(home / "broken.py")}
    other = ("--to", "coco") if option == "--from" else ()
    done = run("convert", ".", "out", option, "broken", *other, **variables)
    assert (done.returncode, done.stderr) == (
        2,
        f"boxwright: plugin 'broken' ({home}/broken.py) is broken: {home}/broken.py:1: "
        "ModuleNotFoundError: No module named 'nowhere'\n"
        "  hint: mend broken.py, or take it out of BOXWRIGHT_PLUGINS\n",
    )


def test_an_adapter_that_fails_while_looking_is_told_in_one_line(run: Run, home: Path):
    failing = PLUGIN.replace('"single"', '"failing"').replace("(path / ", "(path // ")
    (home / "failing.py").write_text(failing)
    done = run("--plugin", str(home / "failing.py"), "--plugin", str(home / "mine.py"), "inspect", ".")
    assert done.returncode == 0
    line = failing[: failing.rindex("//")].count("\n") + 1
    assert done.stderr == (
        f"boxwright: adapter 'failing' ({home}/failing.py) failed to look at .: {home}/failing.py:{line}: "
        "TypeError: unsupported operand type(s) for //: 'PosixPath' and 'str'\n"
    )


def test_a_configuration_that_cannot_be_understood_stops(run: Run, home: Path):
    config = home / ".config/boxwright/config.toml"
    config.write_text('plugin = "~/mine.py"\n')
    done = run("inspect", ".")
    fact = f"{config}:1: unknown key 'plugin'; did you mean 'plugins'?"
    assert (done.returncode, done.stderr) == (2, f"boxwright: {fact}\n  hint: the keys are plugins\n")
