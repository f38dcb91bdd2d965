"""A stranger's package: installed beside boxwright, it is listed, converts, and proves itself."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import boxwright
from boxwright.core.conformance import check
from boxwright.core.conformance.run import CHECKS
from boxwright.core.plugins import adapters, plugin_manager

PACKAGE = Path(__file__).parents[2] / "third_party/boxwright_strips"
# What reading, writing and the kit import: all but the detector's requirements, which weigh 2 GB.
REQUIREMENTS = ["google-crc32c", "lxml", "numpy", "pillow", "pluggy", "protobuf", "pydantic", "scipy", "tqdm"]
OF_THE_KIT = ["hypothesis", "pytest"]
BUILD = "from setuptools.build_meta import build_wheel; build_wheel('..')"


@pytest.fixture
def strips() -> Iterator[ModuleType]:
    """The package's module, registered as if it were installed."""
    spec = importlib.util.spec_from_file_location("boxwright_strips", PACKAGE / "boxwright_strips.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["boxwright_strips"] = module
    spec.loader.exec_module(module)
    plugin_manager().register(module)
    yield module
    plugin_manager().unregister(module)
    del sys.modules["boxwright_strips"]


def test_a_registered_package_converts_its_sample(strips: ModuleType, tmp_path: Path):
    assert "strips" in adapters()
    report = boxwright.convert(PACKAGE / "sample", tmp_path / "tf", to="tfrecord")
    assert (report.images, report.boxes, report.negatives) == (2, 2, 1)
    [sample, back] = ([_said(record) for record in boxwright.read(path)] for path in _both(tmp_path))
    assert sample == back


def test_a_strangers_adapter_conforms(strips: ModuleType):
    assert check(strips.ADAPTER) == []


def test_a_reader_is_checked_on_its_sample(strips: ModuleType):
    reader = boxwright.Adapter(
        name="strips",
        summary="a reader",
        source="this test",
        options=strips.StripsOptions,
        sniff=strips.sniff,
        read=strips.read,
    )
    assert check(reader, sample=PACKAGE / "sample") == []


def test_a_reader_without_a_sample_is_asked_for_one(strips: ModuleType):
    reader = boxwright.Adapter(
        name="strips", summary="a reader", source="this test", sniff=strips.sniff, read=strips.read
    )
    [failure] = check(reader, checks=["order"])
    assert str(failure) == (
        "strips fails order: it can only be read, and there is nothing to read\n"
        "  expected: a small data set in this format\n"
        "  found: no sample\n"
        "  look at: the call: conformance(ADAPTER, sample=Path(…))"
    )


@pytest.mark.slow
def test_an_installed_package_is_listed_converts_and_proves_itself(root: Path, tmp_path: Path):
    python = _environment(root, tmp_path)
    listed = _run(python.with_name("boxwright"), "adapters", cwd=tmp_path)
    assert "strips" in listed.split() and "read write strips (a table for all images)" in listed
    _run(
        python.with_name("boxwright"),
        *("convert", "--to", "tfrecord", PACKAGE / "sample", "tf"),
        cwd=tmp_path,
    )
    assert (tmp_path / "tf/sample_manifest.json").is_file()
    shutil.copytree(PACKAGE, tmp_path / "package")
    (tmp_path / "package/boxwright_strips.py").unlink()  # the installed one is tested
    tests = _run(python, *("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"), cwd=tmp_path / "package")
    assert f"{len(CHECKS) + 1} passed" in tests  # and the test of its sample


def _both(folder: Path) -> tuple[Path, Path]:
    return PACKAGE / "sample", folder / "tf"


def _said(record: boxwright.ImageRecord) -> tuple[object, ...]:
    return record.path, record.width, record.height, record.boxes


def _environment(root: Path, folder: Path) -> Path:
    """The interpreter of a fresh environment with both packages."""
    for name, source in (("boxwright", root), ("strips", PACKAGE)):
        # The build leaves files beside the sources.
        ignored = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__")
        shutil.copytree(source, folder / name / "source", ignore=ignored)
        _run(sys.executable, "-c", BUILD, cwd=folder / name / "source")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv/bin/python"
    wheels = [str(wheel) for wheel in folder.glob("*/*.whl")]
    _run(
        python,
        *("-m", "pip", "install", "-q", "-c", root / "constraints.txt", *REQUIREMENTS, *OF_THE_KIT),
        cwd=folder,
    )
    _run(python, *("-m", "pip", "install", "-q", "--no-deps", *wheels), cwd=folder)
    return python


def _run(*command: object, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
