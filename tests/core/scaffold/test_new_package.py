"""The package that a new adapter begins with: its names, and that it works as it is written."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from boxwright.core.errors import OptionError, WriteError
from boxwright.core.scaffold.new_package import new_package


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """Variables for a process to which nothing is configured."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), **variables}


def test_the_names_follow_the_format(tmp_path: Path):
    package = new_package("my_format", tmp_path)
    assert package.folder == tmp_path / "boxwright-my_format"
    texts = {file: (package.folder / file).read_bytes() for file in package.files}
    assert "boxwright_my_format.py" in texts and "tests/test_boxwright_my_format.py" in texts
    assert b"class MyFormatOptions(boxwright.Options)" in texts["boxwright_my_format.py"]
    assert b'my_format = "boxwright_my_format"' in texts["pyproject.toml"]
    assert [file for file, text in texts.items() if b"NAME" in text or b"VERSION" in text] == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "My-Format",
            "'My-Format' cannot be the name of a format\n"
            "  hint: lower-case letters, digits and _, a letter first: my_format",
        ),
        (
            "new",
            "'new' cannot be the name of a format\n"
            "  hint: lower-case letters, digits and _, a letter first: my_format",
        ),
        (
            "coco",
            "there is a format named 'coco' already: built in\n"
            "  hint: see boxwright adapters coco, or choose another name",
        ),
    ],
)
def test_a_name_that_cannot_be_or_is_taken_is_refused(tmp_path: Path, name: str, message: str):
    with pytest.raises(OptionError) as caught:
        new_package(name, tmp_path)
    assert str(caught.value) == message and list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path):
    folder = new_package("points", tmp_path).folder
    (folder / "README.md").write_text("mine")
    with pytest.raises(WriteError) as caught:
        new_package("points", tmp_path)
    assert str(caught.value) == f"{folder} is there already\n  hint: choose another name or another --out"
    assert (folder / "README.md").read_text() == "mine"


def test_the_tests_of_the_package_pass_as_they_are_written(tmp_path: Path):
    package = new_package("points", tmp_path)
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(
        tests, cwd=package.folder, env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_code_of_the_package_is_in_our_own_style(tmp_path: Path, root: Path):
    package = new_package("points", tmp_path)
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--config", str(root / "pyproject.toml"), "."]
        done = subprocess.run(ruff, cwd=package.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.slow  # installs into a fresh venv
def test_the_package_installs_passes_and_converts_in_a_fresh_environment(tmp_path: Path, root: Path):
    venv.create(tmp_path / "venv", with_pip=True)
    variables = environment(tmp_path, PIP_CONSTRAINT=str(root / "constraints.txt"))

    def run(program: str, *arguments: object, cwd: Path = tmp_path) -> str:
        command = [str(tmp_path / "venv" / "bin" / program), *map(str, arguments)]
        done = subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    run("pip", "install", "-q", *NEEDED)
    run("pip", "install", "-q", "--no-deps", "--no-build-isolation", _source(root, tmp_path))
    package = Path(run("boxwright", "adapters", "new", "points").partition(":")[0])
    assert package == Path("boxwright-points")
    run("pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", tmp_path / package)
    assert " passed" in run("python", "-m", "pytest", "-q", cwd=tmp_path / package)
    assert "boxwright-points 0.1.0:\npoints      read write points (" in run("boxwright", "adapters")
    assert run("boxwright", "inspect", package / "sample").startswith(
        "boxwright-points/sample (points): 3 images, 3 boxes\n"
    )
    run("boxwright", "convert", package / "sample", "records", "--to", "tfrecord")
    assert (tmp_path / "records" / "sample.tfrecord").is_file()


# All but what trains detectors, which a format does not need and which is hundreds of megabytes.
NEEDED = (
    *("google-crc32c", "hypothesis", "lxml", "numpy", "pillow", "pluggy"),
    *("protobuf", "pydantic", "pytest", "scipy", "setuptools>=70.1", "tqdm"),
)


def _source(root: Path, folder: Path) -> Path:
    """A copy of the checkout, since building leaves files beside the sources."""
    leave_out = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info")
    return Path(shutil.copytree(root, folder / "source", ignore=leave_out))
